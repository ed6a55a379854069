// SPDX-License-Identifier: Apache-2.0
// Signs in at the test pool with amazon-cognito-identity-js, as a browser
// would, and verifies the tokens with aws-jwt-verify against the key set
// that the pool serves.  Started by ./run with the pool's URL.

import assert from "node:assert/strict";
import { createRequire } from "node:module";

import { CognitoJwtVerifier } from "aws-jwt-verify";

import { control, runCases, totp } from "./harness.mjs";

const require = createRequire(import.meta.url);
const {
    AuthenticationDetails, CognitoUser, CognitoUserAttribute,
    CognitoUserPool,
} = require("amazon-cognito-identity-js");

const [url, poolId, clientId] = process.argv.slice(2);
const TOTP_SECRET = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

const pool = new CognitoUserPool({
    UserPoolId: poolId, ClientId: clientId, endpoint: url + "/",
});

// The library goes by callbacks.  Each one that may come ends the promise
// with its own name, so that a case can say which it expects.
const OUTCOMES = [
    "newPasswordRequired", "totpRequired", "mfaRequired", "mfaSetup",
    "selectMFAType", "customChallenge", "onSuccess",
];

function outcome(call) {
    return new Promise((resolve, reject) => {
        const callbacks = {
            onFailure: reject,
            associateSecretCode: (secret) =>
                resolve({ name: "associateSecretCode", value: secret }),
        };
        for (const name of OUTCOMES) {
            callbacks[name] = (value, more) =>
                resolve({ name, value, more });
        }
        call(callbacks);
    });
}

function promised(call) {
    return new Promise((resolve, reject) =>
        call((error, value) => (error ? reject(error) : resolve(value))));
}

function newUser(name) {
    const user = new CognitoUser({ Username: name, Pool: pool });
    user.setAuthenticationFlowType("USER_SRP_AUTH");
    return user;
}

function signIn(user, password) {
    const details = new AuthenticationDetails({
        Username: user.getUsername(), Password: password,
    });
    return outcome((callbacks) => user.authenticateUser(details, callbacks));
}

async function expect(promise, name) {
    const found = await promise;
    assert.equal(found.name, name);
    return found;
}

async function keySet() {
    const answer = await fetch(`${url}/${poolId}/.well-known/jwks.json`);
    return answer.json();
}

async function verified(session, username) {
    const jwks = await keySet();
    const id = CognitoJwtVerifier.create({
        userPoolId: poolId, clientId, tokenUse: "id",
    });
    id.cacheJwks(jwks);
    const claims = await id.verify(session.getIdToken().getJwtToken());
    assert.equal(claims["cognito:username"], username);
    const access = CognitoJwtVerifier.create({
        userPoolId: poolId, clientId, tokenUse: "access",
    });
    access.cacheJwks(jwks);
    const more = await access.verify(
        session.getAccessToken().getJwtToken());
    assert.equal(more.username, username);
    assert.equal(more.sub, claims.sub);
    return claims;
}

function code(user, text, type) {
    return outcome((callbacks) => user.sendMFACode(text, callbacks, type));
}

const cases = {
    "right password, tokens verified": async () => {
        const { value } = await expect(
            signIn(newUser("alice"), "Correct-Horse-7"), "onSuccess");
        const claims = await verified(value, "alice");
        assert.deepEqual(claims["cognito:groups"], ["Admins"]);
        assert.equal(claims.email_verified, true);
    },
    "wrong password": () => assert.rejects(
        signIn(newUser("alice"), "wrong"),
        { code: "NotAuthorizedException",
          message: "Incorrect username or password." }),
    "unknown name looks like a wrong password": () => assert.rejects(
        signIn(newUser("nobody"), "Correct-Horse-7"),
        { code: "NotAuthorizedException",
          message: "Incorrect username or password." }),
    "password and name outside ASCII": async () => {
        const { value } = await expect(
            signIn(newUser("zo\u00eb"), "p\u00e4ss \ud83d\udd11 w\u00f6rd"),
            "onSuccess");
        await verified(value, "zo\u00eb");
    },
    "alias, answered with the internal name": async () => {
        const { value } = await expect(
            signIn(newUser("alice@example.com"), "Correct-Horse-7"),
            "onSuccess");
        await verified(value, "alice");
    },
    "forced new password": async () => {
        const user = newUser("new");
        const { value, more } = await expect(
            signIn(user, "Temporary-1"), "newPasswordRequired");
        assert.equal(value.email, "new@example.com");
        assert.deepEqual(more, ["name"]);
        await assert.rejects(
            outcome((callbacks) => user.completeNewPasswordChallenge(
                "short", { name: "N. Ew" }, callbacks)),
            { code: "InvalidPasswordException" });
        const done = await expect(
            outcome((callbacks) => user.completeNewPasswordChallenge(
                "Brand-New-99", { name: "N. Ew" }, callbacks)),
            "onSuccess");
        const claims = await verified(done.value, "new");
        assert.equal(claims.name, "N. Ew");
        await expect(signIn(newUser("new"), "Brand-New-99"), "onSuccess");
    },
    "authenticator, wrong code then right code": async () => {
        const user = newUser("bob");
        await expect(signIn(user, "Correct-Horse-8"), "totpRequired");
        await assert.rejects(code(user, "000000", "SOFTWARE_TOKEN_MFA"),
                             { code: "CodeMismatchException" });
        const { value } = await expect(
            code(user, totp(TOTP_SECRET), "SOFTWARE_TOKEN_MFA"),
            "onSuccess");
        await verified(value, "bob");
    },
    "code by SMS": async () => {
        const user = newUser("sms");
        await expect(signIn(user, "Correct-Horse-9"), "mfaRequired");
        const { value } = await expect(code(user, "135790"), "onSuccess");
        await verified(value, "sms");
    },
    "choice between factors": async () => {
        const user = newUser("two");
        await expect(signIn(user, "Correct-Horse-9"), "selectMFAType");
        await expect(outcome((callbacks) => user.sendMFASelectionAnswer(
            "SOFTWARE_TOKEN_MFA", callbacks)), "totpRequired");
        const { value } = await expect(
            code(user, totp(TOTP_SECRET), "SOFTWARE_TOKEN_MFA"),
            "onSuccess");
        await verified(value, "two");
    },
    "enrolling an authenticator": async () => {
        const user = newUser("fresh");
        await expect(signIn(user, "Correct-Horse-9"), "mfaSetup");
        const { value: secret } = await expect(
            outcome((callbacks) => user.associateSoftwareToken(callbacks)),
            "associateSecretCode");
        const { value } = await expect(
            outcome((callbacks) => user.verifySoftwareToken(
                totp(secret), "phone", callbacks)), "onSuccess");
        await verified(value, "fresh");
    },
    "changed password": async () => {
        const user = newUser("carol");
        await expect(signIn(user, "Correct-Horse-9"), "onSuccess");
        await promised((done) => user.changePassword(
            "Correct-Horse-9", "Brand-New-99", done));
        await expect(signIn(newUser("carol"), "Brand-New-99"), "onSuccess");
        await assert.rejects(signIn(newUser("carol"), "Correct-Horse-9"),
                             { code: "NotAuthorizedException" });
    },
    "refreshed tokens, then signed out everywhere": async () => {
        const user = newUser("alice");
        const { value } = await expect(
            signIn(user, "Correct-Horse-7"), "onSuccess");
        const refresh = value.getRefreshToken();
        const session = await promised((done) =>
            user.refreshSession(refresh, done));
        await verified(session, "alice");
        const elsewhere = newUser("alice");
        elsewhere.setSignInUserSession(session);
        await outcome((callbacks) => user.globalSignOut(callbacks));
        // Not the refresh token: the library tries that for 6 seconds.
        await assert.rejects(
            promised((done) => elsewhere.changePassword(
                "Correct-Horse-7", "Brand-New-99", done)),
            { code: "NotAuthorizedException",
              message: "Access Token has been revoked" });
    },
    "sign-up, confirmed with a code": async () => {
        const email = new CognitoUserAttribute({
            Name: "email", Value: "eve@example.com" });
        const made = await promised((done) => pool.signUp(
            "eve", "Correct-Horse-9", [email], [], done));
        assert.equal(made.userConfirmed, false);
        await assert.rejects(signIn(newUser("eve"), "Correct-Horse-9"),
                             { code: "UserNotConfirmedException" });
        const user = newUser("eve");
        const sent = await promised((done) =>
            user.resendConfirmationCode(done));
        assert.equal(sent.CodeDeliveryDetails.DeliveryMedium, "EMAIL");
        await assert.rejects(promised((done) =>
            user.confirmRegistration("000000", false, done)),
                             { code: "CodeMismatchException" });
        await promised((done) =>
            user.confirmRegistration("246810", false, done));
        const { value } = await expect(
            signIn(newUser("eve"), "Correct-Horse-9"), "onSuccess");
        assert.equal(value.getIdToken().payload.sub, made.userSub);
    },
    "forgotten password": async () => {
        const user = newUser("alice@example.com");
        const sent = await new Promise((resolve, reject) =>
            user.forgotPassword({ onFailure: reject,
                                  inputVerificationCode: resolve }));
        assert.equal(sent.CodeDeliveryDetails.Destination, "a***@e***");
        const confirm = (text, password) => outcome((callbacks) =>
            user.confirmPassword(text, password, callbacks));
        await assert.rejects(confirm("000000", "Brand-New-99"),
                             { code: "CodeMismatchException" });
        await assert.rejects(confirm("246810", "short"),
                             { code: "InvalidPasswordException" });
        await confirm("246810", "Brand-New-99");
        await expect(signIn(newUser("alice"), "Brand-New-99"), "onSuccess");
    },
    "questions of the pool's owner, after the password": async () => {
        const user = newUser("quizzed");
        user.setAuthenticationFlowType("CUSTOM_AUTH");
        const { value } = await expect(
            signIn(user, "Correct-Horse-9"), "customChallenge");
        assert.equal(value.question, "Colour?");
        const reply = (text) => outcome((callbacks) =>
            user.sendCustomChallengeAnswer(text, callbacks));
        await expect(reply("blue"), "customChallenge");
        const second = await expect(reply("red"), "customChallenge");
        assert.equal(second.value.question, "Number?");
        const done = await expect(reply("7"), "onSuccess");
        await verified(done.value, "quizzed");
    },
    "authenticator of a signed-in user": async () => {
        const user = newUser("later");
        await expect(signIn(user, "Correct-Horse-9"), "onSuccess");
        const { value: secret } = await expect(
            outcome((callbacks) => user.associateSoftwareToken(callbacks)),
            "associateSecretCode");
        await expect(outcome((callbacks) => user.verifySoftwareToken(
            totp(secret), "phone", callbacks)), "onSuccess");
        await promised((done) => user.setUserMfaPreference(
            { Enabled: false, PreferredMfa: false },
            { Enabled: true, PreferredMfa: true }, done));
        await expect(signIn(newUser("later"), "Correct-Horse-9"),
                     "totpRequired");
    },
    "own attributes": async () => {
        const user = newUser("carol");
        await expect(signIn(user, "Brand-New-99"), "onSuccess");
        await promised((done) => user.updateAttributes(
            [new CognitoUserAttribute({ Name: "nickname", Value: "Caz" })],
            done));
        const found = await promised((done) => user.getUserAttributes(done));
        assert.ok(found.some((one) => one.getName() === "nickname"
                                      && one.getValue() === "Caz"));
        await assert.rejects(
            promised((done) => user.updateAttributes(
                [new CognitoUserAttribute({ Name: "sub", Value: "x" })],
                done)),
            { code: "InvalidParameterException" });
    },
    "remembered device instead of a code": async () => {
        await control(url, "set", { pool: { devices: "always" } });
        const user = newUser("sms");
        await expect(signIn(user, "Correct-Horse-9"), "mfaRequired");
        await expect(code(user, "135790"), "onSuccess");
        // The library confirmed the device and keeps its secret.
        const again = newUser("sms");
        const { value } = await expect(
            signIn(again, "Correct-Horse-9"), "onSuccess");
        await verified(value, "sms");
        const known = await new Promise((resolve, reject) =>
            again.listDevices(10, null, { onSuccess: resolve,
                                          onFailure: reject }));
        assert.equal(known.Devices.length, 1);
        await new Promise((resolve, reject) =>
            again.forgetDevice({ onSuccess: resolve, onFailure: reject }));
        await expect(signIn(newUser("sms"), "Correct-Horse-9"),
                     "mfaRequired");
        await control(url, "set", { pool: { devices: "" } });
    },
    "disabled user": () => assert.rejects(
        signIn(newUser("off"), "Correct-Horse-9"),
        { code: "NotAuthorizedException", message: "User is disabled." }),
};

await runCases(cases);

// SPDX-License-Identifier: Apache-2.0
// Administers the test pool with AWS's own SDK, gets credentials from the
// fake cloud with its providers, and keeps objects in the bucket. Started
// by ./run with the URLs of all three in the environment.

import assert from "node:assert/strict";
import fs from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";

import {
    AdminDisableUserCommand, AdminEnableUserCommand, AdminGetUserCommand,
    AdminListGroupsForUserCommand, CognitoIdentityProviderClient,
    DescribeUserPoolClientCommand, DescribeUserPoolCommand,
    GetTokensFromRefreshTokenCommand, GetUserCommand, ListUsersCommand,
    RevokeTokenCommand, paginateListGroups, paginateListUsers,
    paginateListUsersInGroup,
} from "@aws-sdk/client-cognito-identity-provider";
import {
    GetObjectCommand, HeadObjectCommand, PutObjectCommand, S3Client,
} from "@aws-sdk/client-s3";
import {
    fromCognitoIdentityPool, fromContainerMetadata, fromHttp,
    fromInstanceMetadata, fromTokenFile,
} from "@aws-sdk/credential-providers";

import { control, runCases } from "./harness.mjs";

const {
    AuthenticationDetails, CognitoUser, CognitoUserPool,
} = createRequire(import.meta.url)("amazon-cognito-identity-js");

const { POOL_URL, IMDS_URL, CONTAINER_URL, STS_URL, IDENTITY_URL,
        BUCKET_URL, WORK_DIR } = process.env;
const UserPoolId = "eu-west-1_Interop2";
const CLIENT_ID = "publicclient00000000000000";
const ROLE = "arn:aws:iam::123456789012:role/exporter";
const CYRILLIC = "\u0430\u0434\u043c\u0438\u043d\u044b-\ud83d\udd11";
const SECRET = "a/secret+key";
const OURS = { accessKeyId: "AKIATESTPOOL00000000",
               secretAccessKey: SECRET };

function administrator(credentials = OURS, more = {}) {
    return new CognitoIdentityProviderClient({
        region: "eu-west-1", endpoint: POOL_URL, credentials, ...more,
    });
}

function refused(credentials, name, command, more) {
    return assert.rejects(
        administrator(credentials, { maxAttempts: 1, ...more }).send(
            command ?? new ListUsersCommand({ UserPoolId })), { name });
}

async function all(pages, member) {
    const found = [];
    for await (const page of pages) {
        found.push(...page[member]);
    }
    return found;
}

// A case with other settings of the pool, put back afterwards.
async function withPool(settings, before, run) {
    await control(POOL_URL, "set", { pool: settings });
    try {
        await run();
    } finally {
        await control(POOL_URL, "set", { pool: before });
        await control(POOL_URL, "reset_counts");
    }
}

async function withEnvironment(variables, run) {
    Object.assign(process.env, variables);
    try {
        await run();
    } finally {
        for (const name of Object.keys(variables)) {
            delete process.env[name];
        }
    }
}

function session(Username, Password, ClientId = CLIENT_ID) {
    const Pool = new CognitoUserPool({ UserPoolId, ClientId,
                                       endpoint: POOL_URL + "/" });
    const user = new CognitoUser({ Username, Pool });
    return new Promise((resolve, reject) => user.authenticateUser(
        new AuthenticationDetails({ Username, Password }),
        { onFailure: reject, onSuccess: resolve }));
}

// Keys from the cloud: the pool lets them list, and nothing else.
async function accepted(credentials) {
    const users = await administrator(credentials).send(
        new ListUsersCommand({ UserPoolId, Limit: 1 }));
    assert.equal(users.Users.length, 1);
    await refused(credentials, "AccessDeniedException",
                  new AdminGetUserCommand({ UserPoolId, Username: "alice" }));
}

const cases = {
    "every user, over short and empty pages": async () => {
        const client = administrator();
        const users = await all(
            paginateListUsers({ client, pageSize: 60 }, { UserPoolId }),
            "Users");
        assert.equal(users.length, 1003);
        assert.equal(new Set(users.map((one) => one.Username)).size, 1003);
        const [alice, brien, zoe] = users;
        assert.deepEqual(alice.Attributes.slice(1), [
            { Name: "email", Value: "alice@example.com" },
            { Name: "custom:uid", Value: "7001" }]);
        assert.ok(alice.UserCreateDate instanceof Date);
        assert.equal(brien.Enabled, false);
        assert.equal(zoe.UserStatus, "FORCE_CHANGE_PASSWORD");
    },
    "members of groups": async () => {
        const client = administrator();
        const groups = await all(
            paginateListGroups({ client, pageSize: 1 }, { UserPoolId }),
            "Groups");
        assert.deepEqual(groups.map((one) => one.GroupName),
                         ["Admins", CYRILLIC, "Odd"]);
        const counts = [];
        for (const { GroupName } of groups) {
            counts.push((await all(
                paginateListUsersInGroup({ client },
                                         { UserPoolId, GroupName }),
                "Users")).length);
        }
        assert.deepEqual(counts, [1, 1, 500]);
    },
    "filter with a quotation mark": async () => {
        const found = await administrator().send(new ListUsersCommand({
            UserPoolId, Filter: 'username = "o\\"brien"',
        }));
        assert.deepEqual(found.Users.map((one) => one.Username),
                         ['o"brien']);
    },
    "descriptions": async () => {
        const client = administrator();
        const { UserPool } = await client.send(
            new DescribeUserPoolCommand({ UserPoolId }));
        assert.equal(UserPool.EstimatedNumberOfUsers, 1003);
        assert.equal(UserPool.MfaConfiguration, "OPTIONAL");
        assert.equal(UserPool.SchemaAttributes.at(-1).Name, "custom:uid");
        const { UserPoolClient } = await client.send(
            new DescribeUserPoolClientCommand({
                UserPoolId, ClientId: CLIENT_ID,
            }));
        assert.deepEqual(UserPoolClient.WriteAttributes, ["email"]);
        assert.equal(UserPoolClient.ReadAttributes, undefined);
        assert.equal(UserPoolClient.PreventUserExistenceErrors, "ENABLED");
    },
    "one user, disabled and enabled": async () => {
        const client = administrator();
        const one = { UserPoolId, Username: "alice" };
        await client.send(new AdminDisableUserCommand(one));
        assert.equal((await client.send(
            new AdminGetUserCommand(one))).Enabled, false);
        await client.send(new AdminEnableUserCommand(one));
        const { Groups } = await client.send(
            new AdminListGroupsForUserCommand(one));
        assert.equal(Groups.length, 2);
        await refused(OURS, "UserNotFoundException", new AdminGetUserCommand(
            { UserPoolId, Username: "nobody" }));
    },
    "rotated refresh tokens, and their end": async () => {
        const client = administrator();
        const ClientId = "rotatingclient000000000000";
        const renew = (RefreshToken) => client.send(
            new GetTokensFromRefreshTokenCommand({ ClientId, RefreshToken }));
        const first = await session("alice", "Correct-Horse-7", ClientId);
        const token = first.getRefreshToken().getToken();
        const { AuthenticationResult: second } = await renew(token);
        assert.notEqual(second.RefreshToken, token);
        await assert.rejects(renew(token),
                             { name: "RefreshTokenReuseException" });
        await client.send(new RevokeTokenCommand({
            ClientId, Token: second.RefreshToken }));
        await assert.rejects(renew(second.RefreshToken),
                             { name: "NotAuthorizedException" });
        await assert.rejects(
            client.send(new GetUserCommand({
                AccessToken: second.AccessToken })),
            { name: "NotAuthorizedException",
              message: "Access Token has been revoked" });
    },
    "keys that are refused": async () => {
        await refused({ ...OURS, secretAccessKey: "x" },
                      "InvalidSignatureException");
        await refused({ ...OURS, accessKeyId: "AKIA0000000000000000" },
                      "UnrecognizedClientException");
        await refused({ ...OURS, sessionToken: "x" },
                      "UnrecognizedClientException");
        await refused({ ...OURS, accessKeyId: "AKIATESTPOOL00000001" },
                      "AccessDeniedException",
                      new DescribeUserPoolCommand({ UserPoolId }));
        await refused(OURS, "InvalidSignatureException", undefined,
                      { region: "eu-west-3" });
    },
    "temporary keys, and their end": async () => {
        const temporary = { accessKeyId: "ASIATESTPOOL00000002",
                            secretAccessKey: SECRET,
                            sessionToken: "IQoJb3Jp//+=" };
        await administrator(temporary).send(
            new ListUsersCommand({ UserPoolId }));
        await withPool({ date_offset_s: 3601 }, { date_offset_s: 0 },
                       () => refused(temporary, "ExpiredTokenException",
                                     undefined, { maxAttempts: 3 }));
    },
    "a wrong clock is noticed and made up for": () => withPool(
        { date_offset_s: 3600 }, { date_offset_s: 0 }, async () => {
            await refused(OURS, "InvalidSignatureException");
            await administrator(OURS, { maxAttempts: 3 }).send(
                new ListUsersCommand({ UserPoolId }));
        }),
    "throttled, tried again": () => withPool(
        { rates: { UserList: 2 } }, { rates: {} }, async () => {
            const client = administrator(OURS, { maxAttempts: 8 });
            for (let i = 0; i < 4; i += 1) {
                await client.send(new ListUsersCommand({ UserPoolId }));
            }
            await control(POOL_URL, "set",
                          { pool: { rates: { UserList: 0.001 } } });
            await control(POOL_URL, "reset_counts");
            await client.send(new ListUsersCommand({ UserPoolId }));
            await refused(OURS, "TooManyRequestsException");
        }),
    "credentials of an instance": () => withEnvironment(
        { AWS_EC2_METADATA_SERVICE_ENDPOINT: IMDS_URL }, async () => {
            const found = await fromInstanceMetadata()();
            assert.ok(found.expiration > new Date());
            await accepted(found);
            await control(IMDS_URL, "set", { imds: { role: "" } });
            await assert.rejects(fromInstanceMetadata({ maxRetries: 0 })());
            await control(IMDS_URL, "set", { imds: { role: ROLE } });
        }),
    "credentials of a container": () => withEnvironment(
        { AWS_CONTAINER_CREDENTIALS_FULL_URI: `${CONTAINER_URL}/v2/one`,
          AWS_CONTAINER_AUTHORIZATION_TOKEN: "an authorization" },
        async () => {
            await accepted(await fromContainerMetadata()());
            await accepted(await fromHttp()());
            process.env.AWS_CONTAINER_AUTHORIZATION_TOKEN = "x";
            await assert.rejects(fromContainerMetadata({ maxRetries: 0 })());
        }),
    "credentials for a web identity": async () => {
        const file = path.join(WORK_DIR, "token");
        const provider = () => fromTokenFile({
            webIdentityTokenFile: file, roleArn: ROLE,
            roleSessionName: "host-7",
            clientConfig: { region: "eu-west-1", endpoint: STS_URL,
                            maxAttempts: 1 },
        })();
        fs.writeFileSync(file, "header.payload.signature");
        await accepted(await provider());
        fs.writeFileSync(file, "another.payload.signature");
        await assert.rejects(provider(), { name: "InvalidIdentityTokenException",
                                         Code: "InvalidIdentityToken" });
    },
    "credentials for a person's ID token": async () => {
        await control(IDENTITY_URL, "set", { identity: { user_pool: {
            id: UserPoolId, url: POOL_URL,
            ca: process.env.NODE_EXTRA_CA_CERTS, clients: [CLIENT_ID],
        } } });
        const logins = {
            [`cognito-idp.eu-west-1.amazonaws.com/${UserPoolId}`]:
                (await session("alice", "Correct-Horse-7"))
                    .getIdToken().getJwtToken(),
        };
        const provider = () => fromCognitoIdentityPool({
            identityPoolId: "eu-west-1:7c4a1d2e-0b6f-4f4e-9a51-3d1f6f0f7a10",
            logins, clientConfig: { region: "eu-west-1", maxAttempts: 1,
                                    endpoint: IDENTITY_URL },
        })();
        const found = await provider();
        assert.ok(found.expiration > new Date());
        await accepted(found);
        assert.equal((await provider()).identityId, found.identityId);
        for (const provided of Object.keys(logins)) {
            logins[provided] = logins[provided].slice(0, -4) + "AAAA";
        }
        await assert.rejects(provider(), { name: "NotAuthorizedException" });
    },
    "objects": async () => {
        const client = new S3Client({
            region: "eu-west-1", endpoint: BUCKET_URL, credentials: OURS,
            forcePathStyle: true,
        });
        const place = { Bucket: "snapshots", Key: "pool/latest" };
        const first = await client.send(new GetObjectCommand(place));
        assert.equal(await first.Body.transformToString(), "a snapshot");
        assert.equal(first.LastModified.getTime(), 1790000000000);
        const unchanged = { ...place, IfNoneMatch: first.ETag };
        await assert.rejects(
            client.send(new GetObjectCommand(unchanged)),
            (error) => error.$metadata.httpStatusCode === 304);
        await client.send(new PutObjectCommand({
            ...place, Body: "a newer one", Metadata: { made: "x" },
        }));
        const second = await client.send(new GetObjectCommand(unchanged));
        assert.equal(await second.Body.transformToString(), "a newer one");
        assert.deepEqual(second.Metadata, { made: "x" });
        const part = await client.send(new GetObjectCommand(
            { ...place, Range: "bytes=2-6" }));
        assert.equal(await part.Body.transformToString(), "newer");
        assert.equal(part.ContentRange, "bytes 2-6/11");
        const head = await client.send(new HeadObjectCommand(place));
        assert.equal(head.ContentLength, 11);
        await assert.rejects(
            client.send(new GetObjectCommand({ ...place, Key: "x" })),
            { name: "NoSuchKey" });
        await assert.rejects(
            client.send(new PutObjectCommand({ ...place, Body: "",
                                               IfNoneMatch: "*" })),
            { name: "PreconditionFailed" });
    },
};

await runCases(cases);

// SPDX-License-Identifier: Apache-2.0
// The second yardstick: one login by amazon-cognito-identity-js, as a whole
// node process. It verifies no token.
// identity-js.mjs PACKAGES-OF URL POOL-ID CLIENT-ID USER < password

import fs from "node:fs";
import { createRequire } from "node:module";

const [where, url, poolId, clientId, name] = process.argv.slice(2);
const require = createRequire(where + "/");
const {
    AuthenticationDetails, CognitoUser, CognitoUserPool,
} = require("amazon-cognito-identity-js");

const pool = new CognitoUserPool({
    UserPoolId: poolId, ClientId: clientId, endpoint: url + "/",
});
const user = new CognitoUser({ Username: name, Pool: pool });
const password = fs.readFileSync(0, "utf8").split("\n")[0];

user.setAuthenticationFlowType("USER_SRP_AUTH");
user.authenticateUser(
    new AuthenticationDetails({ Username: name, Password: password }),
    {
        onSuccess: (session) => {
            process.exitCode = session.getIdToken().getJwtToken() ? 0 : 1;
        },
        onFailure: (error) => {
            console.error(error);
            process.exitCode = 1;
        },
    });

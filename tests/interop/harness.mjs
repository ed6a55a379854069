// SPDX-License-Identifier: Apache-2.0
// What the files of cases share: running them, authenticator codes, and
// the control calls of the pool and its neighbours.

import assert from "node:assert/strict";
import crypto from "node:crypto";

// Runs cases one after the other: name -> async function.
export async function runCases(cases) {
    let failed = 0;
    for (const [name, run] of Object.entries(cases)) {
        try {
            await run();
            console.log(`ok      ${name}`);
        } catch (error) {
            failed += 1;
            console.log(`FAILED  ${name}: ${error.code ?? error.name} `
                        + error.message);
        }
    }
    console.log(`${Object.keys(cases).length - failed} passed, `
                + `${failed} failed`);
    process.exitCode = failed ? 1 : 0;
}

// RFC 6238, from node's own HMAC.
export function totp(secret, step = 0) {
    const bits = [...secret].map((digit) =>
        "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(digit)
            .toString(2).padStart(5, "0")).join("");
    const key = Buffer.from(
        bits.match(/.{8}/g).map((octet) => parseInt(octet, 2)));
    const counter = Buffer.alloc(8);
    counter.writeBigUInt64BE(
        BigInt(Math.floor(Date.now() / 30000) + step));
    const mac = crypto.createHmac("sha1", key).update(counter).digest();
    const number = mac.readUInt32BE(mac[19] & 15) & 0x7fffffff;
    return String(number % 1000000).padStart(6, "0");
}

// POST /_control of the server at a URL.
export async function control(url, command, members = {}) {
    const answer = await fetch(`${url}/_control`, {
        method: "POST", headers: { "X-Test-Control": "1" },
        body: JSON.stringify({ do: command, ...members }),
    });
    assert.equal(answer.status, 200, await answer.clone().text());
    return answer.json();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognito/jwt and cognito/claims: any bytes as a token, which must not
 * verify, and any JSON as claims, which must be refused or believed whole.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cognito/claims.h"
#include "cognito/jwt.h"
#include "tests/fuzz/target.h"

/* The public key of tests/vectors/jwt.json, whose other half is gone. */
static const char jwks[] =
    "{\"keys\":[{\"kty\":\"RSA\",\"alg\":\"RS256\",\"use\":\"sig\",\"e\":"
    "\"AQAB\","
    "\"kid\":\"y4aoA3vEf04WRiaHUh2uwAyFG6ndDt5xNTVJFEtRErw=\",\"n\":\""
    "wqRAI8LKL3M30Npj2YD82al4rcpWrxNvsFd9dc0-wJVNa8k7MMU0KkqdWpPKkSsv"
    "K3O6ft-uZ_0bkBrBHazbGNQ-SLk6CohnUXYUu0e_05Jm4uhQuhh8nkTMnwOv9Geb"
    "HVQphvD-oPh2lmmStuZK6SqS5cqredDvdFDHsUzvTHWQ-OmhqZk8E7awpmrz7Vnv"
    "wk0VmBSdcVUZMbXLtQGNSL3zms3ItoAdq3GMUxgbqlUoCOh3TmKrxB0hBQ06uNXN"
    "urJfQyL32b325oO9YVE5AePkOi4PgBOQz8AZa-xxM_zGbXG2X1Op3FMgFprs6q6v"
    "On5M9pJulga_YyCdsg5MIQ"
    "\"}]}";

static void
check_identity(const struct cog_identity *identity)
{
    if (strcmp(identity->username, "alice") != 0 || identity->sub[0] == '\0' ||
        identity->group_count > COG_GROUPS_MAX)
        abort();
    for (size_t i = 0; i < identity->group_count; i++) {
        size_t len = strnlen(identity->groups[i], COG_GROUP_SIZE);

        if (len == 0 || len == COG_GROUP_SIZE)
            abort();
    }
}

static void
check_claims(const char *bytes, size_t size)
{
    static struct cog_identity identity;
    static const struct cog_login_settings settings = {
        .pool_id = "eu-west-1_Ab3dEfGh9",
        .issuer = {"https://cognito-idp.eu-west-1.amazonaws.com/"
                   "eu-west-1_Ab3dEfGh9"},
        .client_id = "5h9k2m4n6p8r0t1v3x5z7b9d1f",
        .sign_in_name = "alice",
    };
    static const struct cog_claims_times times = {1795266003, 1795266003,
                                                  1795266123};
    struct cog_report report = {.detail = NULL};
    struct cog_json *claims = NULL;

    if (cog_json_parse(bytes, size, &claims) == COG_OK &&
        cog_claims_check(claims, &settings, &times, &report, &identity) ==
            COG_OK)
        check_identity(&identity);
    cog_json_free(claims);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct cog_secret token = COG_SECRET_EMPTY;
    struct cog_json *claims = NULL;

    if (size > 0 && data[0] == '{') {
        check_claims((const char *) data, size);
        return 0;
    }
    if (cog_secret_set(&token, data, size) != 0)
        return 0;
    /* What verifies is one of the vectors, byte for byte. */
    (void) cog_jwt_verify(&token, jwks, sizeof jwks - 1, &claims);
    cog_json_free(claims);
    cog_secret_clear(&token);
    return 0;
}

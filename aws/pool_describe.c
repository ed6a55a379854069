/* SPDX-License-Identifier: Apache-2.0 */
/*
 * DescribeUserPool and DescribeUserPoolClient: what the settings of pool and
 * app client mean for logins. Absent settings have the service's defaults.
 */
#include <stdio.h>
#include <string.h>

#include "aws/admin_call.h"

#define WORD_MAX 64 /* longest name of an enumeration */

/* The member, if it is there and an object or an array. */
static const struct cog_json *
object_of(const struct cog_json *object, const char *key)
{
    const struct cog_json *member = NULL;

    if (object != NULL)
        (void) cog_json_object(object, key, &member);
    return member;
}

static const struct cog_json *
array_of(const struct cog_json *object, const char *key)
{
    const struct cog_json *member = NULL;

    if (object != NULL)
        (void) cog_json_array(object, key, &member);
    return member;
}

static bool
is_word(const struct cog_json *object, const char *key, const char *word)
{
    const char *text;

    return object != NULL &&
           cog_json_text(object, key, WORD_MAX, &text) == COG_OK &&
           strcmp(text, word) == 0;
}

static bool
is_true(const struct cog_json *object, const char *key, bool otherwise)
{
    bool truth = otherwise;

    if (object != NULL)
        (void) cog_json_bool(object, key, &truth);
    return truth;
}

/* Whether the array has this text. */
static bool
holds(const struct cog_json *array, const char *word)
{
    const char *text;

    for (size_t i = 0; array != NULL && i < cog_json_count(array); i++) {
        if (cog_json_text_at(array, i, WORD_MAX, &text) == COG_OK &&
            strcmp(text, word) == 0)
            return true;
    }
    return false;
}

/* A text as it is; one that does not fit, or is none, is "". */
static void
copy_text(const struct cog_json *object, const char *key,
          char out[COG_POOL_NAME_MAX + 1])
{
    const char *text = "";

    (void) cog_json_text(object, key, COG_POOL_NAME_MAX, &text);
    (void) snprintf(out, COG_POOL_NAME_MAX + 1, "%s", text);
}

static int64_t
number_of(const struct cog_json *object, const char *key)
{
    int64_t number = 0;

    (void) cog_json_integer(object, key, &number);
    return number;
}

static enum cog_pool_mfa
mfa_of(const struct cog_json *pool)
{
    static const char key[] = "MfaConfiguration";

    if (is_word(pool, key, "OFF") || !cog_json_has(pool, key))
        return COG_POOL_MFA_OFF;
    if (is_word(pool, key, "ON"))
        return COG_POOL_MFA_ON;
    return is_word(pool, key, "OPTIONAL") ? COG_POOL_MFA_OPTIONAL
                                          : COG_POOL_MFA_OTHER;
}

static void
read_pool(const struct cog_json *pool, struct cog_pool_description *out)
{
    const struct cog_json *aliases = array_of(pool, "AliasAttributes");
    const struct cog_json *names = array_of(pool, "UsernameAttributes");

    *out = (struct cog_pool_description){
        .case_sensitive = is_true(object_of(pool, "UsernameConfiguration"),
                                  "CaseSensitive", true),
        .admin_creates_only = is_true(object_of(pool, "AdminCreateUserConfig"),
                                      "AllowAdminCreateUserOnly", false),
        .alias_email = holds(aliases, "email"),
        .alias_phone = holds(aliases, "phone_number"),
        .alias_preferred = holds(aliases, "preferred_username"),
        .username_email = holds(names, "email"),
        .username_phone = holds(names, "phone_number"),
        .devices = object_of(pool, "DeviceConfiguration") != NULL,
        .issuer_updated =
            is_word(object_of(pool, "IssuerConfiguration"), "Type", "UPDATED"),
        .mfa = mfa_of(pool),
        .users_estimated =
            (uint64_t) number_of(pool, "EstimatedNumberOfUsers"),
    };
    copy_text(pool, "Name", out->name);
}

static enum cog_status
walk_schema(struct cog_pool_admin *admin, const struct cog_json *schema,
            enum cog_status (*each)(
                void *context, const struct cog_pool_attribute *attribute),
            void *context)
{
    const struct cog_json *one;
    enum cog_status status = COG_OK;

    for (size_t i = 0;
         schema != NULL && i < cog_json_count(schema) && status == COG_OK;
         i++) {
        struct cog_pool_attribute attribute = {.name = NULL};

        if (cog_json_object_at(schema, i, &one) != COG_OK ||
            cog_json_text(one, "Name", COG_POOL_NAME_MAX, &attribute.name) !=
                COG_OK)
            return cog_admin_malformed(admin, COG_PROTOCOL,
                                       "SchemaAttributes");
        attribute.is_mutable = is_true(one, "Mutable", true);
        attribute.developer_only =
            is_true(one, "DeveloperOnlyAttribute", false);
        status = each(context, &attribute);
    }
    return status;
}

enum cog_status
cog_pool_admin_describe_pool(
    struct cog_pool_admin *admin,
    enum cog_status (*each)(void *context,
                            const struct cog_pool_attribute *attribute),
    void *context, struct cog_pool_description *description)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *answer = NULL;
    const struct cog_json *pool;
    enum cog_status status;

    cog_admin_begin(admin, &body);
    cog_json_close(&body);
    status = cog_admin_call(admin, "DescribeUserPool", &body, &answer);
    if (status != COG_OK)
        return status;
    if (cog_json_object(answer, "UserPool", &pool) != COG_OK)
        return cog_admin_malformed(admin, COG_PROTOCOL, "UserPool");
    if (each != NULL)
        status = walk_schema(admin, array_of(pool, "SchemaAttributes"), each,
                             context);
    if (status == COG_OK)
        read_pool(pool, description);
    return status;
}

/* ExplicitAuthFlowsType; the first three are the names before ALLOW_. */
static const struct {
    const char *name;
    unsigned flow;
} flows[] = {
    {"ADMIN_NO_SRP_AUTH", COG_POOL_FLOW_ADMIN_PASSWORD},
    {"CUSTOM_AUTH_FLOW_ONLY", COG_POOL_FLOW_CUSTOM},
    {"USER_PASSWORD_AUTH", COG_POOL_FLOW_USER_PASSWORD},
    {"ALLOW_USER_SRP_AUTH", COG_POOL_FLOW_USER_SRP},
    {"ALLOW_USER_PASSWORD_AUTH", COG_POOL_FLOW_USER_PASSWORD},
    {"ALLOW_ADMIN_USER_PASSWORD_AUTH", COG_POOL_FLOW_ADMIN_PASSWORD},
    {"ALLOW_CUSTOM_AUTH", COG_POOL_FLOW_CUSTOM},
    {"ALLOW_REFRESH_TOKEN_AUTH", COG_POOL_FLOW_REFRESH},
    {"ALLOW_USER_AUTH", COG_POOL_FLOW_USER_AUTH},
};

static unsigned
flow_of(const char *name)
{
    for (size_t i = 0; i < sizeof flows / sizeof flows[0]; i++) {
        if (strcmp(name, flows[i].name) == 0)
            return flows[i].flow;
    }
    return COG_POOL_FLOW_OTHER;
}

/*
 * Without a list the client allows SRP, custom and refresh. Of the old names
 * CUSTOM_AUTH_FLOW_ONLY takes SRP away and the others leave it.
 */
static unsigned
flows_of(const struct cog_json *list)
{
    unsigned sum = 0;
    bool old = false, custom_only = false;
    const char *name;

    if (list == NULL || cog_json_count(list) == 0)
        return COG_POOL_FLOW_USER_SRP | COG_POOL_FLOW_CUSTOM |
               COG_POOL_FLOW_REFRESH;
    for (size_t i = 0; i < cog_json_count(list); i++) {
        if (cog_json_text_at(list, i, WORD_MAX, &name) != COG_OK)
            return COG_POOL_FLOW_OTHER;
        sum |= flow_of(name);
        old = old || strncmp(name, "ALLOW_", 6) != 0;
        custom_only =
            custom_only || strcmp(name, "CUSTOM_AUTH_FLOW_ONLY") == 0;
    }
    if (old)
        sum |=
            COG_POOL_FLOW_REFRESH | (custom_only ? 0 : COG_POOL_FLOW_USER_SRP);
    return sum;
}

static void
read_client(const struct cog_json *client,
            struct cog_pool_client_description *out)
{
    *out = (struct cog_pool_client_description){
        .has_secret = cog_json_has(client, "ClientSecret"),
        .flows = flows_of(array_of(client, "ExplicitAuthFlows")),
        .hides_unknown_users =
            is_word(client, "PreventUserExistenceErrors", "ENABLED"),
        .revocation = is_true(client, "EnableTokenRevocation", false),
        .writes_standard = array_of(client, "WriteAttributes") == NULL,
        .auth_session_minutes =
            (unsigned) number_of(client, "AuthSessionValidity"),
    };
    copy_text(client, "ClientName", out->name);
}

static enum cog_status
walk_names(struct cog_pool_admin *admin, const struct cog_json *names,
           enum cog_status (*each)(void *context, const char *name),
           void *context)
{
    enum cog_status status = COG_OK;
    const char *name;

    for (size_t i = 0;
         names != NULL && i < cog_json_count(names) && status == COG_OK; i++) {
        if (cog_json_text_at(names, i, COG_POOL_NAME_MAX, &name) != COG_OK)
            return cog_admin_malformed(admin, COG_PROTOCOL, "WriteAttributes");
        status = each(context, name);
    }
    return status;
}

enum cog_status
cog_pool_admin_describe_client(
    struct cog_pool_admin *admin, const char *client_id,
    enum cog_status (*each)(void *context, const char *name), void *context,
    struct cog_pool_client_description *description)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *answer = NULL;
    const struct cog_json *client;
    enum cog_status status;

    cog_admin_begin(admin, &body);
    cog_json_put_text(&body, "ClientId", client_id);
    cog_json_close(&body);
    status = cog_admin_call(admin, "DescribeUserPoolClient", &body, &answer);
    if (status != COG_OK)
        return status;
    if (cog_json_object(answer, "UserPoolClient", &client) != COG_OK)
        return cog_admin_malformed(admin, COG_PROTOCOL, "UserPoolClient");
    if (each != NULL)
        status = walk_names(admin, array_of(client, "WriteAttributes"), each,
                            context);
    if (status == COG_OK)
        read_client(client, description);
    return status;
}

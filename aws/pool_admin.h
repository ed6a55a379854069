/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The user pool as an administrator sees it: the reading operations that
 * AWS credentials allow (ListUsers and others of the Amazon Cognito user pools
 * API reference), each a typed result or a status.
 * Nothing here changes the pool (P83). The policies list exactly the calls
 * made: etc/iam-policy-account-check.json those about one user, which the
 * speaker makes, and etc/iam-policy.json the others, which cognitoctl makes.
 *
 * What is throttled, or fails by the service's or the network's trouble, is
 * asked again after a pause that grows by powers of two and is drawn at
 * random, at the page where it was, until the patience is used up. Expired
 * credentials are renewed on the way.
 */
#ifndef COG_AWS_POOL_ADMIN_H
#define COG_AWS_POOL_ADMIN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "aws/credentials.h"
#include "base/clock.h"
#include "cognito/json.h"
#include "cognito/status.h"

/*
 * The pace that leaves others of the account most of the default quota of 30
 * lists a second ("Quotas in Amazon Cognito", UserList).
 */
#define COG_POOL_ADMIN_INTERVAL_MS 200

/* All borrowed: must outlive the object. */
struct cog_pool_admin_settings {
    const char *endpoint; /* "https://HOST[:PORT]": the configuration's */
    const char *pool_id;
    const char *region;  /* of the signature: the part of the pool id */
    const char *ca_file; /* as in cognito/http.h */
    const char *ca_path;
    const char *proxy;
    struct cog_aws_chain *chain;
    const struct cog_clock *clock; /* all three members */
    int timeout_ms;                /* for one request, at least 1000 */
    int64_t deadline_ms;           /* of all that is asked; 0: none */
    int64_t patience_ms;           /* for all pauses of this object together */
    int interval_ms; /* least time between two requests; 0: none */
};

struct cog_pool_admin;

/*
 * What there is to say about the last call, valid whatever its status.
 * Printable ASCII, no secrets.
 */
struct cog_pool_admin_report {
    const char *operation;  /* "ListUsers"; NULL before the first */
    char error_type[64];    /* of the service's last error, or "" */
    char message[256];      /* its text, or "" */
    char request_id[80];    /* of the last answer, or "" */
    char detail[600];       /* of ours: the credentials' problem, what the
                               network says, which member is malformed; "" */
    bool offset_known;      /* whether the service's clock was seen */
    int64_t offset_s;       /* its clock minus ours */
    unsigned long requests; /* sent or tried, since the beginning */
    unsigned long repeats;  /* of these after a pause */
    int64_t paused_ms;      /* of the patience used up */
};

/* COG_NO_MEMORY, COG_MISCONFIGURED (endpoint, pool id), COG_INTERNAL. */
enum cog_status
cog_pool_admin_new(const struct cog_pool_admin_settings *settings,
                   struct cog_pool_admin **admin);

/* NULL is fine. */
void cog_pool_admin_free(struct cog_pool_admin *admin);

/* Borrowed, lives as long as the object. */
const struct cog_pool_admin_report *
cog_pool_admin_report(const struct cog_pool_admin *admin);

/*
 * A callback gets one thing at a time; any result but COG_OK ends the
 * operation with it. Else every operation below returns COG_OK, or
 *  COG_MISCONFIGURED  no credentials, IAM says no, no such pool, client or
 *                     group: the report says which
 *  COG_THROTTLED, COG_SERVICE, COG_NETWORK, COG_LOST, COG_TIMEOUT
 *                     still so after the patience was used up
 *  COG_TLS            not who it should be
 *  COG_PROTOCOL       a malformed answer
 *  COG_BLOCKED, COG_NO_MEMORY, COG_INTERNAL
 * A callback's results before a failure are a part of the whole, and nothing
 * tells which part.
 */

/* UserStatus of the API's UserType. */
enum cog_pool_user_status {
    COG_POOL_USER_OTHER = 0, /* one we never heard of */
    COG_POOL_USER_UNCONFIRMED,
    COG_POOL_USER_CONFIRMED,
    COG_POOL_USER_FORCE_CHANGE_PASSWORD,
    COG_POOL_USER_RESET_REQUIRED,
    COG_POOL_USER_EXTERNAL_PROVIDER,
    COG_POOL_USER_ARCHIVED,
    COG_POOL_USER_COMPROMISED,
    COG_POOL_USER_UNKNOWN
};

/* Longest text of the service taken, in bytes: 128 and 2048 characters. */
#define COG_POOL_NAME_MAX  512
#define COG_POOL_VALUE_MAX 8192

/* A user while the callback runs. Texts are UTF-8, borrowed, unchecked. */
struct cog_pool_user {
    const char *username; /* the pool's internal name, not empty */
    const char *sub;      /* of its attributes; NULL: none there */
    bool enabled;
    enum cog_pool_user_status status;
    const char *status_text;           /* as it came */
    int64_t created_s;                 /* unix time; 0: not told */
    int64_t modified_s;                /* likewise */
    const struct cog_json *attributes; /* for cog_pool_user_attribute */
};

/*
 * The value of an attribute as "email" or "custom:shell"; borrowed. NULL
 * when the user has none, or one with a NUL or half a character in it. (A
 * page in which a user has one twice is malformed as a whole.)
 */
const char *cog_pool_user_attribute(const struct cog_pool_user *user,
                                    const char *name);

/*
 * ListUsers, all pages. attributes: only these (NULL-terminated list, 32 at
 * most), or NULL for all, which is safe: naming one that some users lack was
 * reported to fail. When the service refuses the first page,
 * all are asked for instead; the refusal of a later one is the result. AWS
 * does not count listing as activity of the users.
 */
enum cog_status cog_pool_admin_list_users(
    struct cog_pool_admin *admin, const char *const *attributes,
    enum cog_status (*each)(void *context, const struct cog_pool_user *user),
    void *context);

/*
 * ListUsersInGroup, all pages. COG_MISCONFIGURED when there is no such
 * group: it may have been deleted since it was listed.
 */
enum cog_status cog_pool_admin_list_members(
    struct cog_pool_admin *admin, const char *group,
    enum cog_status (*each)(void *context, const struct cog_pool_user *user),
    void *context);

struct cog_pool_group {
    const char *name;        /* not empty */
    const char *description; /* or "" */
};

/* ListGroups, all pages. */
enum cog_status cog_pool_admin_list_groups(
    struct cog_pool_admin *admin,
    enum cog_status (*each)(void *context, const struct cog_pool_group *group),
    void *context);

/* AdminListGroupsForUser, all pages. COG_BAD_CREDENTIALS as below. */
enum cog_status cog_pool_admin_list_groups_of(
    struct cog_pool_admin *admin, const char *username,
    enum cog_status (*each)(void *context, const struct cog_pool_group *group),
    void *context);

/*
 * AdminGetUser: the callback is called once. COG_BAD_CREDENTIALS when there
 * is no such user. It makes the user a monthly active one, which costs money
 * ("Monthly active users", developer guide): for one user, never in a loop.
 */
enum cog_status cog_pool_admin_get_user(
    struct cog_pool_admin *admin, const char *username,
    enum cog_status (*once)(void *context, const struct cog_pool_user *user),
    void *context);

enum cog_pool_mfa {
    COG_POOL_MFA_OTHER = 0,
    COG_POOL_MFA_OFF,
    COG_POOL_MFA_ON,
    COG_POOL_MFA_OPTIONAL
};

/* An attribute of the pool's schema while the callback runs. */
struct cog_pool_attribute {
    const char *name;    /* "email", "custom:shell", "dev:custom:x" */
    bool is_mutable;     /* may change after the user was made */
    bool developer_only; /* never readable or writable by a client */
};

/* DescribeUserPool: what a login or a sync depends on. */
struct cog_pool_description {
    char name[COG_POOL_NAME_MAX + 1];
    bool case_sensitive;     /* UsernameConfiguration; absent: true */
    bool admin_creates_only; /* nobody can sign up by themselves */
    bool alias_email;        /* AliasAttributes */
    bool alias_phone;
    bool alias_preferred; /* preferred_username, its owner's choice */
    bool username_email;  /* UsernameAttributes: names are addresses */
    bool username_phone;
    bool devices;        /* DeviceConfiguration is there */
    bool issuer_updated; /* IssuerConfiguration.Type is UPDATED */
    enum cog_pool_mfa mfa;
    uint64_t users_estimated; /* EstimatedNumberOfUsers; 0: not told */
};

/* each may be NULL; it gets SchemaAttributes. */
enum cog_status cog_pool_admin_describe_pool(
    struct cog_pool_admin *admin,
    enum cog_status (*each)(void *context,
                            const struct cog_pool_attribute *attribute),
    void *context, struct cog_pool_description *description);

/* Flows that an app client may allow, a sum of these. */
enum cog_pool_flow {
    COG_POOL_FLOW_USER_SRP = 1 << 0,       /* ALLOW_USER_SRP_AUTH */
    COG_POOL_FLOW_USER_PASSWORD = 1 << 1,  /* ALLOW_USER_PASSWORD_AUTH */
    COG_POOL_FLOW_ADMIN_PASSWORD = 1 << 2, /* ALLOW_ADMIN_USER_PASSWORD_AUTH */
    COG_POOL_FLOW_CUSTOM = 1 << 3,         /* ALLOW_CUSTOM_AUTH */
    COG_POOL_FLOW_REFRESH = 1 << 4,        /* ALLOW_REFRESH_TOKEN_AUTH */
    COG_POOL_FLOW_USER_AUTH = 1 << 5,      /* ALLOW_USER_AUTH */
    COG_POOL_FLOW_OTHER = 1 << 6           /* one we never heard of */
};

/* DescribeUserPoolClient. The client secret is not kept. */
struct cog_pool_client_description {
    char name[COG_POOL_NAME_MAX + 1];
    bool has_secret;
    unsigned flows;           /* ExplicitAuthFlows, and what the names without
                                 ALLOW_ stood for */
    bool hides_unknown_users; /* PreventUserExistenceErrors is ENABLED */
    bool revocation;          /* EnableTokenRevocation */
    bool writes_standard;     /* WriteAttributes is absent: the client may
                                 write all standard attributes */
    unsigned auth_session_minutes; /* AuthSessionValidity; 0: not told */
};

/* each gets the names in WriteAttributes; it may be NULL. */
enum cog_status cog_pool_admin_describe_client(
    struct cog_pool_admin *admin, const char *client_id,
    enum cog_status (*each)(void *context, const char *name), void *context,
    struct cog_pool_client_description *description);

static inline void
cog_pool_admin_free_at(struct cog_pool_admin **admin)
{
    cog_pool_admin_free(*admin);
}

#define cog_cleanup_pool_admin __attribute__((cleanup(cog_pool_admin_free_at)))

#endif

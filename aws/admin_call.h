/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One signed operation of the user pool, asked until it is answered or the
 * patience is used up: the part that pool_admin.c and pool_describe.c share.
 */
#ifndef COG_AWS_ADMIN_CALL_H
#define COG_AWS_ADMIN_CALL_H

#include "aws/pool_admin.h"
#include "cognito/http_fetch.h"
#include "cognito/json_write.h"

/*
 * Longest answer taken. A page of 60 users with all the attributes that the
 * service has room for (70 of 2048 bytes) is 8.6 MB before escapes; of
 * everyday users it is 60 kB.
 */
#define COG_ADMIN_ANSWER_MAX (16 * 1024 * 1024)

struct cog_pool_admin {
    struct cog_pool_admin_settings settings;
    struct cog_pool_admin_report report;
    struct cog_fetcher *fetcher;
    int64_t interval_ms; /* least time between requests, as things are */
    int64_t last_ms;     /* when the last one began */
    char url[COG_URL_MAX + 1];
};

/*
 * Begin a request's body: the object is open and holds UserPoolId. The
 * caller adds members and closes it.
 */
void cog_admin_begin(const struct cog_pool_admin *admin,
                     struct cog_json_writer *body);

/*
 * Send it, and again as pool_admin.h says. COG_OK with the answer, which the
 * caller frees; otherwise as there, with the report filled in.
 */
enum cog_status cog_admin_call(struct cog_pool_admin *admin,
                               const char *operation,
                               const struct cog_json_writer *body,
                               struct cog_json **answer);

/* A malformed member of an answer: sets the report's detail. */
enum cog_status cog_admin_malformed(struct cog_pool_admin *admin,
                                    enum cog_status status,
                                    const char *detail);

#endif

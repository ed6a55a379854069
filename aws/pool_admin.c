/* SPDX-License-Identifier: Apache-2.0 */
/* Lists and users of the pool; see the header. */
#include "aws/pool_admin.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "aws/admin_call.h"
#include "aws/pool_user.h"
#include "cognito/address.h"
#include "cognito/pool.h"

#define PAGE 60 /* the most there is */

/* Longest token of a page taken, in bytes. */
#define PAGE_TOKEN_MAX 16384

/* So many empty pages in a row are no list but a loop. */
#define EMPTY_PAGES_MAX 1000

#define ATTRIBUTES_MAX 32

enum cog_status
cog_pool_admin_new(const struct cog_pool_admin_settings *settings,
                   struct cog_pool_admin **admin)
{
    const struct cog_fetcher_settings fetcher = {
        .ca_file = settings->ca_file,
        .ca_path = settings->ca_path,
        .proxy = settings->proxy,
        .monotonic_ms = settings->clock->monotonic_ms,
    };
    cog_cleanup_pool_admin struct cog_pool_admin *fresh = NULL;
    enum cog_status status;

    if (!cog_address_is_valid(settings->endpoint, "https://") ||
        !cog_pool_id_is_valid(settings->pool_id))
        return COG_MISCONFIGURED;
    fresh = calloc(1, sizeof *fresh);
    if (fresh == NULL)
        return COG_NO_MEMORY;
    fresh->settings = *settings;
    fresh->interval_ms = settings->interval_ms;
    (void) snprintf(fresh->url, sizeof fresh->url, "%s/", settings->endpoint);
    status = cog_fetcher_new(&fetcher, &fresh->fetcher);
    if (status != COG_OK)
        return status;
    *admin = fresh;
    fresh = NULL;
    return COG_OK;
}

void
cog_pool_admin_free(struct cog_pool_admin *admin)
{
    if (admin == NULL)
        return;
    cog_fetcher_free(admin->fetcher);
    free(admin);
}

const struct cog_pool_admin_report *
cog_pool_admin_report(const struct cog_pool_admin *admin)
{
    return &admin->report;
}

/* A list operation, and where its walk stands. */
struct list {
    const char *operation;
    const char *token_name;        /* PaginationToken or NextToken */
    const char *items_name;        /* Users or Groups */
    const char *group;             /* GroupName; NULL: none */
    const char *username;          /* Username; NULL: none */
    const char *const *attributes; /* AttributesToGet; NULL: all */
    /* Hands one element to whoever asked. */
    enum cog_status (*hand_over)(struct cog_pool_admin *admin,
                                 const struct list *list,
                                 const struct cog_json *item);
    enum cog_status (*each_user)(void *context,
                                 const struct cog_pool_user *user);
    enum cog_status (*each_group)(void *context,
                                  const struct cog_pool_group *group);
    void *context;
    struct cog_secret token; /* of the next page; empty: the first */
    unsigned empty_pages;    /* in a row */
};

static void
clear_list(struct list *list)
{
    cog_secret_clear(&list->token);
}

static enum cog_status
hand_over_user(struct cog_pool_admin *admin, const struct list *list,
               const struct cog_json *item)
{
    struct cog_pool_user user;
    const char *detail;
    enum cog_status status =
        cog_pool_user_read(item, "Attributes", &user, &detail);

    if (status != COG_OK)
        return cog_admin_malformed(admin, status, detail);
    return list->each_user(list->context, &user);
}

static enum cog_status
hand_over_group(struct cog_pool_admin *admin, const struct list *list,
                const struct cog_json *item)
{
    struct cog_pool_group group;
    const char *detail;
    enum cog_status status = cog_pool_group_read(item, &group, &detail);

    if (status != COG_OK)
        return cog_admin_malformed(admin, status, detail);
    return list->each_group(list->context, &group);
}

static void
write_request(const struct cog_pool_admin *admin, const struct list *list,
              struct cog_json_writer *body)
{
    cog_admin_begin(admin, body);
    cog_json_put_number(body, "Limit", PAGE);
    if (list->group != NULL)
        cog_json_put_text(body, "GroupName", list->group);
    if (list->username != NULL)
        cog_json_put_text(body, "Username", list->username);
    if (list->token.len > 0)
        cog_json_put_text(body, list->token_name, list->token.data);
    if (list->attributes != NULL) {
        cog_json_open_array(body, "AttributesToGet");
        for (size_t i = 0; list->attributes[i] != NULL; i++)
            cog_json_put_text(body, NULL, list->attributes[i]);
        cog_json_close_array(body);
    }
    cog_json_close(body);
}

static enum cog_status
ask_page(struct cog_pool_admin *admin, const struct list *list,
         struct cog_json **answer)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;

    write_request(admin, list, &body);
    return cog_admin_call(admin, list->operation, &body, answer);
}

/*
 * Without the attributes, if it may be these that were refused. Not in the
 * middle: a token may be good for the request that it came from only.
 */
static enum cog_status
ask_page_somehow(struct cog_pool_admin *admin, struct list *list,
                 struct cog_json **answer)
{
    enum cog_status status = ask_page(admin, list, answer);

    if (list->attributes == NULL || list->token.len > 0 ||
        strcmp(admin->report.error_type, "InvalidParameterException") != 0)
        return status;
    list->attributes = NULL;
    return ask_page(admin, list, answer);
}

/* The next page's token; the same again would never end. */
static enum cog_status
take_token(struct list *list, const struct cog_json *answer, bool *more)
{
    const char *token = NULL;

    *more = cog_json_has(answer, list->token_name);
    if (!*more)
        return COG_OK;
    if (cog_json_text(answer, list->token_name, PAGE_TOKEN_MAX, &token) !=
            COG_OK ||
        token[0] == '\0' ||
        (list->token.len > 0 && strcmp(token, list->token.data) == 0))
        return COG_PROTOCOL;
    return cog_secret_set_text(&list->token, token) == 0 ? COG_OK
                                                         : COG_NO_MEMORY;
}

static enum cog_status
hand_over_page(struct cog_pool_admin *admin, struct list *list,
               const struct cog_json *answer)
{
    const struct cog_json *items, *item;
    enum cog_status status = COG_OK;
    size_t count;

    if (cog_json_array(answer, list->items_name, &items) != COG_OK)
        return cog_admin_malformed(admin, COG_PROTOCOL, list->items_name);
    count = cog_json_count(items);
    list->empty_pages = count == 0 ? list->empty_pages + 1 : 0;
    if (count > PAGE || list->empty_pages > EMPTY_PAGES_MAX)
        return cog_admin_malformed(admin, COG_PROTOCOL, "length of a page");
    for (size_t i = 0; i < count && status == COG_OK; i++) {
        if (cog_json_object_at(items, i, &item) != COG_OK)
            return cog_admin_malformed(admin, COG_PROTOCOL, "an element");
        status = list->hand_over(admin, list, item);
    }
    return status;
}

static enum cog_status
walk(struct cog_pool_admin *admin, struct list *list)
{
    bool more = true;

    while (more) {
        cog_cleanup_json struct cog_json *answer = NULL;
        enum cog_status status = ask_page_somehow(admin, list, &answer);

        if (status == COG_OK)
            status = hand_over_page(admin, list, answer);
        if (status != COG_OK)
            return status;
        status = take_token(list, answer, &more);
        if (status != COG_OK)
            return cog_admin_malformed(admin, status, list->token_name);
    }
    return COG_OK;
}

enum cog_status
cog_pool_admin_list_users(
    struct cog_pool_admin *admin, const char *const *attributes,
    enum cog_status (*each)(void *context, const struct cog_pool_user *user),
    void *context)
{
    __attribute__((cleanup(clear_list))) struct list list = {
        .operation = "ListUsers",
        .token_name = "PaginationToken",
        .items_name = "Users",
        .attributes = attributes,
        .hand_over = hand_over_user,
        .each_user = each,
        .context = context,
    };

    for (size_t i = 0; attributes != NULL && attributes[i] != NULL; i++) {
        if (i == ATTRIBUTES_MAX)
            return COG_INTERNAL;
    }
    return walk(admin, &list);
}

enum cog_status
cog_pool_admin_list_members(
    struct cog_pool_admin *admin, const char *group,
    enum cog_status (*each)(void *context, const struct cog_pool_user *user),
    void *context)
{
    __attribute__((cleanup(clear_list))) struct list list = {
        .operation = "ListUsersInGroup",
        .token_name = "NextToken",
        .items_name = "Users",
        .group = group,
        .hand_over = hand_over_user,
        .each_user = each,
        .context = context,
    };

    return walk(admin, &list);
}

enum cog_status
cog_pool_admin_list_groups(
    struct cog_pool_admin *admin,
    enum cog_status (*each)(void *context, const struct cog_pool_group *group),
    void *context)
{
    __attribute__((cleanup(clear_list))) struct list list = {
        .operation = "ListGroups",
        .token_name = "NextToken",
        .items_name = "Groups",
        .hand_over = hand_over_group,
        .each_group = each,
        .context = context,
    };

    return walk(admin, &list);
}

enum cog_status
cog_pool_admin_list_groups_of(
    struct cog_pool_admin *admin, const char *username,
    enum cog_status (*each)(void *context, const struct cog_pool_group *group),
    void *context)
{
    __attribute__((cleanup(clear_list))) struct list list = {
        .operation = "AdminListGroupsForUser",
        .token_name = "NextToken",
        .items_name = "Groups",
        .username = username,
        .hand_over = hand_over_group,
        .each_group = each,
        .context = context,
    };

    return walk(admin, &list);
}

enum cog_status
cog_pool_admin_get_user(
    struct cog_pool_admin *admin, const char *username,
    enum cog_status (*once)(void *context, const struct cog_pool_user *user),
    void *context)
{
    cog_cleanup_json_writer struct cog_json_writer body =
        COG_JSON_WRITER_EMPTY;
    cog_cleanup_json struct cog_json *answer = NULL;
    struct cog_pool_user user;
    enum cog_status status;
    const char *detail;

    cog_admin_begin(admin, &body);
    cog_json_put_text(&body, "Username", username);
    cog_json_close(&body);
    status = cog_admin_call(admin, "AdminGetUser", &body, &answer);
    if (status != COG_OK)
        return status;
    status = cog_pool_user_read(answer, "UserAttributes", &user, &detail);
    if (status != COG_OK)
        return cog_admin_malformed(admin, status, detail);
    return once(context, &user);
}

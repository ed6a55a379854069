/* SPDX-License-Identifier: Apache-2.0 */
/* UserType, AttributeType, GroupType of the API model; see the header. */
#include "aws/pool_user.h"

#include <string.h>

#define ATTRIBUTES_MAX 500 /* the service has 50 custom ones and some 20 */
#define STATUS_MAX     64

/*
 * One attribute's name and value; a value may be missing. One that is no
 * text to us (a NUL in it, or longer than the service says) counts as
 * missing: people write their own attributes, and nobody may end the listing
 * of all others (P78).
 */
static enum cog_status
attribute_at(const struct cog_json *attributes, size_t i, const char **name,
             const char **value)
{
    const struct cog_json *one;
    enum cog_status status = cog_json_object_at(attributes, i, &one);

    *value = NULL;
    if (status == COG_OK)
        status = cog_json_text(one, "Name", COG_POOL_NAME_MAX, name);
    if (status == COG_OK && cog_json_has(one, "Value") &&
        cog_json_text(one, "Value", COG_POOL_VALUE_MAX, value) != COG_OK &&
        !cog_json_is_text(one, "Value"))
        status = COG_PROTOCOL;
    return status;
}

const char *
cog_pool_user_attribute(const struct cog_pool_user *user, const char *name)
{
    const char *found, *value;

    if (user->attributes == NULL)
        return NULL;
    for (size_t i = 0; i < cog_json_count(user->attributes); i++) {
        if (attribute_at(user->attributes, i, &found, &value) == COG_OK &&
            strcmp(found, name) == 0)
            return value;
    }
    return NULL;
}

/* All of them readable, none twice. */
static enum cog_status
check_attributes(const struct cog_json *attributes)
{
    size_t count = cog_json_count(attributes);
    const char *name, *other, *value;

    if (count > ATTRIBUTES_MAX)
        return COG_PROTOCOL;
    for (size_t i = 0; i < count; i++) {
        if (attribute_at(attributes, i, &name, &value) != COG_OK)
            return COG_PROTOCOL;
        for (size_t j = 0; j < i; j++) {
            if (attribute_at(attributes, j, &other, &value) != COG_OK ||
                strcmp(name, other) == 0)
                return COG_PROTOCOL;
        }
    }
    return COG_OK;
}

static enum cog_pool_user_status
status_of(const char *text)
{
    static const char *const texts[] = {
        [COG_POOL_USER_UNCONFIRMED] = "UNCONFIRMED",
        [COG_POOL_USER_CONFIRMED] = "CONFIRMED",
        [COG_POOL_USER_FORCE_CHANGE_PASSWORD] = "FORCE_CHANGE_PASSWORD",
        [COG_POOL_USER_RESET_REQUIRED] = "RESET_REQUIRED",
        [COG_POOL_USER_EXTERNAL_PROVIDER] = "EXTERNAL_PROVIDER",
        [COG_POOL_USER_ARCHIVED] = "ARCHIVED",
        [COG_POOL_USER_COMPROMISED] = "COMPROMISED",
        [COG_POOL_USER_UNKNOWN] = "UNKNOWN",
    };

    for (size_t i = 1; i < sizeof texts / sizeof texts[0]; i++) {
        if (strcmp(text, texts[i]) == 0)
            return (enum cog_pool_user_status) i;
    }
    return COG_POOL_USER_OTHER;
}

/* A moment that may be missing. */
static enum cog_status
read_moment(const struct cog_json *object, const char *key, int64_t *seconds)
{
    *seconds = 0;
    if (!cog_json_has(object, key))
        return COG_OK;
    return cog_json_seconds(object, key, seconds);
}

static enum cog_status
read_attributes(const struct cog_json *object, const char *key,
                struct cog_pool_user *user)
{
    user->attributes = NULL;
    if (!cog_json_has(object, key))
        return COG_OK;
    if (cog_json_array(object, key, &user->attributes) != COG_OK)
        return COG_PROTOCOL;
    return check_attributes(user->attributes);
}

enum cog_status
cog_pool_user_read(const struct cog_json *object, const char *attributes,
                   struct cog_pool_user *user, const char **detail)
{
    struct cog_pool_user fresh = {.username = NULL};

    *detail = "Username of a user";
    if (cog_json_text(object, "Username", COG_POOL_NAME_MAX,
                      &fresh.username) != COG_OK ||
        fresh.username[0] == '\0')
        return COG_PROTOCOL;
    *detail = "Enabled of a user";
    if (cog_json_bool(object, "Enabled", &fresh.enabled) != COG_OK)
        return COG_PROTOCOL;
    *detail = "UserStatus of a user";
    if (cog_json_text(object, "UserStatus", STATUS_MAX, &fresh.status_text) !=
        COG_OK)
        return COG_PROTOCOL;
    *detail = "a date of a user";
    if (read_moment(object, "UserCreateDate", &fresh.created_s) != COG_OK ||
        read_moment(object, "UserLastModifiedDate", &fresh.modified_s) !=
            COG_OK)
        return COG_PROTOCOL;
    *detail = "attributes of a user";
    if (read_attributes(object, attributes, &fresh) != COG_OK)
        return COG_PROTOCOL;
    fresh.status = status_of(fresh.status_text);
    fresh.sub = cog_pool_user_attribute(&fresh, "sub");
    *user = fresh;
    return COG_OK;
}

enum cog_status
cog_pool_group_read(const struct cog_json *object,
                    struct cog_pool_group *group, const char **detail)
{
    struct cog_pool_group fresh = {.description = ""};

    *detail = "GroupName of a group";
    if (cog_json_text(object, "GroupName", COG_POOL_NAME_MAX, &fresh.name) !=
            COG_OK ||
        fresh.name[0] == '\0')
        return COG_PROTOCOL;
    *detail = "Description of a group";
    if (cog_json_has(object, "Description") &&
        cog_json_text(object, "Description", COG_POOL_VALUE_MAX,
                      &fresh.description) != COG_OK)
        return COG_PROTOCOL;
    *group = fresh;
    return COG_OK;
}

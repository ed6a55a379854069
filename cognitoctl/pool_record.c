/* SPDX-License-Identifier: Apache-2.0 */
/* Lines of a snapshot; see the header. */
#include "cognitoctl/pool_record.h"

#include "cognito/json.h"
#include "cognito/json_write.h"

#include <stdio.h>
#include <string.h>

#define TAG_DIGITS 16

bool
cog_pool_keys_check(const char *text)
{
    size_t len = 0;

    for (; text[len] != '\0'; len++) {
        if (text[len] != '\n' && (text[len] < ' ' || text[len] > '~'))
            return false;
    }
    return len <= COG_POOL_KEYS_MAX;
}

/* A bounded copy of a member that may be absent: then it is "". */
static bool
read_text(const struct cog_json *line, const char *key, char *out, size_t size)
{
    const char *text = "";

    if (cog_json_has(line, key) &&
        cog_json_text(line, key, size - 1, &text) != COG_OK)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool
read_id(const struct cog_json *line, const char *key, uint32_t *id)
{
    int64_t number;

    if (cog_json_integer(line, key, &number) != COG_OK ||
        number > UINT32_MAX || cog_id_is_forbidden((uint32_t) number))
        return false;
    *id = (uint32_t) number;
    return true;
}

/* Exactly sixteen lower-case hexadecimal digits, not all zero. */
static bool
read_tag(const struct cog_json *line, uint64_t *tag)
{
    static const char digits[] = "0123456789abcdef";
    const char *text, *digit;
    uint64_t value = 0;

    if (cog_json_text(line, "sub_tag", TAG_DIGITS, &text) != COG_OK ||
        strlen(text) != TAG_DIGITS)
        return false;
    for (; *text != '\0'; text++) {
        digit = strchr(digits, *text);
        if (digit == NULL)
            return false;
        value = value << 4 | (uint64_t) (digit - digits);
    }
    *tag = value;
    return value != 0;
}

/* What its writer cleaned must be clean. */
static bool
read_gecos(const struct cog_json *line, char gecos[COG_GECOS_MAX + 1])
{
    char clean[COG_GECOS_MAX + 1];

    if (!read_text(line, "gecos", gecos, COG_GECOS_MAX + 1))
        return false;
    cog_gecos_clean(gecos, strlen(gecos), clean);
    return strcmp(gecos, clean) == 0;
}

static bool
read_disabled(const struct cog_json *line, bool *disabled)
{
    *disabled = cog_json_has(line, "disabled");
    return !*disabled || cog_json_true(line, "disabled") == COG_OK;
}

static bool
read_groups(const struct cog_json *line, struct cog_pool_groups *groups)
{
    const struct cog_json *list;
    const char *name;

    if (!cog_json_has(line, "groups"))
        return true;
    if (cog_json_array(line, "groups", &list) != COG_OK ||
        cog_json_count(list) > COG_GROUPS_MAX)
        return false;
    for (size_t i = 0; i < cog_json_count(list); i++) {
        if (cog_json_text_at(list, i, COG_POOL_GROUP_MAX, &name) != COG_OK ||
            cog_pool_groups_add(groups, name, strlen(name)) != 0)
            return false;
    }
    return groups->count == cog_json_count(list);
}

static enum cog_pool_line
read_user(const struct cog_json *line, struct cog_pool_record *out)
{
    struct cog_pool_record user;

    memset(&user, 0, sizeof user);
    if (!read_text(line, "user", user.name, sizeof user.name) ||
        cog_login_name_check(user.name, strlen(user.name)) != COG_FAULT_NONE ||
        !read_id(line, "uid", &user.uid) || !read_tag(line, &user.sub_tag) ||
        !read_gecos(line, user.gecos) ||
        !read_disabled(line, &user.disabled) ||
        !read_groups(line, &user.groups) ||
        !read_text(line, "keys", user.keys, sizeof user.keys) ||
        !cog_pool_keys_check(user.keys))
        return COG_POOL_LINE_MALFORMED;
    *out = user;
    return COG_POOL_LINE_USER;
}

static enum cog_pool_line
read_group(const struct cog_json *line, struct cog_pool_group_record *out)
{
    struct cog_pool_group_record group;
    struct cog_pool_groups alone;

    memset(&group, 0, sizeof group);
    alone.count = alone.used = 0;
    if (!read_text(line, "group", group.name, sizeof group.name) ||
        cog_pool_groups_add(&alone, group.name, strlen(group.name)) != 0 ||
        !read_id(line, "gid", &group.gid))
        return COG_POOL_LINE_MALFORMED;
    *out = group;
    return COG_POOL_LINE_GROUP;
}

enum cog_pool_line
cog_pool_line_read(const char *line, size_t len, struct cog_pool_record *user,
                   struct cog_pool_group_record *group)
{
    cog_cleanup_json struct cog_json *document = NULL;

    if (len > COG_POOL_LINE_MAX ||
        cog_json_parse(line, len, &document) != COG_OK ||
        cog_json_has(document, "user") == cog_json_has(document, "group"))
        return COG_POOL_LINE_MALFORMED;
    if (cog_json_has(document, "user"))
        return read_user(document, user);
    return read_group(document, group);
}

/* Hand over what was written, as one line. */
static bool
finish(struct cog_json_writer *writer, struct cog_secret *text)
{
    cog_json_close(writer);
    if (writer->status != COG_OK || writer->text.len > COG_POOL_LINE_MAX ||
        cog_secret_append(&writer->text, "\n", 1) != 0)
        return false;
    cog_secret_move(text, &writer->text);
    return true;
}

static void
put_groups(struct cog_json_writer *writer,
           const struct cog_pool_groups *groups)
{
    const char *name = NULL;

    if (groups->count == 0)
        return;
    cog_json_open_array(writer, "groups");
    while ((name = cog_pool_groups_next(groups, name)) != NULL)
        cog_json_put_text(writer, NULL, name);
    cog_json_close_array(writer);
}

bool
cog_pool_line_write_user(const struct cog_pool_record *user,
                         struct cog_secret *text)
{
    cog_cleanup_json_writer struct cog_json_writer writer =
        COG_JSON_WRITER_EMPTY;
    char tag[TAG_DIGITS + 1];

    (void) snprintf(tag, sizeof tag, "%016llx",
                    (unsigned long long) user->sub_tag);
    cog_json_open(&writer, NULL);
    cog_json_put_text(&writer, "user", user->name);
    cog_json_put_number(&writer, "uid", user->uid);
    cog_json_put_text(&writer, "sub_tag", tag);
    if (user->gecos[0] != '\0')
        cog_json_put_text(&writer, "gecos", user->gecos);
    if (user->disabled)
        cog_json_put_bool(&writer, "disabled", true);
    put_groups(&writer, &user->groups);
    if (user->keys[0] != '\0')
        cog_json_put_text(&writer, "keys", user->keys);
    return finish(&writer, text);
}

bool
cog_pool_line_write_group(const struct cog_pool_group_record *group,
                          struct cog_secret *text)
{
    cog_cleanup_json_writer struct cog_json_writer writer =
        COG_JSON_WRITER_EMPTY;

    cog_json_open(&writer, NULL);
    cog_json_put_text(&writer, "group", group->name);
    cog_json_put_number(&writer, "gid", group->gid);
    return finish(&writer, text);
}

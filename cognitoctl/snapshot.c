/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and checking snapshots, and writing their head; see the header. */
#include "cognitoctl/snapshot.h"

#include "accounts/ids.h"
#include "cognito/json.h"
#include "cognito/json_write.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#define MAGIC        COG_SNAPSHOT_FORMAT " "
#define MAGIC_LEN    (sizeof MAGIC - 1)
#define BASE64_LEN   88 /* of a signature */
#define FIRST_LINE   (MAGIC_LEN + BASE64_LEN + 1)
#define HASH_DIGITS  (2 * COG_SHA256_SIZE)
#define TAG_DIGITS   16
#define AN_HOUR_S    3600
#define TAG_OF_A_KEY "key of "

__attribute__((format(printf, 2, 3))) static bool
refuse(char reason[COG_POOL_REASON], const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    (void) vsnprintf(reason, COG_POOL_REASON, format, arguments);
    va_end(arguments);
    return false;
}

uint64_t
cog_snapshot_key_tag(const struct cog_id_key *key, const char *pool_id)
{
    char text[sizeof TAG_OF_A_KEY + COG_POOL_ID_MAX];

    (void) snprintf(text, sizeof text, TAG_OF_A_KEY "%s", pool_id);
    return cog_sub_tag(key, text);
}

/* ---- the two lines before the body */

/* The line that is signed, its end included; NULL: no such file. */
static const char *
find_header(const char *bytes, size_t len, size_t *header_len)
{
    const char *header = bytes + FIRST_LINE, *end;

    if (len < FIRST_LINE || memcmp(bytes, MAGIC, MAGIC_LEN) != 0 ||
        bytes[FIRST_LINE - 1] != '\n')
        return NULL;
    len -= FIRST_LINE;
    if (len > COG_SNAPSHOT_HEAD_MAX - FIRST_LINE)
        len = COG_SNAPSHOT_HEAD_MAX - FIRST_LINE;
    end = memchr(header, '\n', len);
    if (end == NULL)
        return NULL;
    *header_len = (size_t) (end - header) + 1;
    return header;
}

static bool
is_signed(const char *bytes, const char *header, size_t header_len,
          const struct cog_signature_key *key)
{
    cog_cleanup_secret struct cog_secret signature = COG_SECRET_EMPTY;

    return cog_base64_decode(bytes + MAGIC_LEN, BASE64_LEN, &signature) ==
               COG_OK &&
           signature.len == COG_SIGNATURE_SIZE &&
           cog_signature_verify(key, header, header_len,
                                (const unsigned char *) signature.data);
}

static bool
read_hex(const struct cog_json *json, const char *key, unsigned char *out,
         size_t size)
{
    static const char digits[] = "0123456789abcdef";
    const char *text;

    if (cog_json_text(json, key, 2 * size, &text) != COG_OK ||
        strlen(text) != 2 * size || strspn(text, digits) != 2 * size)
        return false;
    for (size_t i = 0; i < size; i++) {
        const char *high = strchr(digits, text[2 * i]);
        const char *low = strchr(digits, text[2 * i + 1]);

        out[i] = (unsigned char) ((high - digits) << 4 | (low - digits));
    }
    return true;
}

static bool
read_text(const struct cog_json *json, const char *key, char *out, size_t size)
{
    const char *text;

    if (cog_json_text(json, key, size - 1, &text) != COG_OK)
        return false;
    memcpy(out, text, strlen(text) + 1);
    return true;
}

static bool
read_number(const struct cog_json *json, const char *key, uint64_t max,
            uint64_t *out)
{
    int64_t number;

    if (cog_json_integer(json, key, &number) != COG_OK ||
        (uint64_t) number > max)
        return false;
    *out = (uint64_t) number;
    return true;
}

static bool
read_ids(const struct cog_json *json, struct cog_snapshot_ids *ids)
{
    uint64_t base, range;
    unsigned char tag[TAG_DIGITS / 2];

    if (!read_text(json, "pool_id", ids->pool_id, sizeof ids->pool_id) ||
        !read_number(json, "id_base", UINT32_MAX, &base) ||
        !read_number(json, "id_range", UINT32_MAX, &range) ||
        !read_text(json, "id_attribute", ids->id_attribute,
                   sizeof ids->id_attribute) ||
        !read_text(json, "group_prefix", ids->group_prefix,
                   sizeof ids->group_prefix) ||
        !read_hex(json, "key_tag", tag, sizeof tag))
        return false;
    ids->id_base = (uint32_t) base;
    ids->id_range = (uint32_t) range;
    ids->key_tag = 0;
    for (size_t i = 0; i < sizeof tag; i++)
        ids->key_tag = ids->key_tag << 8 | tag[i];
    return true;
}

static bool
read_header(const char *bytes, size_t len, struct cog_snapshot_header *header)
{
    cog_cleanup_json struct cog_json *json = NULL;
    const char *format;
    uint64_t created;

    if (cog_json_parse(bytes, len, &json) != COG_OK ||
        cog_json_text(json, "format", sizeof COG_SNAPSHOT_FORMAT, &format) !=
            COG_OK ||
        strcmp(format, COG_SNAPSHOT_FORMAT) != 0 ||
        !read_ids(json, &header->ids) ||
        !read_number(json, "created", INT64_MAX, &created) ||
        !read_number(json, "users", COG_SNAPSHOT_MAX, &header->users) ||
        !read_number(json, "groups", COG_SNAPSHOT_MAX, &header->groups) ||
        !read_number(json, "body_len", COG_SNAPSHOT_MAX, &header->body_len) ||
        !read_hex(json, "body_sha256", header->body_sha256, COG_SHA256_SIZE))
        return false;
    header->created_s = (int64_t) created;
    return true;
}

/* ---- is it for us, and now? */

static bool
check_ids(const struct cog_snapshot_ids *theirs,
          const struct cog_snapshot_ids *ours, char reason[COG_POOL_REASON])
{
    if (strcmp(theirs->pool_id, ours->pool_id) != 0)
        return refuse(reason, "it is of another pool, not %s", ours->pool_id);
    if (theirs->key_tag != ours->key_tag)
        return refuse(reason, "it was made with another id_key: copy the "
                              "exporter's to this host");
    if (theirs->id_base != ours->id_base || theirs->id_range != ours->id_range)
        return refuse(reason, "it was made with another id_base or id_range");
    if (strcmp(theirs->id_attribute, ours->id_attribute) != 0)
        return refuse(reason, "it was made with another id_attribute");
    if (strcmp(theirs->group_prefix, ours->group_prefix) != 0)
        return refuse(reason, "it was made with another group_prefix");
    return true;
}

static bool
check_age(int64_t created_s, const struct cog_snapshot_wanted *wanted,
          char reason[COG_POOL_REASON])
{
    long long age_s = (long long) (wanted->now_s - created_s);

    if (age_s < -COG_SNAPSHOT_TOLERANCE_S)
        return refuse(reason,
                      "it was made in the future, in %lld s: is the "
                      "clock right?",
                      -age_s);
    if (age_s > wanted->max_age_s)
        return refuse(
            reason, "it is %lld hours old (snapshot_max_age is %lld)",
            age_s / AN_HOUR_S, (long long) wanted->max_age_s / AN_HOUR_S);
    if (created_s < wanted->installed_s)
        return refuse(reason, "it is %lld s older than what is in place",
                      (long long) (wanted->installed_s - created_s));
    return true;
}

static uint64_t
count_lines(const char *bytes, size_t len)
{
    uint64_t count = 0;
    const char *end;

    while (len > 0 && (end = memchr(bytes, '\n', len)) != NULL) {
        count++;
        len -= (size_t) (end - bytes) + 1;
        bytes = end + 1;
    }
    return len == 0 ? count : UINT64_MAX; /* a line without an end */
}

static bool
check_body(const struct cog_snapshot *snapshot, char reason[COG_POOL_REASON])
{
    const struct cog_snapshot_header *header = &snapshot->header;
    const struct cog_bytes body = {snapshot->body, snapshot->body_len};
    unsigned char hash[COG_SHA256_SIZE];

    if (header->body_len != snapshot->body_len)
        return refuse(reason, "it is %s than its header says",
                      header->body_len > snapshot->body_len ? "shorter"
                                                            : "longer");
    if (cog_sha256(&body, 1, hash) != COG_OK ||
        memcmp(hash, header->body_sha256, sizeof hash) != 0)
        return refuse(reason, "its body is not what was signed");
    if (count_lines(snapshot->body, snapshot->body_len) !=
        header->users + header->groups)
        return refuse(reason, "its lines are not as many as it says");
    return true;
}

static bool
check_header(const struct cog_snapshot_header *header,
             const struct cog_snapshot_wanted *wanted,
             char reason[COG_POOL_REASON])
{
    if (!check_ids(&header->ids, &wanted->ids, reason) ||
        !check_age(header->created_s, wanted, reason))
        return false;
    if (header->users > wanted->max_users)
        return refuse(reason, "it has %llu users, more than max_accounts",
                      (unsigned long long) header->users);
    return true;
}

/* The signed line, which ends where the body begins. */
static bool
read_head(const char *bytes, size_t len, const struct cog_signature_key *key,
          struct cog_snapshot_header *header, const char **body,
          char reason[COG_POOL_REASON])
{
    size_t header_len = 0;
    const char *line = find_header(bytes, len, &header_len);

    if (line == NULL)
        return refuse(reason, "it is no snapshot, or not signed");
    if (!is_signed(bytes, line, header_len, key))
        return refuse(reason, "its signature is not by snapshot_key");
    if (!read_header(line, header_len, header))
        return refuse(reason, "its header is of another version");
    *body = line + header_len;
    return true;
}

bool
cog_snapshot_begin(const char *bytes, size_t len,
                   const struct cog_signature_key *key, uint64_t *size,
                   char reason[COG_POOL_REASON])
{
    struct cog_snapshot_header header;
    const char *body;

    if (!read_head(bytes, len, key, &header, &body, reason))
        return false;
    *size = (uint64_t) (body - bytes) + header.body_len;
    return true;
}

bool
cog_snapshot_open(const char *bytes, size_t len,
                  const struct cog_snapshot_wanted *wanted,
                  struct cog_snapshot *snapshot, char reason[COG_POOL_REASON])
{
    struct cog_snapshot found;

    if (len > COG_SNAPSHOT_MAX)
        return refuse(reason, "it is too big");
    if (!read_head(bytes, len, wanted->key, &found.header, &found.body,
                   reason))
        return false;
    found.body_len = len - (size_t) (found.body - bytes);
    if (!check_header(&found.header, wanted, reason) ||
        !check_body(&found, reason))
        return false;
    *snapshot = found;
    return true;
}

/* ---- the body */

bool
cog_snapshot_walk(const struct cog_snapshot *snapshot,
                  const struct cog_pool_visitor *visitor,
                  char reason[COG_POOL_REASON])
{
    const char *line = snapshot->body, *end = line + snapshot->body_len;
    struct cog_pool_group_record group;
    struct cog_pool_record user;
    uint64_t users = 0, groups = 0;

    while (line < end) {
        const char *feed = memchr(line, '\n', (size_t) (end - line));
        size_t len = feed == NULL ? 0 : (size_t) (feed - line);
        bool go_on = false;

        switch (cog_pool_line_read(line, len, &user, &group)) {
        case COG_POOL_LINE_USER:
            users++;
            go_on = visitor->user(visitor->context, &user);
            break;
        case COG_POOL_LINE_GROUP:
            groups++;
            go_on = visitor->group(visitor->context, &group);
            break;
        default:
            return refuse(reason, "its line %llu is malformed",
                          (unsigned long long) (users + groups + 3));
        }
        if (!go_on)
            return false;
        line += len + 1;
    }
    if (users != snapshot->header.users || groups != snapshot->header.groups)
        return refuse(reason, "its lines are not what it says");
    return true;
}

/* ---- writing */

static void
put_hex(struct cog_json_writer *writer, const char *key,
        const unsigned char *bytes, size_t size)
{
    char text[HASH_DIGITS + 1] = "";

    for (size_t i = 0; i < size; i++)
        (void) snprintf(text + 2 * i, 3, "%02x", bytes[i]);
    cog_json_put_text(writer, key, text);
}

static void
put_ids(struct cog_json_writer *writer, const struct cog_snapshot_ids *ids)
{
    char tag[TAG_DIGITS + 1];

    (void) snprintf(tag, sizeof tag, "%016llx",
                    (unsigned long long) ids->key_tag);
    cog_json_put_text(writer, "pool_id", ids->pool_id);
    cog_json_put_number(writer, "id_base", ids->id_base);
    cog_json_put_number(writer, "id_range", ids->id_range);
    cog_json_put_text(writer, "id_attribute", ids->id_attribute);
    cog_json_put_text(writer, "group_prefix", ids->group_prefix);
    cog_json_put_text(writer, "key_tag", tag);
}

static bool
write_header(const struct cog_snapshot_header *header, struct cog_secret *text)
{
    cog_cleanup_json_writer struct cog_json_writer writer =
        COG_JSON_WRITER_EMPTY;

    cog_json_open(&writer, NULL);
    cog_json_put_text(&writer, "format", COG_SNAPSHOT_FORMAT);
    put_ids(&writer, &header->ids);
    cog_json_put_number(&writer, "created", header->created_s);
    cog_json_put_number(&writer, "users", (int64_t) header->users);
    cog_json_put_number(&writer, "groups", (int64_t) header->groups);
    cog_json_put_number(&writer, "body_len", (int64_t) header->body_len);
    put_hex(&writer, "body_sha256", header->body_sha256, COG_SHA256_SIZE);
    cog_json_close(&writer);
    if (writer.status != COG_OK ||
        cog_secret_append(&writer.text, "\n", 1) != 0)
        return false;
    cog_secret_move(text, &writer.text);
    return true;
}

bool
cog_snapshot_write_head(const struct cog_snapshot_header *header,
                        const struct cog_signature_key *key,
                        struct cog_secret *text)
{
    cog_cleanup_secret struct cog_secret line = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret base64 = COG_SECRET_EMPTY;
    unsigned char signature[COG_SIGNATURE_SIZE];

    if (!write_header(header, &line) ||
        !cog_signature_make(key, line.data, line.len, signature) ||
        cog_base64_encode(signature, sizeof signature, &base64) != COG_OK)
        return false;
    return cog_secret_set_text(text, MAGIC) == 0 &&
           cog_secret_append(text, base64.data, base64.len) == 0 &&
           cog_secret_append(text, "\n", 1) == 0 &&
           cog_secret_append(text, line.data, line.len) == 0;
}

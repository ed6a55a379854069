/* SPDX-License-Identifier: Apache-2.0 */
/* Lines, sections and keys; see the header. */
#include "aws/profile_file.h"

#include <string.h>

#include "base/text.h"

#define FIELD(name)  offsetof(struct cog_aws_profile, name)
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const struct {
    const char *key;
    size_t field;
} keys[] = {
    {"aws_access_key_id", FIELD(access_key_id)},
    {"aws_secret_access_key", FIELD(secret_access_key)},
    {"aws_session_token", FIELD(session_token)},
    {"credential_process", FIELD(credential_process)},
    {"role_arn", FIELD(role_arn)},
    {"role_session_name", FIELD(role_session_name)},
    {"web_identity_token_file", FIELD(web_identity_token_file)},
};

/* Other ways to credentials, which are said to be unsupported. */
static const char *const others[] = {
    "source_profile", "credential_source", "sso_session",
    "sso_start_url",  "sso_account_id",    "login_session",
};

/* Bytes of a line, or a part of one, not terminated. */
struct span {
    const char *at;
    size_t len;
};

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static struct span
trim(struct span span)
{
    while (span.len > 0 && is_blank(*span.at)) {
        span.at++;
        span.len--;
    }
    while (span.len > 0 && is_blank(span.at[span.len - 1]))
        span.len--;
    return span;
}

static bool
equals(struct span span, const char *text)
{
    return span.len == strlen(text) && memcmp(span.at, text, span.len) == 0;
}

/* What stands before the byte, *rest what stands behind it. */
static bool
cut(struct span span, char byte, struct span *before, struct span *rest)
{
    const char *found = memchr(span.at, byte, span.len);

    if (found == NULL)
        return false;
    *before = (struct span){span.at, (size_t) (found - span.at)};
    *rest = (struct span){found + 1, span.len - before->len - 1};
    return true;
}

/* "profile NAME" to NAME; what begins otherwise has len 0. */
static struct span
behind_profile(struct span header)
{
    static const char word[] = "profile";
    const size_t len = sizeof word - 1;

    if (header.len <= len || memcmp(header.at, word, len) != 0 ||
        !is_blank(header.at[len]))
        return (struct span){header.at, 0};
    header = trim((struct span){header.at + len, header.len - len});
    if (header.len >= 2 && *header.at == '"' &&
        header.at[header.len - 1] == '"')
        header = (struct span){header.at + 1, header.len - 2};
    return header;
}

/* Whether a section's header is this profile's. */
static bool
is_wanted(struct span header, enum cog_aws_file_kind kind, const char *name)
{
    struct span of_profile;

    if (kind == COG_AWS_FILE_CREDENTIALS)
        return equals(header, name);
    of_profile = behind_profile(header);
    if (of_profile.len > 0)
        return equals(of_profile, name);
    return equals(header, "default") && strcmp(name, "default") == 0;
}

static struct cog_secret *
field_of(struct cog_aws_profile *profile, size_t i)
{
    return (struct cog_secret *) (void *) ((char *) profile + keys[i].field);
}

static enum cog_status
take_value(struct cog_aws_profile *profile, struct span key, struct span value)
{
    for (size_t i = 0; i < COUNT(others); i++) {
        if (equals(key, others[i]))
            profile->unsupported = others[i];
    }
    for (size_t i = 0; i < COUNT(keys); i++) {
        struct cog_secret *field = field_of(profile, i);

        if (!equals(key, keys[i].key))
            continue;
        if (field->data != NULL)
            return COG_MISCONFIGURED;
        return cog_secret_set(field, value.at, value.len) == 0 ? COG_OK
                                                               : COG_NO_MEMORY;
    }
    return COG_OK;
}

/* Where the reading stands, between lines. */
struct place {
    bool in_section; /* some header has come */
    bool wanted;     /* and it is the profile's */
    bool has_key;    /* and there a key, which indented lines belong to */
};

static enum cog_status
take_header(struct place *place, struct span text, enum cog_aws_file_kind kind,
            const char *name, struct cog_aws_profile *profile)
{
    struct span header, rest;

    text = (struct span){text.at + 1, text.len - 1};
    if (!cut(text, ']', &header, &rest))
        return COG_MISCONFIGURED;
    rest = trim(rest);
    if (rest.len > 0 && *rest.at != '#' && *rest.at != ';')
        return COG_MISCONFIGURED;
    place->in_section = true;
    place->wanted = is_wanted(trim(header), kind, name);
    place->has_key = false;
    profile->found = profile->found || place->wanted;
    return COG_OK;
}

static enum cog_status
take_line(struct place *place, struct span line, enum cog_aws_file_kind kind,
          const char *name, struct cog_aws_profile *profile)
{
    struct span text = trim(line), key, value;

    for (size_t i = 0; i < text.len; i++) {
        if (text.at[i] != '\t' && cog_text_has_control(text.at + i, 1))
            return COG_MISCONFIGURED;
    }
    if (text.len == 0 || *text.at == '#' || *text.at == ';')
        return COG_OK;
    if (is_blank(*line.at) && place->has_key)
        return COG_OK;
    if (*text.at == '[')
        return take_header(place, text, kind, name, profile);
    if (!place->in_section || !cut(text, '=', &key, &value))
        return COG_MISCONFIGURED;
    key = trim(key);
    if (key.len == 0)
        return COG_MISCONFIGURED;
    place->has_key = true;
    return place->wanted ? take_value(profile, key, trim(value)) : COG_OK;
}

enum cog_status
cog_aws_profile_parse(const char *bytes, size_t len,
                      enum cog_aws_file_kind kind, const char *name,
                      struct cog_aws_profile *profile, unsigned *line)
{
    struct span rest = {bytes, len}, one;
    struct place place = {false, false, false};

    for (unsigned number = 1; rest.len > 0; number++) {
        enum cog_status status;

        if (!cut(rest, '\n', &one, &rest)) {
            one = rest;
            rest.len = 0;
        }
        status = take_line(&place, one, kind, name, profile);
        if (status != COG_OK) {
            *line = number;
            return status;
        }
    }
    return COG_OK;
}

void
cog_aws_profile_clear(struct cog_aws_profile *profile)
{
    for (size_t i = 0; i < COUNT(keys); i++)
        cog_secret_clear(field_of(profile, i));
    profile->found = false;
    profile->unsupported = NULL;
}

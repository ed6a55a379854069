/* SPDX-License-Identifier: Apache-2.0 */
/* The table of module arguments; see the header. */
#include "pam_cognito/options.h"

#include "base/text.h"
#include "wire/message.h"

#include <stddef.h>
#include <string.h>

/* The least uid that this module ever lets in, whatever it is told. */
#define MINIMUM_UID_FLOOR 1000

static const struct cog_options defaults = {
    .config = COG_CONFIG_DIR "/cognito.conf",
    .keeper = COG_LIBEXEC_DIR "/pam-cognito-keeper",
    .local_group = "cognito-users",
    .minimum_uid = MINIMUM_UID_FLOOR,
};

enum kind { FLAG, PATH, NAME, UID };

static const struct row {
    const char *name; /* up to and with the "=" where one belongs */
    enum kind kind;
    size_t offset;
} table[] = {
    {"config=", PATH, offsetof(struct cog_options, config)},
    {"keeper=", PATH, offsetof(struct cog_options, keeper)},
    {"local_group=", NAME, offsetof(struct cog_options, local_group)},
    {"minimum_uid=", UID, offsetof(struct cog_options, minimum_uid)},
    {"debug", FLAG, offsetof(struct cog_options, debug)},
    {"allow_unknown", FLAG, offsetof(struct cog_options, allow_unknown)},
    {"code_in_password", FLAG, offsetof(struct cog_options, code_in_password)},
    {"create_account", FLAG, offsetof(struct cog_options, create_account)},
    {"try_first_pass", FLAG, offsetof(struct cog_options, try_first_pass)},
    {"use_first_pass", FLAG, offsetof(struct cog_options, use_first_pass)},
    {"use_authtok", FLAG, offsetof(struct cog_options, use_authtok)},
};

static bool
take_uid(const char *text, uint32_t *uid)
{
    uint64_t number = 0;

    if (cog_text_to_number(text, UINT32_MAX - 1, &number) != 0 ||
        number < MINIMUM_UID_FLOOR)
        return false;
    *uid = (uint32_t) number;
    return true;
}

static bool
take_name(const char *text, const char **name)
{
    size_t len = strlen(text);

    if (len == 0 || len > COG_WIRE_NAME_MAX ||
        cog_text_has_control(text, len) || strpbrk(text, ":, ") != NULL)
        return false;
    *name = text;
    return true;
}

/* Absolute and without "..": what is above is the keeper's to check. */
static bool
take_path(const char *text, const char **path)
{
    size_t len = strlen(text);

    if (text[0] != '/' || len > COG_WIRE_PATH_MAX ||
        strstr(text, "/../") != NULL ||
        (len >= 3 && strcmp(text + len - 3, "/..") == 0))
        return false;
    *path = text;
    return true;
}

/* The row of an argument; NULL for one that is unknown. */
static const struct row *
find_row(const char *argument)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        bool is_it = table[i].kind == FLAG
                         ? strcmp(argument, table[i].name) == 0
                         : cog_text_begins(argument, table[i].name);

        if (is_it)
            return &table[i];
    }
    return NULL;
}

static bool
take_argument(const char *argument, struct cog_options *options)
{
    const struct row *row = find_row(argument);
    const char *value;
    void *field;

    if (row == NULL)
        return false;
    value = argument + strlen(row->name);
    field = (char *) options + row->offset;
    switch (row->kind) {
    case FLAG:
        *(bool *) field = true;
        return true;
    case PATH:
        return take_path(value, field);
    case NAME:
        return take_name(value, field);
    case UID:
        return take_uid(value, field);
    }
    return false;
}

const char *
cog_options_parse(int argc, const char **argv, struct cog_options *options)
{
    struct cog_options parsed = defaults;

    for (int i = 0; i < argc; i++) {
        if (!take_argument(argv[i], &parsed))
            return argv[i];
    }
    if (parsed.allow_unknown && parsed.create_account)
        return "allow_unknown with create_account";
    *options = parsed;
    return NULL;
}

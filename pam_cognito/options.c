/* SPDX-License-Identifier: Apache-2.0 */
/* The table of module arguments; see the header. */
#include "pam_cognito/options.h"

#include "base/text.h"

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

static const struct {
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

    if (len == 0 || len > 32 || cog_text_has_control(text, len) ||
        strpbrk(text, ":, ") != NULL)
        return false;
    *name = text;
    return true;
}

/* Absolute and without "..": what is above is the keeper's to check. */
static bool
take_path(const char *text, const char **path)
{
    size_t len = strlen(text);

    if (text[0] != '/' || len > 4095 || strstr(text, "/../") != NULL ||
        (len >= 3 && strcmp(text + len - 3, "/..") == 0))
        return false;
    *path = text;
    return true;
}

static bool
take_argument(const char *argument, struct cog_options *options)
{
    for (size_t i = 0; i < sizeof table / sizeof table[0]; i++) {
        void *field = (char *) options + table[i].offset;
        const char *value = argument + strlen(table[i].name);

        if (table[i].kind == FLAG) {
            if (strcmp(argument, table[i].name) != 0)
                continue;
            *(bool *) field = true;
            return true;
        }
        if (!cog_text_begins(argument, table[i].name))
            continue;
        switch (table[i].kind) {
        case PATH:
            return take_path(value, field);
        case NAME:
            return take_name(value, field);
        case UID:
            return take_uid(value, field);
        case FLAG:
            break;
        }
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

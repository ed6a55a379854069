/* SPDX-License-Identifier: Apache-2.0 */
/* Where the person sits; see the header. */
#include "pam_cognito/caller.h"

#include "base/text.h"
#include "wire/message.h"

#include <langinfo.h>
#include <stdbool.h>
#include <string.h>

static const char *
text_item(const struct cog_call *call, int type)
{
    const void *item = NULL;

    if (pam_get_item(call->pamh, type, &item) != PAM_SUCCESS || item == NULL)
        return "";
    return item;
}

/* "1", "12": the rest of tty1, ttyS0, hvc0. */
static bool
is_number(const char *text)
{
    size_t len = 0;

    while (cog_ascii_is_digit(text[len]))
        len++;
    return len > 0 && len <= 3 && text[len] == '\0';
}

static bool
is_console(const char *tty)
{
    static const char *const lines[] = {"tty", "ttyS", "ttyAMA", "hvc", ":"};

    if (cog_text_begins(tty, "/dev/"))
        tty += strlen("/dev/");
    if (strcmp(tty, "console") == 0)
        return true;
    for (size_t i = 0; i < sizeof lines / sizeof lines[0]; i++) {
        if (cog_text_begins(tty, lines[i]) &&
            is_number(tty + strlen(lines[i])))
            return true;
    }
    return false;
}

uint64_t
cog_caller_flags(const struct cog_call *call)
{
    bool remote = *text_item(call, PAM_RHOST) != '\0';
    uint64_t flags = 0;

    if ((call->flags & PAM_SILENT) != 0)
        flags |= COG_REQUEST_SILENT;
    if (!remote && is_console(text_item(call, PAM_TTY)))
        flags |= COG_REQUEST_CONSOLE;
    /* What the service has set, not what its environment says. */
    if (!remote && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        flags |= COG_REQUEST_ASCII;
    return flags;
}

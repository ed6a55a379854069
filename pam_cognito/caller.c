/* SPDX-License-Identifier: Apache-2.0 */
/* Where the person sits; see the header. */
#include "pam_cognito/caller.h"

#include "base/text.h"
#include "pam_cognito/item.h"
#include "wire/message.h"

#include <langinfo.h>
#include <stdbool.h>
#include <string.h>

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
    bool remote = *cog_item_text(call->pamh, PAM_RHOST) != '\0';
    uint64_t flags = 0;

    if ((call->flags & PAM_SILENT) != 0)
        flags |= COG_REQUEST_SILENT;
    if (!remote && is_console(cog_item_text(call->pamh, PAM_TTY)))
        flags |= COG_REQUEST_CONSOLE;
    /* What the service has set, not what its environment says. */
    if (!remote && strcmp(nl_langinfo(CODESET), "UTF-8") != 0)
        flags |= COG_REQUEST_ASCII;
    return flags;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl breakglass: opens and closes the window in which somebody comes
 * in by the password alone, while the pool cannot be reached, although the
 * pool wants a second factor. Each is a line in the log.
 */
#include "cognitoctl/command_line.h"

#include "base/clock.h"
#include "base/text.h"
#include "cognitoctl/output.h"
#include "host/breakglass.h"
#include "host/verifiers.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <syslog.h>

enum { KEY_FOR = 'f', KEY_CLOSE = 'c' };

struct given {
    struct cog_named named;
    uint32_t for_s; /* 0: not given */
    bool close;
};

/* "90m", "2h": 0 for what is none, or longer than a day. */
static uint32_t
read_duration(const char *text)
{
    static const struct {
        char unit;
        uint32_t seconds;
    } units[] = {{'m', 60}, {'h', 3600}};
    char digits[8];
    size_t len = strlen(text);
    uint64_t number;

    if (len < 2 || len > sizeof digits)
        return 0;
    memcpy(digits, text, len - 1);
    digits[len - 1] = '\0';
    for (size_t i = 0; i < sizeof units / sizeof units[0]; i++) {
        if (text[len - 1] == units[i].unit &&
            cog_text_to_number(digits, COG_BREAKGLASS_MAX_S / units[i].seconds,
                               &number) == 0)
            return (uint32_t) number * units[i].seconds;
    }
    return 0;
}

/* Foreign text never; the name is of our grammar. */
static void
note_in_log(const char *what, const char *name, const char *until)
{
    openlog("cognitoctl", LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_WARNING, "breakglass %s user=\"%s\"%s%s", what, name,
           until[0] == '\0' ? "" : " until=", until);
    closelog();
}

/* Whether there is something to compare the password with, at least now. */
static void
remark_hash(const char *name)
{
    cog_cleanup_verifier struct cog_verifier kept = COG_VERIFIER_EMPTY;
    int error = cog_verifier_load(COG_VERIFIERS_DIR, name, &kept);

    if (error != 0)
        cog_note("no password of %s is kept: with offline = password one is, "
                 "behind a login by the pool",
                 name);
}

static int
open_window(const struct given *given)
{
    struct cog_breakglass window = {.opened_s = cog_clock_unix_s()};
    char until[COG_TIME_SIZE];
    int error;

    (void) snprintf(window.name, sizeof window.name, "%s", given->named.name);
    window.until_s = window.opened_s + (int64_t) given->for_s;
    error = cog_breakglass_save(COG_BREAKGLASS_DIR, &window);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_BREAKGLASS_DIR,
                        strerror(error));
    cog_time_text(window.until_s, until);
    note_in_log("opened", given->named.name, until);
    (void) printf("%s comes in by the password alone until %s, while the "
                  "pool cannot be reached\n",
                  given->named.name, until);
    remark_hash(given->named.name);
    return COG_EXIT_OK;
}

static int
close_window(const struct given *given)
{
    int error = cog_breakglass_remove(COG_BREAKGLASS_DIR, given->named.name);

    if (error == ENOENT)
        return cog_fail(COG_EXIT_NOT_FOUND, "no window of that name");
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", COG_BREAKGLASS_DIR,
                        strerror(error));
    note_in_log("closed", given->named.name, "");
    return COG_EXIT_OK;
}

static void
take_duration(const char *text, struct argp_state *state, struct given *given)
{
    given->for_s = read_duration(text);
    if (given->for_s == 0)
        argp_error(state, "--for wants a time such as 30m or 2h, 24h at most");
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_FOR:
        take_duration(arg, state, given);
        return 0;
    case KEY_CLOSE:
        given->close = true;
        return 0;
    case ARGP_KEY_END:
        if (given->close == (given->for_s != 0))
            argp_error(state, "--for or --close is wanted, and one of them");
        break;
    default:
        break;
    }
    return cog_named_parse(key, arg, state);
}

int
cog_command_breakglass(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"for", KEY_FOR, "TIME", 0,
         "Open the window for so long: 30m, 2h; 24h at most", 1},
        {"close", KEY_CLOSE, NULL, 0, "Close it", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "NAME",
        .doc = "Let NAME in without a second factor, by the password of the "
               "last login, while the pool cannot be reached and for a while.",
    };
    struct given given = {.named.common = *common};
    int code = cog_command_parse_named(&argp, argc, argv, &given.named);

    if (code != COG_EXIT_OK)
        return code;
    return given.close ? close_window(&given) : open_window(&given);
}

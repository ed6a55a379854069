/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl ids: init makes the id key, once for a whole fleet. A key that
 * is there is never touched: another one would give everybody other ids.
 */
#include "cognitoctl/ids.h"

#include "accounts/ids.h"
#include "base/cleanup.h"
#include "cognitoctl/command_line.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/random.h>

#define ID_KEY     COG_CONFIG_DIR "/id_key"
#define ID_KEY_NEW ID_KEY ".new"
#define DIGITS     ((size_t) 2 * COG_ID_KEY_BYTES)

static int
draw_line(char line[DIGITS + 1])
{
    static const char hex[] = "0123456789abcdef";
    unsigned char bytes[COG_ID_KEY_BYTES];

    if (getrandom(bytes, sizeof bytes, 0) != (ssize_t) sizeof bytes)
        return EIO;
    for (size_t i = 0; i < sizeof bytes; i++) {
        line[2 * i] = hex[bytes[i] >> 4];
        line[2 * i + 1] = hex[bytes[i] & 15];
    }
    line[DIGITS] = '\n';
    explicit_bzero(bytes, sizeof bytes);
    return 0;
}

static int
write_line(const char *path)
{
    cog_cleanup_fd int fd = -1;
    char line[DIGITS + 1];
    int error;

    fd =
        open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0600);
    if (fd < 0)
        return errno;
    error = draw_line(line);
    if (error == 0 && (write(fd, line, sizeof line) != (ssize_t) sizeof line ||
                       fsync(fd) != 0 || close(cog_take_fd(&fd)) != 0))
        error = EIO;
    explicit_bzero(line, sizeof line);
    return error;
}

static int
sync_directory(void)
{
    cog_cleanup_fd int fd =
        open(COG_CONFIG_DIR, O_RDONLY | O_DIRECTORY | O_CLOEXEC);

    return fd >= 0 && fsync(fd) == 0 ? 0 : errno;
}

/* Whole and durable under its name, or not there at all. */
static int
write_key(void)
{
    int error;

    if (unlink(ID_KEY_NEW) != 0 && errno != ENOENT)
        return errno;
    error = write_line(ID_KEY_NEW);
    /* Unlike rename this fails when there is a key. */
    if (error == 0 && link(ID_KEY_NEW, ID_KEY) != 0)
        error = errno;
    (void) unlink(ID_KEY_NEW);
    return error == 0 ? sync_directory() : error;
}

static int
init(void)
{
    int error = write_key();

    if (error == EEXIST)
        return cog_fail(COG_EXIT_FAILED,
                        "%s is there already; it is never replaced", ID_KEY);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", ID_KEY, strerror(error));
    return COG_EXIT_OK;
}

enum { KEY_ACCOUNTS = 'a' };

struct given {
    struct cog_common common;
    const char *action;
    struct cog_ids_subject subject;
};

static bool
is_verify(const struct given *given)
{
    return given->action != NULL && strcmp(given->action, "verify") == 0;
}

static error_t
take_word(struct given *given, char *word, struct argp_state *state)
{
    if (state->arg_num == 0)
        given->action = word;
    else if (state->arg_num == 1 && is_verify(given))
        given->subject.file = word;
    else
        argp_usage(state);
    return 0;
}

static void
check_words(const struct given *given, struct argp_state *state)
{
    const struct cog_ids_subject *subject = &given->subject;

    if (is_verify(given)) {
        if (subject->file != NULL && subject->accounts)
            argp_error(state, "verify a FILE or --accounts, not both");
        return;
    }
    if (given->action == NULL || strcmp(given->action, "init") != 0 ||
        subject->accounts)
        argp_usage(state);
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_ACCOUNTS:
        given->subject.accounts = true;
        return 0;
    case ARGP_KEY_ARG:
        return take_word(given, arg, state);
    case ARGP_KEY_END:
        check_words(given, state);
        return 0;
    default:
        return cog_common_parse(key, arg, &given->common);
    }
}

int
cog_command_ids(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"accounts", KEY_ACCOUNTS, NULL, 0,
         "Verify the accounts that this host has", 1},
        COG_OPTION_CONFIG,
        COG_OPTION_JSON,
        COG_OPTION_END,
    };
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "init\nverify\nverify FILE\nverify --accounts",
        .doc = "init makes the secret key that user and group ids are "
               "computed with, once for a whole fleet. verify tells which "
               "names would be refused on this host, and why: those of the "
               "pool, asked with AWS credentials as sync does; those of a "
               "list, a name in each line, pool groups as %NAME, \"-\" being "
               "standard input; or the accounts of this host.",
    };
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    if (code != COG_EXIT_OK)
        return code;
    return is_verify(&given) ? cog_ids_verify(&given.common, &given.subject)
                             : init();
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * PAM stacks: lines by example, and thousands of random stacks held against
 * libpam itself, with its pam_debug, which returns what its line says.
 */
#include "cognitoctl/pam_stack.h"

#include <limits.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <security/pam_appl.h>

#include <cmocka.h>

static struct cog_pam_line line;

static void
parse(const char *text)
{
    size_t len = strlen(text);

    assert_true(cog_pam_next_line(&text, &len, &line));
    assert_int_equal(len, 0);
}

static void
ours_is_known_with_two_slips(void **state)
{
    static const char *const meant[] = {
        "pam_cognito.so",  "pam_congito.so",     "pam-cognito.so",
        "pam_cognto.so",   "pam_coginto.so",     "pan_cogneto.so",
        "pam_cognito",     "libpam_cognito.so",  "pam_cognito.so.0",
        "pam_cogitno.so",  "pam_aws_cognito.so", "PAM_COGNITO.so",
        "pam_ccoggnito.so"};
    static const char *const others[] = {
        "",        "pam_unix.so",       "pam_cgto.so",   "pam_con.so",
        "pam_.so", "am_cogintp.so",     "pam_config.so", "pam_cap.so",
        ".so",     "pam_csognitttoo.so"};

    (void) state;
    for (size_t i = 0; i < sizeof meant / sizeof meant[0]; i++) {
        if (!cog_pam_means_ours(meant[i]))
            fail_msg("%s is not known", meant[i]);
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        if (cog_pam_means_ours(others[i]))
            fail_msg("%s is taken for ours", others[i]);
    }
}

static void
lines_are_read_as_libpam_reads_them(void **state)
{
    (void) state;
    parse("auth required pam_unix.so nullok # comment\n");
    assert_int_equal(line.facility, COG_PAM_AUTH);
    assert_string_equal(line.module, "pam_unix.so");
    assert_string_equal(line.options, "nullok ");
    assert_int_equal(line.actions[COG_PAM_SUCCESS], COG_PAM_DO_OK);
    assert_int_equal(line.actions[COG_PAM_IGNORE], COG_PAM_DO_IGNORE);
    assert_int_equal(line.actions[COG_PAM_AUTH_ERR], COG_PAM_DO_BAD);
    parse("-Account\tSufficient \\\n  /lib/x.so");
    assert_int_equal(line.facility, COG_PAM_ACCOUNT);
    assert_string_equal(line.module, "/lib/x.so");
    assert_int_equal(line.actions[COG_PAM_SUCCESS], COG_PAM_DO_DONE);
    assert_int_equal(line.actions[COG_PAM_AUTH_ERR], COG_PAM_DO_IGNORE);
    assert_true(line.may_miss);
    parse("session [success=2 default=die user_unknown=ignore] x.so a b");
    assert_int_equal(line.actions[COG_PAM_SUCCESS], 2);
    assert_int_equal(line.actions[COG_PAM_USER_UNKNOWN], COG_PAM_DO_IGNORE);
    assert_int_equal(line.actions[COG_PAM_MAXTRIES], COG_PAM_DO_DIE);
    assert_string_equal(line.options, "a b");
    assert_false(line.may_miss);
    assert_int_equal(line.actions[COG_PAM_MODULE_UNKNOWN], COG_PAM_DO_DIE);
    parse("session [module_unknown=ignore default=bad] x.so");
    assert_int_equal(line.actions[COG_PAM_MODULE_UNKNOWN], COG_PAM_DO_IGNORE);
    parse("@include common-auth");
    assert_int_equal(line.include, COG_PAM_INCLUDE_ALL);
    assert_string_equal(line.module, "common-auth");
    parse("auth substack system-auth");
    assert_int_equal(line.include, COG_PAM_SUBSTACK);
}

static void
empty_lines_and_comments_say_nothing(void **state)
{
    const char *text = "\n# auth required x.so\n  \\\n\n\t# y";
    size_t len = strlen(text);

    (void) state;
    assert_false(cog_pam_next_line(&text, &len, &line));
    assert_int_equal(len, 0);
}

static void
lines_that_mean_nothing_are_bad(void **state)
{
    static const char *const texts[] = {
        "nonsense",
        "auth",
        "auth required",
        "auth maybe x.so",
        "auth [x.so",
        "auth [success=nonsense] x.so",
        "auth [0=ok] x.so extra",
        "auth [success=0] x.so",
        "required auth x.so",
    };

    (void) state;
    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        parse(texts[i]);
        if (strcmp(texts[i], "auth [0=ok] x.so extra") == 0)
            continue;
        assert_string_equal(line.module, "");
        assert_int_equal(line.actions[COG_PAM_SUCCESS], COG_PAM_DO_BAD);
    }
}

/* ---- against libpam */

#define MODULES 8

/* The results that pam_debug can be told for auth and account alike. */
static const enum cog_pam_result told[] = {
    COG_PAM_SUCCESS,  COG_PAM_SUCCESS,     COG_PAM_IGNORE,
    COG_PAM_AUTH_ERR, COG_PAM_PERM_DENIED, COG_PAM_USER_UNKNOWN,
};

static unsigned seed = 20261121;

static unsigned
draw(unsigned below)
{
    seed = seed * 1103515245U + 12345U;
    return (seed >> 16) % below;
}

static void
print_control(FILE *file)
{
    static const char *const words[] = {"required", "requisite", "sufficient",
                                        "optional"};
    static const char *const actions[] = {"ok",     "done",  "bad", "die",
                                          "ignore", "reset", "1",   "2"};
    unsigned pairs = draw(4);

    if (draw(2) == 0) {
        (void) fprintf(file, "auth %s ", words[draw(4)]);
        return;
    }
    (void) fprintf(file, "auth [");
    for (unsigned i = 0; i < pairs; i++)
        (void) fprintf(file, "%s=%s ", cog_pam_result_name(told[draw(6)]),
                       actions[draw(8)]);
    (void) fprintf(file, "default=%s] ", actions[draw(8)]);
}

/* Some modules, perhaps with a substack or an include among them. */
static void
print_stack(const char *directory, const char *name, unsigned depth)
{
    char path[PATH_MAX + 32], inner[32];
    unsigned count = 1 + draw(4);
    FILE *file;

    (void) snprintf(path, sizeof path, "%s/%s", directory, name);
    file = fopen(path, "w");
    assert_non_null(file);
    for (unsigned i = 0; i < count; i++) {
        if (depth < 2 && draw(6) == 0) {
            (void) snprintf(inner, sizeof inner, "%.20s%u", name, i);
            print_stack(directory, inner, depth + 1);
            /* libpam looks for a bare name in /etc/pam.d only. */
            (void) fprintf(file, "auth %s %s/%s\n",
                           draw(2) == 0 ? "substack" : "include", directory,
                           inner);
            continue;
        }
        print_control(file);
        (void) fprintf(file, "pam_debug.so auth=%s\n",
                       cog_pam_result_name(told[draw(6)]));
    }
    (void) fclose(file);
}

struct stack {
    struct cog_pam_module modules[128];
    enum cog_pam_result results[128];
    size_t count;
};

static enum cog_pam_result
result_of(const char *options)
{
    for (unsigned i = 0; i < COG_PAM_RESULTS; i++) {
        if (strcmp(options + strlen("auth="),
                   cog_pam_result_name((enum cog_pam_result) i)) == 0)
            return (enum cog_pam_result) i;
    }
    fail_msg("%s", options);
    return COG_PAM_ABORT;
}

static void
read_stack(const char *path, unsigned level, struct stack *stack)
{
    char text[4096];
    const char *at = text;
    struct cog_pam_line next;
    FILE *file;
    size_t len;

    file = fopen(path, "r");
    assert_non_null(file);
    len = fread(text, 1, sizeof text, file);
    (void) fclose(file);
    while (cog_pam_next_line(&at, &len, &next)) {
        assert_true(stack->count < 128);
        if (next.include != COG_PAM_INCLUDE) {
            stack->modules[stack->count].line = next;
            stack->modules[stack->count].level = level;
            stack->results[stack->count++] = next.include == COG_PAM_SUBSTACK
                                                 ? COG_PAM_SUCCESS
                                                 : result_of(next.options);
        }
        if (next.include != COG_PAM_NO_INCLUDE)
            read_stack(next.module, level + (next.include == COG_PAM_SUBSTACK),
                       stack);
    }
}

static int
answer(int count, const struct pam_message **messages,
       struct pam_response **responses, void *data)
{
    (void) messages;
    (void) data;
    *responses = calloc((size_t) count, sizeof **responses);
    return *responses == NULL ? PAM_BUF_ERR : PAM_SUCCESS;
}

static bool
libpam_says(const char *directory, const char *name)
{
    static const struct pam_conv conversation = {answer, NULL};
    pam_handle_t *handle = NULL;
    int result;

    assert_int_equal(
        pam_start_confdir(name, "nobody", &conversation, directory, &handle),
        PAM_SUCCESS);
    result = pam_authenticate(handle, 0);
    (void) pam_end(handle, result);
    return result == PAM_SUCCESS;
}

static void
random_stacks_come_to_what_libpam_makes_of_them(void **state)
{
    char directory[PATH_MAX], top[PATH_MAX + 8];
    unsigned successes = 0;
    enum { ROUNDS = 500 };

    (void) state;
    assert_non_null(getcwd(directory, sizeof directory - 32));
    (void) snprintf(directory + strlen(directory), 32, "/pam_stack-XXXXXX");
    assert_non_null(mkdtemp(directory));
    for (unsigned i = 0; i < ROUNDS; i++) {
        static struct stack stack;
        bool ours;

        print_stack(directory, "top", 0);
        stack.count = 0;
        (void) snprintf(top, sizeof top, "%s/top", directory);
        read_stack(top, 0, &stack);
        ours = cog_pam_run(stack.modules, stack.count, stack.results, NULL);
        if (ours != libpam_says(directory, "top"))
            fail_msg("%s/top: ours says %d", directory, ours);
        successes += ours;
    }
    /* Neither of the two answers is rare. */
    assert_in_range(successes, ROUNDS / 10, ROUNDS - ROUNDS / 10);
    assert_int_equal(chdir(directory), 0);
    (void) unlink("top");
    for (unsigned i = 0; i < 5; i++) {
        for (unsigned k = 0; k < 6; k++) {
            char name[16];

            (void) snprintf(name, sizeof name, k == 5 ? "top%u" : "top%u%u", i,
                            k);
            (void) unlink(name);
        }
    }
    assert_int_equal(chdir(".."), 0);
    assert_int_equal(rmdir(directory), 0);
}

static void
what_was_reached_is_told(void **state)
{
    struct cog_pam_module modules[3] = {{.level = 0}};
    const enum cog_pam_result results[3] = {COG_PAM_AUTH_ERR, COG_PAM_SUCCESS,
                                            COG_PAM_SUCCESS};
    bool reached[3] = {false};

    (void) state;
    parse("auth requisite a.so");
    modules[0].line = line;
    parse("auth required b.so");
    modules[1].line = modules[2].line = line;
    assert_false(cog_pam_run(modules, 3, results, reached));
    assert_true(reached[0]);
    assert_false(reached[1]);
    assert_false(cog_pam_run(modules, 0, results, reached));
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(ours_is_known_with_two_slips),
        cmocka_unit_test(lines_are_read_as_libpam_reads_them),
        cmocka_unit_test(empty_lines_and_comments_say_nothing),
        cmocka_unit_test(lines_that_mean_nothing_are_bad),
        cmocka_unit_test(random_stacks_come_to_what_libpam_makes_of_them),
        cmocka_unit_test(what_was_reached_is_told),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

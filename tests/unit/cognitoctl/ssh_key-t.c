/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys for ssh. The keys below were made by ssh-keygen of OpenSSH
 * 9.2; the system test holds the parser against the ssh-keygen of the day.
 */
#include "cognitoctl/ssh_key.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "ssh_keys.h"

static char out[COG_SSH_KEY_MAX];

static enum cog_ssh_fault
parse(const char *line)
{
    memcpy(out, "untouched", 10);
    return cog_ssh_key_parse(line, strlen(line), out);
}

static void
assert_key(const char *line, const char *key)
{
    assert_int_equal(parse(line), COG_SSH_FINE);
    assert_string_equal(out, key);
}

static void
assert_fault(const char *line, enum cog_ssh_fault fault)
{
    if (parse(line) != fault)
        fail_msg(
            "\"%s\" %s", line,
            cog_ssh_fault_text(cog_ssh_key_parse(line, strlen(line), out)));
    assert_string_equal(out, "untouched");
}

static void
each_type_of_the_list_is_taken(void **state)
{
    static const char *const keys[] = {ED25519, P256,    P384,       P521,
                                       RSA2048, RSA4096, SK_ED25519, SK_P256};

    (void) state;
    for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++)
        assert_key(keys[i], keys[i]);
}

static void
blanks_and_comments_are_dropped(void **state)
{
    static const char *const before[] = {"", " \t"};
    static const char *const behind[] = {
        "", " ", "\r", " alice@example.com", "\tx \"y", " \xff\x01"};
    char line[1024];

    (void) state;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        for (size_t k = 0; k < sizeof behind / sizeof behind[0]; k++) {
            (void) snprintf(line, sizeof line, "%s%s%s", before[i], ED25519,
                            behind[k]);
            assert_key(line, ED25519);
        }
    }
}

/* Without them it would be more than its owner gave. */
static void
a_key_with_options_is_refused(void **state)
{
    static const char *const before[] = {
        "no-pty ",
        "restrict ",
        "cert-authority ",
        "expiry-time=\"20200101\" ",
        "from=\"10.0.0.0/8\" ",
        "FROM=\"10.0.0.0/8\",restrict\t",
        "command=\"/bin/sh -c 'ssh-rsa AAAA'\" ",
        "environment=\"LD_PRELOAD=/tmp/x \\\"y\",from=\"10.0.0.0/8\"\t",
        "principals=\"root\",ssh-rsa ",
        "what-a-later-sshd-knows ",
        " \tno-pty ",
    };
    char line[1024];

    (void) state;
    for (size_t i = 0; i < sizeof before / sizeof before[0]; i++) {
        (void) snprintf(line, sizeof line, "%s%s comment", before[i], ED25519);
        assert_fault(line, COG_SSH_OPTIONS);
    }
}

static void
tell_line(void *context, size_t line, enum cog_ssh_fault fault,
          const char *key)
{
    char *told = context;
    size_t len = strlen(told);

    (void) snprintf(told + len, 200 - len, "%zu:%d:%s ", line, (int) fault,
                    key == NULL ? "-" : key);
}

static void
each_line_of_a_text_is_told(void **state)
{
    static const char text[] =
        "\n# x\n" ED25519 " me\nno-pty " ED25519 "\r\n\n" ED25519;
    char told[200] = "", expected[200];

    (void) state;
    (void) snprintf(expected, sizeof expected, "3:0:%s 4:%d:- 6:0:%s ",
                    ED25519, (int) COG_SSH_OPTIONS, ED25519);
    cog_ssh_keys_walk(text, sizeof text - 1, tell_line, told);
    assert_string_equal(told, expected);
    told[0] = '\0';
    cog_ssh_keys_walk(text, 0, tell_line, told);
    assert_string_equal(told, "");
}

static void
lines_without_a_key_are_none(void **state)
{
    (void) state;
    assert_fault("", COG_SSH_NOTHING);
    assert_fault(" \t\r", COG_SSH_NOTHING);
    assert_fault("# " ED25519, COG_SSH_NOTHING);
}

static void
other_types_are_refused(void **state)
{
    (void) state;
    assert_fault(DSA, COG_SSH_TYPE);
    assert_fault("ssh-ed25519-cert-v01@openssh.com AAAA", COG_SSH_TYPE);
    assert_fault("SSH-ED25519 AAAA", COG_SSH_TYPE);
    assert_fault("ssh-ed25519", COG_SSH_BASE64);
    assert_fault("no-pty", COG_SSH_TYPE);
    assert_fault("no-pty no-pty " ED25519, COG_SSH_TYPE);
    assert_fault("command=\"never ends " ED25519, COG_SSH_TYPE);
    assert_fault("\xef\xbb\xbf" ED25519_BLOB, COG_SSH_TYPE);
    assert_fault("-----BEGIN OPENSSH PRIVATE KEY-----", COG_SSH_TYPE);
}

static void
a_key_is_of_the_type_that_stands_before_it(void **state)
{
    (void) state;
    assert_fault("ssh-rsa " ED25519_BLOB, COG_SSH_MALFORMED);
    assert_fault("ecdsa-sha2-nistp384 " P256_BLOB, COG_SSH_MALFORMED);
    assert_fault("sk-ssh-ed25519@openssh.com " ED25519_BLOB,
                 COG_SSH_MALFORMED);
    assert_fault("ssh-ed25519 " CERTIFICATE_BLOB, COG_SSH_MALFORMED);
}

static void
base64_is_exact(void **state)
{
    char line[1024];
    size_t len = strlen(ED25519);

    (void) state;
    for (size_t cut = 1; cut < strlen(ED25519_BLOB); cut++) {
        (void) snprintf(line, sizeof line, "%.*s", (int) (len - cut), ED25519);
        assert_int_not_equal(parse(line), COG_SSH_FINE);
    }
    (void) snprintf(line, sizeof line, "%s=", ED25519);
    assert_fault(line, COG_SSH_BASE64);
    (void) snprintf(line, sizeof line, "%sAAAA", ED25519);
    assert_fault(line, COG_SSH_MALFORMED);
    (void) snprintf(line, sizeof line, "%s", ED25519);
    line[30] = '-';
    assert_fault(line, COG_SSH_BASE64);
    line[30] = '=';
    assert_fault(line, COG_SSH_BASE64);
    assert_fault("ssh-ed25519 ====", COG_SSH_BASE64);
    /* Bits that the padding drops: another text of the same bytes. */
    assert_fault("ecdsa-sha2-nistp256 " P256_LAST_BIT, COG_SSH_BASE64);
}

static void
weak_and_odd_rsa_is_refused(void **state)
{
    (void) state;
    assert_fault(RSA1024, COG_SSH_WEAK);
    assert_fault(RSA_2047, COG_SSH_WEAK);
    assert_fault(RSA_EVEN, COG_SSH_MALFORMED);
    assert_fault(RSA_NEGATIVE, COG_SSH_MALFORMED);
    assert_fault(RSA_LEADING_ZERO, COG_SSH_MALFORMED);
    assert_fault(RSA_EXPONENT_ONE, COG_SSH_MALFORMED);
    assert_fault(RSA_EXPONENT_LONG, COG_SSH_MALFORMED);
}

static void
lengths_inside_are_exact(void **state)
{
    (void) state;
    assert_fault(ED25519_SHORT, COG_SSH_MALFORMED);
    assert_fault(ED25519_LONG, COG_SSH_MALFORMED);
    assert_fault(ED25519_HUGE_LENGTH, COG_SSH_MALFORMED);
    assert_fault(P256_COMPRESSED, COG_SSH_MALFORMED);
    assert_fault(P256_OTHER_FORM, COG_SSH_MALFORMED);
    assert_fault(P256_OTHER_CURVE, COG_SSH_MALFORMED);
    assert_fault(SK_NO_APPLICATION, COG_SSH_MALFORMED);
}

static void
an_endless_line_is_refused(void **state)
{
    static char line[100000];

    (void) state;
    memset(line, 'A', sizeof line - 1);
    memcpy(line, "ssh-rsa ", 8);
    assert_fault(line, COG_SSH_LONG);
    line[7] = 'A';
    assert_int_equal(parse(line), COG_SSH_TYPE);
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_type_of_the_list_is_taken),
        cmocka_unit_test(blanks_and_comments_are_dropped),
        cmocka_unit_test(a_key_with_options_is_refused),
        cmocka_unit_test(each_line_of_a_text_is_told),
        cmocka_unit_test(lines_without_a_key_are_none),
        cmocka_unit_test(other_types_are_refused),
        cmocka_unit_test(a_key_is_of_the_type_that_stands_before_it),
        cmocka_unit_test(base64_is_exact),
        cmocka_unit_test(weak_and_odd_rsa_is_refused),
        cmocka_unit_test(lengths_inside_are_exact),
        cmocka_unit_test(an_endless_line_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Names to which files of the host give power (P19). */
#include "cognitoctl/power.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* All that was told: "name:LINE %group:LINE >file >>directory". */
static char told[2048];

static void
add(const char *text)
{
    size_t len = strlen(told);

    (void) snprintf(told + len, sizeof told - len, "%s%s", len ? " " : "",
                    text);
}

static void
visit(void *context, const struct cog_power *power)
{
    char text[COG_POWER_NAME_MAX + 32];

    (void) context;
    (void) snprintf(text, sizeof text, "%s%s:%u", power->group ? "%" : "",
                    power->name, power->line);
    add(text);
}

static void
include(void *context, const char *path, bool directory)
{
    char text[1100];

    (void) context;
    (void) snprintf(text, sizeof text, "%s%s", directory ? ">>" : ">", path);
    add(text);
}

static const struct cog_power_reader reader = {visit, include, NULL};

static void
assert_told(void (*read)(const char *, size_t,
                         const struct cog_power_reader *),
            const char *file, const char *wanted)
{
    told[0] = '\0';
    read(file, strlen(file), &reader);
    assert_string_equal(told, wanted);
}

/* The files that Debian 12 and Ubuntu 24.04 ship, shortened. */
static void
p19_sudoers_of_distributions(void **state)
{
    (void) state;
    assert_told(cog_power_sudoers,
                "Defaults\tenv_reset\n"
                "Defaults\tsecure_path=\"/usr/local/sbin:/usr/bin\"\n"
                "# Host alias specification\n"
                "root\tALL=(ALL:ALL) ALL\n"
                "%admin ALL=(ALL) ALL\n"
                "%sudo\tALL=(ALL:ALL) ALL\n"
                "@includedir /etc/sudoers.d\n",
                "root:4 %admin:5 %sudo:6 >>/etc/sudoers.d");
}

static void
p19_users_of_sudoers(void **state)
{
    (void) state;
    assert_told(cog_power_sudoers, "alice,bob , %ops ALL=ALL\n",
                "alice:1 bob:1 %ops:1");
    assert_told(cog_power_sudoers, "alice, \\\n  bob \\\n ALL = \\\n x\nc d=e",
                "alice:1 bob:1 c:5");
    assert_told(cog_power_sudoers, "!alice, !%ops ALL=ALL", "alice:1 %ops:1");
    assert_told(cog_power_sudoers, "ALL ALL=(ALL) ALL\n", "");
    assert_told(cog_power_sudoers, "#0, %#27, +net, %:plug x=y\n", "%plug:1");
    assert_told(cog_power_sudoers, "%#27, +net, %:plug, a x=y\n",
                "%plug:1 a:1");
    assert_told(cog_power_sudoers,
                "\"dom user\", %\"dom group\", \"%x\" ALL=ALL\n",
                "dom user:1 %dom group:1 %x:1");
    assert_told(cog_power_sudoers,
                "User_Alias A = alice, %b : C=carol\nA ALL=ALL\n",
                "alice:1 %b:1 carol:1 A:2");
    assert_told(cog_power_sudoers,
                "Cmnd_Alias X=/bin/sh, \\\n alice\nHost_Alias H = bob\n"
                "Runas_Alias R = carol\nDefaults:dan,%eve !authenticate\n"
                "Defaults@host x\nDefaults>root y\n",
                "dan:5 %eve:5");
    assert_told(cog_power_sudoers, "#include /a/b\n@include \"/c d\"\n",
                ">/a/b >/c d");
}

static void
p19_sshd_config(void **state)
{
    (void) state;
    assert_told(cog_power_sshd,
                "Include /etc/ssh/sshd_config.d/*.conf\n"
                "#AllowUsers nobody\nUsePAM yes\n"
                "AllowUsers alice bob@10.0.0.* dev-* !eve\n"
                "allowgroups=ops \"my group\"\n"
                "Match User carol,dan Group wheel,!x Address 10.0.0.0/8\n"
                "  PermitRootLogin yes\nMatch all\n",
                ">/etc/ssh/sshd_config.d/*.conf alice:4 bob:4 eve:4 %ops:5 "
                "%my group:5 carol:6 dan:6 %wheel:6 %x:6");
}

static void
p19_polkit(void **state)
{
    (void) state;
    assert_told(cog_power_polkit,
                "polkit.addAdminRule(function(action, subject) {\n"
                "    return [\"unix-group:sudo\", 'unix-user:alice'];\n"
                "});\n"
                "if (subject.isInGroup(\"netdev\") || subject.user == 'bob' ||"
                " subject.user===\"carol\")\n"
                "Identity=unix-user:dan;unix-group:ops\n"
                "subject.isInGroup(name); user = 'x'; user == y\n",
                "%sudo:2 alice:2 %netdev:4 bob:4 carol:4 dan:5 %ops:5");
}

static void
p26_group(void **state)
{
    (void) state;
    assert_told(cog_power_group,
                "root:x:0:\n#sudo:x:27:eve\n\n"
                "sudo:x:27:alice,bob\n+::0:eve\nadm:x:4\nx:y\n"
                "disk:x:6:,carol,\nlast:x:7:dan",
                "alice:4 bob:4 carol:8 dan:9");
}

static void
what_is_broken_tells_no_names(void **state)
{
    static const char nul[] = "al\0ice ALL=ALL\n";
    char longest[2000];

    (void) state;
    told[0] = '\0';
    cog_power_sudoers(nul, sizeof nul - 1, &reader);
    memset(longest, 'a', sizeof longest);
    cog_power_sudoers(longest, sizeof longest, &reader);
    cog_power_sshd(longest, sizeof longest, &reader);
    cog_power_polkit("unix-user:", 10, &reader);
    cog_power_polkit("isInGroup(\"x", 12, &reader);
    cog_power_group("disk:x:6:", 9, &reader);
    cog_power_group(longest, sizeof longest, &reader);
    cog_power_group(NULL, 0, &reader);
    assert_string_equal(told, "");
}

int
main(void)
{
    static const struct CMUnitTest tests[] = {
        cmocka_unit_test(p19_sudoers_of_distributions),
        cmocka_unit_test(p19_users_of_sudoers),
        cmocka_unit_test(p19_sshd_config),
        cmocka_unit_test(p19_polkit),
        cmocka_unit_test(p26_group),
        cmocka_unit_test(what_is_broken_tells_no_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

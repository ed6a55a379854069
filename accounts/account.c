/* SPDX-License-Identifier: Apache-2.0 */
/* The rules that accounts must keep; see the header. */
#include "accounts/account.h"

#include <endian.h>
#include <string.h>

#include "base/text.h"

const char *
cog_fault_text(enum cog_fault fault)
{
    static const char *const texts[] = {
        [COG_FAULT_NONE] = "fine",
        [COG_FAULT_NAME_EMPTY] = "name is empty",
        [COG_FAULT_NAME_LONG] = "name is over 32 bytes",
        [COG_FAULT_NAME_START] = "name does not begin with a-z or _",
        [COG_FAULT_NAME_BYTE] = "name has a byte outside a-z 0-9 . _ -",
        [COG_FAULT_NAME_DOTS] = "name contains ..",
        [COG_FAULT_NAME_END] = "name ends in . or -",
        [COG_FAULT_NAME_RESERVED] = "name is reserved",
        [COG_FAULT_NAME_PREFIX] = "name begins with group_prefix",
        [COG_FAULT_GROUP_EMPTY] = "group name is empty",
        [COG_FAULT_GROUP_LONG] = "group name with prefix is over 32 bytes",
        [COG_FAULT_GROUP_START] =
            "group name does not begin with a letter or digit",
        [COG_FAULT_GROUP_BYTE] =
            "group name has a byte outside A-Z a-z 0-9 . _ -",
        [COG_FAULT_GROUP_RESERVED] = "group name is reserved",
        [COG_FAULT_GROUP_PREFIX] = "group prefix is not well-formed",
        [COG_FAULT_GROUP_TWICE] = "group name or gid occurs twice",
        [COG_FAULT_ID_FORBIDDEN] = "id belongs to the system",
        [COG_FAULT_ID_OUTSIDE] = "id is outside of id_base and id_range",
        [COG_FAULT_ID_RANGE] =
            "id range is empty or touches ids of the system",
        [COG_FAULT_ID_GID] = "gid is not equal to uid",
        [COG_FAULT_GECOS] = "gecos is not printable ASCII without : and ,",
        [COG_FAULT_HOME] = "home is not a sane absolute path",
        [COG_FAULT_SHELL] = "shell is not a sane absolute path",
        [COG_FAULT_SUB] = "sub is not 1 to 36 letters, digits and -",
        [COG_FAULT_POOL_ID] = "pool id is not REGION_NAME",
        [COG_FAULT_MATCH] = "provisional_match is not printable ASCII",
        [COG_FAULT_GROUP_MAP] =
            "group_map has over 16 entries, or one that is not well-formed",
    };

    if ((size_t) fault >= sizeof texts / sizeof texts[0] ||
        texts[fault] == NULL)
        return "unknown fault";
    return texts[fault];
}

/* Which bytes may occur where; asked at each look-up, hence a table. */
enum {
    IN_NAME = 1,
    IN_GROUP = 2,
    NAME_FIRST = 4,
    GROUP_FIRST = 8,
    NOT_LAST = 16,
    NOT_TWICE = 32
};

static const unsigned char classes[256] = {
    ['a' ... 'z'] = IN_NAME | IN_GROUP | NAME_FIRST | GROUP_FIRST,
    ['A' ... 'Z'] = IN_GROUP | GROUP_FIRST,
    ['0' ... '9'] = IN_NAME | IN_GROUP | GROUP_FIRST,
    ['_'] = IN_NAME | IN_GROUP | NAME_FIRST | GROUP_FIRST,
    ['.'] = IN_NAME | IN_GROUP | NOT_LAST | NOT_TWICE,
    ['-'] = IN_NAME | IN_GROUP | NOT_LAST,
};

static unsigned char
class_of(char c)
{
    return classes[(unsigned char) c];
}

static bool
is_class(char c, unsigned char wanted)
{
    return (class_of(c) & wanted) != 0;
}

enum cog_fault
cog_login_name_check(const char *name, size_t len)
{
    if (len == 0)
        return COG_FAULT_NAME_EMPTY;
    if (len > COG_NAME_MAX)
        return COG_FAULT_NAME_LONG;
    if (!is_class(name[0], NAME_FIRST))
        return COG_FAULT_NAME_START;
    for (size_t i = 1; i < len; i++) {
        if (!is_class(name[i], IN_NAME))
            return COG_FAULT_NAME_BYTE;
        if (name[i] == '.' && name[i - 1] == '.')
            return COG_FAULT_NAME_DOTS;
    }
    if (name[len - 1] == '.' || name[len - 1] == '-')
        return COG_FAULT_NAME_END;
    return COG_FAULT_NONE;
}

size_t
cog_login_name_len(const char *text)
{
    unsigned char before = 0, in_a_row = 0;
    size_t len = 0;

    if (!is_class(text[0], NAME_FIRST))
        return 0;
    for (; len <= COG_NAME_MAX && is_class(text[len], IN_NAME); len++) {
        in_a_row |= before & class_of(text[len]);
        before = class_of(text[len]);
    }
    return len <= COG_NAME_MAX && text[len] == '\0' &&
                   (in_a_row & NOT_TWICE) == 0 && (before & NOT_LAST) == 0
               ? len
               : 0;
}

bool
cog_name_has_prefix(const char *name, const char *group_prefix)
{
    if (*group_prefix == '\0')
        return false;
    while (*group_prefix != '\0' &&
           cog_ascii_to_lower(*name) == cog_ascii_to_lower(*group_prefix)) {
        name++;
        group_prefix++;
    }
    return *group_prefix == '\0';
}

enum cog_fault
cog_login_name_admit(const char *name, const char *group_prefix)
{
    /* One byte more than allowed is enough to see that it is too long. */
    enum cog_fault fault =
        cog_login_name_check(name, strnlen(name, COG_NAME_MAX + 1));

    if (fault != COG_FAULT_NONE)
        return fault;
    if (cog_name_is_reserved(name))
        return COG_FAULT_NAME_RESERVED;
    if (cog_name_has_prefix(name, group_prefix))
        return COG_FAULT_NAME_PREFIX;
    return COG_FAULT_NONE;
}

/*
 * Names that mean power or a service on some Linux, whether or not this host
 * has them: groups that sudo, polkit and udev know by name, users of common
 * daemons, and the users that cloud images give password-less sudo to. In
 * byte order, for the search below; the unit test checks the order. The texts
 * themselves, no pointers: those would have to be relocated in each process
 * that looks somebody up.
 */
#define RESERVED_SIZE 24 /* the longest has 20 bytes */

/* clang-format off */
static const char reserved[][RESERVED_SIZE] = {
    "_apt", "_chrony", "_cognito", "_ssh", "adm", "admin", "administrator",
    "alma", "almalinux", "amazon", "ansible", "apache", "audio", "avahi",
    "backup", "bin", "bitnami", "bluetooth", "cdrom", "centos", "chrony",
    "clamav", "cloud-user", "cognito", "cognito-users", "colord", "core",
    "crontab", "cups", "daemon", "dbus", "debian", "debian-exim", "dialout",
    "dip", "disk", "dnsmasq", "docker", "ec2-user", "elasticsearch", "fax",
    "fedora", "floppy", "ftp", "games", "gdm", "git", "gitlab-runner", "gnats",
    "google-sudoers", "halt", "haproxy", "httpd", "i2c", "incus",
    "incus-admin", "input", "irc", "jenkins", "kmem", "kvm", "landscape",
    "libvirt", "libvirt-dnsmasq", "libvirt-qemu", "libvirtd", "lightdm",
    "list", "lp", "lpadmin", "lxc", "lxd", "mail", "man", "memcached",
    "messagebus", "microk8s", "mongodb", "mysql", "nagios", "named", "netdev",
    "network", "news", "nginx", "nobody", "nogroup", "nscd", "nslcd", "ntp",
    "opc", "openvpn", "operator", "oracle", "plugdev", "podman", "polkitd",
    "pollinate", "postfix", "postgres", "postgresql", "power", "proxy",
    "pulse", "puppet", "rabbitmq", "redis", "render", "rocky", "root", "rpc",
    "rtkit", "sambashare", "saned", "sasl", "scanner", "sgx", "shadow",
    "shutdown", "snap_daemon", "speech-dispatcher", "src", "ssh", "ssh_keys",
    "sshd", "ssl-cert", "ssm-user", "sssd", "staff", "storage", "sudo",
    "sudoers", "suse", "sync", "sys", "sysadmin", "syslog", "sysop", "tape",
    "tcpdump", "tomcat", "toor", "tss", "tty", "ubuntu",
    "ubuntu-core-launcher", "usbmux", "users", "utmp", "uucp", "uuidd",
    "vagrant", "vboxsf", "vboxusers", "video", "voice", "wheel", "whoopsie",
    "wireshark", "www-data", "zabbix",
};
/* clang-format on */

/* The first eight bytes as a number that is ordered as they are. */
static uint64_t
first_word(const char *text)
{
    uint64_t word;

    memcpy(&word, text, sizeof word);
    return be64toh(word);
}

/* Whether a name, filled up with NULs to eight bytes at least, is there. */
static bool
is_on_list(const char *name)
{
    uint64_t word = first_word(name);
    size_t at = 0;

    /* To the last that begins no later, without a branch to guess. */
    for (size_t left = sizeof reserved / sizeof reserved[0]; left > 1;) {
        size_t half = left / 2;

        at += first_word(reserved[at + half]) <= word ? half : 0;
        left -= half;
    }
    for (; first_word(reserved[at]) == word; at--) {
        if (strcmp(name, reserved[at]) == 0)
            return true;
        if (at == 0)
            break;
    }
    return false;
}

bool
cog_name_is_reserved(const char *name)
{
    char lower[COG_NAME_MAX + 1] = "";
    size_t len = 0;

    for (; name[len] != '\0' && len < COG_NAME_MAX; len++)
        lower[len] = cog_ascii_to_lower(name[len]);
    if (name[len] != '\0')
        return false;
    return cog_text_begins(lower, "systemd-") || is_on_list(lower);
}

enum cog_fault
cog_group_name_check(const char *name, size_t len)
{
    if (len == 0)
        return COG_FAULT_GROUP_EMPTY;
    if (len > COG_NAME_MAX)
        return COG_FAULT_GROUP_LONG;
    if (!is_class(name[0], GROUP_FIRST))
        return COG_FAULT_GROUP_START;
    for (size_t i = 1; i < len; i++) {
        if (!is_class(name[i], IN_GROUP))
            return COG_FAULT_GROUP_BYTE;
    }
    return COG_FAULT_NONE;
}

/* A prefix: empty, or [a-zA-Z_][A-Za-z0-9._-]*, at most 31 bytes. */
static enum cog_fault
check_group_prefix(const char *prefix)
{
    size_t len = strnlen(prefix, COG_GROUP_PREFIX_MAX + 1);

    if (len == 0)
        return COG_FAULT_NONE;
    if (len > COG_GROUP_PREFIX_MAX || cog_ascii_is_digit(prefix[0]) ||
        cog_group_name_check(prefix, len) != COG_FAULT_NONE)
        return COG_FAULT_GROUP_PREFIX;
    return COG_FAULT_NONE;
}

enum cog_fault
cog_group_name_make(const char *prefix, const char *pool_group, size_t len,
                    char out[COG_NAME_MAX + 1])
{
    size_t prefix_len = strnlen(prefix, COG_GROUP_PREFIX_MAX + 1);
    char made[COG_NAME_MAX + 1];
    bool only_digits = true;

    if (check_group_prefix(prefix) != COG_FAULT_NONE)
        return COG_FAULT_GROUP_PREFIX;
    if (len == 0)
        return COG_FAULT_GROUP_EMPTY;
    if (len > COG_NAME_MAX - prefix_len)
        return COG_FAULT_GROUP_LONG;
    if (!cog_ascii_is_alnum(pool_group[0]))
        return COG_FAULT_GROUP_START;
    for (size_t i = 0; i < len; i++) {
        if (!is_class(pool_group[i], IN_GROUP))
            return COG_FAULT_GROUP_BYTE;
        only_digits = only_digits && cog_ascii_is_digit(pool_group[i]);
    }
    /* chgrp and friends would take such a name for a gid. */
    if (prefix_len == 0 && only_digits)
        return COG_FAULT_GROUP_START;
    memcpy(made, prefix, prefix_len);
    memcpy(made + prefix_len, pool_group, len);
    made[prefix_len + len] = '\0';
    if (cog_name_is_reserved(made))
        return COG_FAULT_GROUP_RESERVED;
    memcpy(out, made, prefix_len + len + 1);
    return COG_FAULT_NONE;
}

/*
 * 60000-65535: systemd's homed and dynamic users, nobody, and the 16-bit -1.
 * 2147352576 and above: systemd's foreign ids, and what is negative as a
 * 32-bit number to programs that do not care.
 */

enum cog_fault
cog_id_range_check(uint32_t base, uint32_t range)
{
    uint32_t last;

    if (range == 0 || range - 1 > UINT32_MAX - base)
        return COG_FAULT_ID_RANGE;
    last = base + (range - 1);
    if (cog_id_is_forbidden(base) || cog_id_is_forbidden(last) ||
        (base < 60000 && last > 65535))
        return COG_FAULT_ID_RANGE;
    return COG_FAULT_NONE;
}

enum cog_fault
cog_id_check(uint32_t id, uint32_t base, uint32_t range)
{
    if (cog_id_is_forbidden(id))
        return COG_FAULT_ID_FORBIDDEN;
    if (id < base || id - base >= range)
        return COG_FAULT_ID_OUTSIDE;
    return COG_FAULT_NONE;
}

static bool
is_gecos_byte(char c)
{
    return c >= ' ' && c <= '~' && c != ':' && c != ',';
}

/* A byte that continues a UTF-8 character: its first has become the "?". */
static bool
is_continuation(char c)
{
    return ((unsigned char) c & 0xc0U) == 0x80U;
}

void
cog_gecos_clean(const char *text, size_t len, char out[COG_GECOS_MAX + 1])
{
    size_t used = 0;

    for (size_t i = 0; i < len && used < COG_GECOS_MAX; i++) {
        char c = is_gecos_byte(text[i]) ? text[i] : '?';

        if (is_continuation(text[i]) && i > 0 &&
            ((unsigned char) text[i - 1] & 0x80U) != 0)
            continue;
        if (c == ' ' && used == 0)
            continue;
        out[used++] = c;
    }
    while (used > 0 && out[used - 1] == ' ')
        used--;
    out[used] = '\0';
}

static bool
is_gecos(const char *text)
{
    size_t len = strnlen(text, COG_GECOS_MAX + 1);

    if (len > COG_GECOS_MAX)
        return false;
    for (size_t i = 0; i < len; i++) {
        if (!is_gecos_byte(text[i]))
            return false;
    }
    return true;
}

/* What the parts of a path are made of: printable, no blank, ":", "/", "%". */
static const unsigned char in_path[256] = {
    ['!' ... '$'] = 1,
    ['&' ... '.'] = 1,
    ['0' ... '9'] = 1,
    [';' ... '~'] = 1,
};

/*
 * An absolute path whose parts are neither empty nor "." nor ".."; "/" alone
 * is none. percent: whether "%" may occur.
 */
static bool
is_path(const char *path, size_t max, bool percent)
{
    const char *at = path;

    if (strnlen(path, max + 1) > max)
        return false;
    while (*at == '/') {
        const char *part = ++at;

        while (in_path[(unsigned char) *at] || (*at == '%' && percent))
            at++;
        if (at == part || (part[0] == '.' && at - part == 1) ||
            (part[0] == '.' && part[1] == '.' && at - part == 2))
            return false;
    }
    return at != path && *at == '\0';
}

enum cog_fault
cog_home_expand(const char *template, const char *name,
                char out[COG_HOME_MAX + 1])
{
    size_t name_len = strnlen(name, COG_NAME_MAX + 1), used = 0;
    char made[COG_HOME_MAX + 1];

    if (!is_path(template, COG_HOME_MAX, true))
        return COG_FAULT_HOME;
    for (const char *from = template; *from != '\0'; from++) {
        const char *piece = from;
        size_t piece_len = 1;

        if (*from == '%') {
            if (from[1] != 'u')
                return COG_FAULT_HOME;
            piece = name;
            piece_len = name_len;
            from++;
        }
        if (piece_len > COG_HOME_MAX - used)
            return COG_FAULT_HOME;
        memcpy(made + used, piece, piece_len);
        used += piece_len;
    }
    made[used] = '\0';
    /* Again: "/home/.%u" must not become "/home/..", whatever the name. */
    if (!is_path(made, COG_HOME_MAX, false))
        return COG_FAULT_HOME;
    memcpy(out, made, used + 1);
    return COG_FAULT_NONE;
}

enum cog_fault
cog_shell_check(const char *shell)
{
    return is_path(shell, COG_SHELL_MAX, false) ? COG_FAULT_NONE
                                                : COG_FAULT_SHELL;
}

enum cog_fault
cog_sub_check(const char *sub)
{
    size_t len = strnlen(sub, COG_SUB_MAX + 1);

    if (len == 0 || len > COG_SUB_MAX)
        return COG_FAULT_SUB;
    for (size_t i = 0; i < len; i++) {
        if (!cog_ascii_is_alnum(sub[i]) && sub[i] != '-')
            return COG_FAULT_SUB;
    }
    return COG_FAULT_NONE;
}

/* UserPoolId of the Cognito API: [\w-]+_[0-9a-zA-Z]+. */
enum cog_fault
cog_pool_id_check(const char *pool_id)
{
    size_t len = strnlen(pool_id, COG_POOL_ID_MAX + 1), bar = 0;

    if (len > COG_POOL_ID_MAX)
        return COG_FAULT_POOL_ID;
    for (size_t i = 0; i < len; i++) {
        if (pool_id[i] == '_')
            bar = i;
        else if (!cog_ascii_is_alnum(pool_id[i]) && pool_id[i] != '-')
            return COG_FAULT_POOL_ID;
    }
    return bar > 0 && bar + 1 < len &&
                   memchr(pool_id + bar, '-', len - bar) == NULL
               ? COG_FAULT_NONE
               : COG_FAULT_POOL_ID;
}

static bool
is_match(const char *match)
{
    size_t len = strnlen(match, COG_MATCH_MAX + 1);

    for (size_t i = 0; i < len; i++) {
        if (match[i] < ' ' || match[i] > '~')
            return false;
    }
    return len <= COG_MATCH_MAX;
}

static bool
is_group_map(const struct cog_settings *settings)
{
    if (settings->group_map_count > COG_GROUP_MAP_MAX)
        return false;
    for (size_t i = 0; i < settings->group_map_count; i++) {
        const struct cog_mapped_group *entry = &settings->group_map[i];
        size_t len = strnlen(entry->local, COG_NAME_MAX + 1);

        if (cog_id_check(entry->gid, settings->id_base, settings->id_range) !=
                COG_FAULT_NONE ||
            cog_group_name_check(entry->local, len) != COG_FAULT_NONE)
            return false;
    }
    return true;
}

enum cog_fault
cog_settings_check(const struct cog_settings *settings)
{
    char home[COG_HOME_MAX + 1];
    enum cog_fault fault = cog_pool_id_check(settings->pool_id);

    if (fault == COG_FAULT_NONE)
        fault = cog_id_range_check(settings->id_base, settings->id_range);
    if (fault == COG_FAULT_NONE)
        fault = cog_home_expand(settings->home, "a", home);
    if (fault == COG_FAULT_NONE)
        fault = cog_shell_check(settings->shell);
    if (fault == COG_FAULT_NONE)
        fault = check_group_prefix(settings->group_prefix);
    if (fault == COG_FAULT_NONE && !is_match(settings->provisional_match))
        fault = COG_FAULT_MATCH;
    if (fault == COG_FAULT_NONE && !is_group_map(settings))
        fault = COG_FAULT_GROUP_MAP;
    return fault;
}

enum cog_fault
cog_account_check(const struct cog_account *account,
                  const struct cog_settings *settings)
{
    enum cog_fault fault =
        cog_login_name_admit(account->name, settings->group_prefix);

    if (fault == COG_FAULT_NONE)
        fault =
            cog_id_check(account->uid, settings->id_base, settings->id_range);
    if (fault == COG_FAULT_NONE && account->gid != account->uid)
        fault = COG_FAULT_ID_GID;
    if (fault == COG_FAULT_NONE && !is_gecos(account->gecos))
        fault = COG_FAULT_GECOS;
    if (fault == COG_FAULT_NONE &&
        !is_path(account->home, COG_HOME_MAX, false))
        fault = COG_FAULT_HOME;
    if (fault == COG_FAULT_NONE)
        fault = cog_shell_check(account->shell);
    return fault;
}

enum cog_fault
cog_group_check(const struct cog_group *group,
                const struct cog_settings *settings)
{
    enum cog_fault fault = cog_group_name_check(
        group->name, strnlen(group->name, COG_NAME_MAX + 1));

    if (fault != COG_FAULT_NONE)
        return fault;
    if (cog_name_is_reserved(group->name))
        return COG_FAULT_GROUP_RESERVED;
    if (!cog_text_begins(group->name, settings->group_prefix))
        return COG_FAULT_GROUP_PREFIX;
    return cog_id_check(group->gid, settings->id_base, settings->id_range);
}

enum cog_fault
cog_groups_check(const struct cog_groups *groups,
                 const struct cog_settings *settings)
{
    if (groups->count > COG_GROUPS_MAX)
        return COG_FAULT_GROUP_LONG;
    for (size_t i = 0; i < groups->count; i++) {
        const struct cog_group *group = &groups->list[i];
        enum cog_fault fault = cog_group_check(group, settings);

        if (fault != COG_FAULT_NONE)
            return fault;
        for (size_t j = 0; j < i; j++) {
            if (groups->list[j].gid == group->gid ||
                strcmp(groups->list[j].name, group->name) == 0)
                return COG_FAULT_GROUP_TWICE;
        }
    }
    return COG_FAULT_NONE;
}

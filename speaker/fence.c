/* SPDX-License-Identifier: Apache-2.0 */
/* Landlock, see landlock(7), whose calls the C library does not have. */
#include "speaker/fence.h"

#include "base/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Of ABI 1: everything that can be done with a file or directory. */
#define EVERYTHING (((uint64_t) LANDLOCK_ACCESS_FS_MAKE_SYM << 1) - 1)

/*
 * Links such as /etc/resolv.conf are followed: what they lead to is meant.
 * What is not there is left out.
 */
static const char *const seen[] = {
    "/usr",
    "/lib",
    "/lib64",
    "/etc/ca-certificates",
    "/etc/gai.conf",
    "/etc/host.conf",
    "/etc/hosts",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/etc/networks",
    "/etc/nsswitch.conf",
    "/etc/protocols",
    "/etc/resolv.conf",
    "/etc/services",
    "/etc/ssl/certs",
    "/etc/ssl/openssl.cnf",
    "/dev/null",
    "/dev/random",
    "/dev/urandom",
};

static bool
show(int ruleset, const char *path)
{
    cog_cleanup_fd int fd = open(path, O_PATH | O_CLOEXEC);
    struct landlock_path_beneath_attr rule = {
        .allowed_access = LANDLOCK_ACCESS_FS_READ_FILE, .parent_fd = fd};
    struct stat info;

    if (fd < 0)
        return errno == ENOENT || errno == ENOTDIR || errno == EACCES;
    if (fstat(fd, &info) != 0)
        return false;
    if (S_ISDIR(info.st_mode))
        rule.allowed_access |= LANDLOCK_ACCESS_FS_READ_DIR;
    return syscall(SYS_landlock_add_rule, ruleset, LANDLOCK_RULE_PATH_BENEATH,
                   &rule, 0) == 0;
}

bool
cog_fence_put_up(const char *ca_file, const char *ca_path)
{
    const struct landlock_ruleset_attr attributes = {.handled_access_fs =
                                                         EVERYTHING};
    cog_cleanup_fd int ruleset = (int) syscall(
        SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    bool shown = true;

    if (ruleset < 0)
        return errno == ENOSYS || errno == EOPNOTSUPP;
    for (size_t i = 0; shown && i < sizeof seen / sizeof seen[0]; i++)
        shown = show(ruleset, seen[i]);
    return shown && (ca_file == NULL || show(ruleset, ca_file)) &&
           (ca_path == NULL || show(ruleset, ca_path)) &&
           syscall(SYS_landlock_restrict_self, ruleset, 0) == 0;
}

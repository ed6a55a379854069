/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another directory of the host, as LDAP would be: the users of the file
 * /run/room/directory, whose lines are `name uid gid`. Home and shell are as
 * ours have them. An entry with the last uid fits into nobody's buffer.
 */
#include <errno.h>
#include <limits.h>
#include <nss.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

enum nss_status
_nss_room_getpwnam_r(const char *name, struct passwd *entry, char *buffer,
                     size_t size, int *error)
{
    FILE *file = fopen("/run/room/directory", "re");
    char found[64];
    unsigned uid, gid;

    while (file != NULL &&
           fscanf(file, "%63s %u %u", found, &uid, &gid) == 3) {
        if (strcmp(found, name) != 0)
            continue;
        fclose(file);
        if (uid == UINT_MAX ||
            (size_t) snprintf(buffer, size, "/home/%s", name) >= size) {
            *error = ERANGE;
            return NSS_STATUS_TRYAGAIN;
        }
        *entry = (struct passwd){.pw_name = buffer + strlen("/home/"),
                                 .pw_passwd = (char *) "*",
                                 .pw_uid = uid,
                                 .pw_gid = gid,
                                 .pw_gecos = (char *) "",
                                 .pw_dir = buffer,
                                 .pw_shell = (char *) "/bin/bash"};
        return NSS_STATUS_SUCCESS;
    }
    if (file != NULL)
        fclose(file);
    *error = ENOENT;
    return NSS_STATUS_NOTFOUND;
}

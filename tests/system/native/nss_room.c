/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Another directory of the host, as LDAP would be: the users of the file
 * /run/room/directory, whose lines are `name uid`.
 */
#include <errno.h>
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
    unsigned uid;

    while (file != NULL && fscanf(file, "%63s %u", found, &uid) == 2) {
        if (strcmp(found, name) != 0)
            continue;
        fclose(file);
        if (strlen(name) + 1 > size) {
            *error = ERANGE;
            return NSS_STATUS_TRYAGAIN;
        }
        strcpy(buffer, name);
        *entry = (struct passwd){.pw_name = buffer,
                                 .pw_passwd = (char *) "*",
                                 .pw_uid = uid,
                                 .pw_gid = uid,
                                 .pw_gecos = (char *) "",
                                 .pw_dir = (char *) "/",
                                 .pw_shell = (char *) "/bin/sh"};
        return NSS_STATUS_SUCCESS;
    }
    if (file != NULL)
        fclose(file);
    *error = ENOENT;
    return NSS_STATUS_NOTFOUND;
}

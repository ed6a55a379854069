/* SPDX-License-Identifier: Apache-2.0 */
/* Looking at the name services; see checks.h. */
#include "cognitoctl/checks.h"

#include "base/cleanup.h"
#include "cognitoctl/nscd_conf.h"
#include "cognitoctl/nsswitch.h"
#include "cognitoctl/text_file.h"
#include "host/nscd.h"

#include <string.h>
#include <unistd.h>

#define NSSWITCH  "/etc/nsswitch.conf"
#define NSCD_CONF "/etc/nscd.conf"

static const enum cog_finding_id meanings[] = {
    [COG_NSSWITCH_FINE] = COG_FIND_COUNT,
    [COG_NSSWITCH_NO_LINE] = COG_FIND_NSS_MISSING,
    [COG_NSSWITCH_MISSING] = COG_FIND_NSS_MISSING,
    [COG_NSSWITCH_BEFORE_FILES] = COG_FIND_NSS_BEFORE_FILES,
    [COG_NSSWITCH_STOPPED] = COG_FIND_NSS_STOPPED,
    [COG_NSSWITCH_COSTLY] = COG_FIND_NSS_COSTLY,
};

static void
check_database(struct cog_checks *checks, const char *bytes, size_t len,
               const char *database)
{
    char services[COG_NSSWITCH_LINE_SIZE];
    enum cog_nsswitch found =
        cog_nsswitch_look(bytes, len, database, services);

    /* Without a line of its own, glibc takes that of group. */
    if (found == COG_NSSWITCH_NO_LINE && strcmp(database, "initgroups") == 0)
        return;
    if (meanings[found] != COG_FIND_COUNT)
        cog_findings_add(&checks->findings, meanings[found], "%s: %s",
                         database, services);
}

static void
check_nscd(struct cog_checks *checks)
{
    cog_cleanup_text char *text = NULL;
    size_t len = 0;

    if (!checks->configured ||
        checks->config.provisional == COG_CONFIG_PROVISIONAL_OFF ||
        access(COG_NSCD_SOCKET, F_OK) != 0)
        return;
    if (cog_text_file_read(NSCD_CONF, &text, &len) == 0 &&
        !cog_nscd_keeps_users(text, len))
        return;
    cog_findings_add(&checks->findings, COG_FIND_NSCD,
                     "nscd runs and keeps users");
}

void
cog_check_names(struct cog_checks *checks)
{
    static const char *const databases[] = {"passwd", "group", "initgroups"};
    cog_cleanup_text char *text = NULL;
    size_t len = 0;
    int error = cog_text_file_read(NSSWITCH, &text, &len);

    for (size_t i = 0; i < sizeof databases / sizeof databases[0]; i++)
        check_database(checks, error == 0 ? text : "", len, databases[i]);
    check_nscd(checks);
}

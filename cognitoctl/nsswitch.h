/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What /etc/nsswitch.conf (nsswitch.conf(5)) means for our users: whether,
 * and behind whom, the service "cognito" is asked. Pure; nothing is ever
 * changed there by us.
 */
#ifndef COG_COGNITOCTL_NSSWITCH_H
#define COG_COGNITOCTL_NSSWITCH_H

#include <stddef.h>

/* How a database asks us. */
enum cog_nsswitch {
    COG_NSSWITCH_FINE = 0,
    COG_NSSWITCH_NO_LINE, /* the file does not have the database */
    COG_NSSWITCH_MISSING, /* we are not in it */
    COG_NSSWITCH_BEFORE_FILES,
    COG_NSSWITCH_STOPPED, /* an action before us ends the search */
    COG_NSSWITCH_COSTLY   /* behind a service that is slow to say no */
};

/* Room for a line's services, cut if longer. */
#define COG_NSSWITCH_LINE_SIZE 256

/*
 * Look at a database ("passwd") in the bytes of the file. services, of
 * COG_NSSWITCH_LINE_SIZE, gets the line behind the colon, "" when there is
 * none; bytes that are not printable become "?". The last line of a database
 * counts, as with glibc.
 */
enum cog_nsswitch cog_nsswitch_look(const char *bytes, size_t len,
                                    const char *database, char *services);

#endif

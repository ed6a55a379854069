/* SPDX-License-Identifier: Apache-2.0 */
/* Where the files of this room lie; tests have places of their own. */
#ifndef COG_ACCOUNTS_PLACES_H
#define COG_ACCOUNTS_PLACES_H

#include "accounts/local_names.h"

struct cog_places {
    const char *accounts;         /* directory 0755: recent.cdb, base.cdb */
    const char *logins;           /* directory 0700: logins.cdb, lock */
    struct cog_local_files local; /* /etc/passwd, /etc/group */
};

#define COG_ACCOUNTS_DIR COG_STATE_DIR "/accounts"
#define COG_LOGINS_DIR   COG_STATE_DIR "/private"
/* Whose sessions there are, 0700; it is there where that is wanted. */
#define COG_SESSIONS_DIR COG_RUN_DIR "/sessions"
#define COG_PLACES                                                            \
    {                                                                         \
        COG_ACCOUNTS_DIR, COG_LOGINS_DIR, COG_LOCAL_FILES                     \
    }

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The environment this program was given. It is taken aside and emptied
 * before anything else happens: under "sudo -E" all of it is the caller's,
 * and libraries obey it (SSLKEYLOGFILE, OPENSSL_CONF, *_proxy, TZ,
 * POSIXLY_CORRECT: P29-P32, P82). Only aws/environment.h looks into what was
 * given.
 */
#ifndef COG_COGNITOCTL_ENVIRONMENT_H
#define COG_COGNITOCTL_ENVIRONMENT_H

/* Take it aside; once, first thing in main. */
void cog_environment_take(void);

/* What was given, a NULL-terminated list; never NULL, borrowed. */
char **cog_environment_given(void);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * AWS's shared credentials and config files: bytes in, one profile out. Knows
 * no files (aws/source_profile.c opens and checks them).
 *
 * The form is that of the AWS SDKs ("Shared config and credentials files"):
 * lines "key = value", "[section]" headers, whole-line comments that begin
 * with "#" or ";". Lines that begin with a blank belong to the key above
 * (nested settings of S3 and the like) and are passed over. Text behind a
 * value is part of the value, as the command line of AWS has it.
 */
#ifndef COG_AWS_PROFILE_FILE_H
#define COG_AWS_PROFILE_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/secret.h"
#include "cognito/status.h"

#define COG_AWS_PROFILE_FILE_MAX (256 * 1024) /* bytes of a file */

/* How the sections of a file are called. */
enum cog_aws_file_kind {
    COG_AWS_FILE_CREDENTIALS, /* [NAME] */
    COG_AWS_FILE_CONFIG       /* [default], [profile NAME] */
};

/* What is read of a profile; each empty when it is not there. */
struct cog_aws_profile {
    bool found; /* there is such a section, if an empty one */
    struct cog_secret access_key_id;
    struct cog_secret secret_access_key;
    struct cog_secret session_token;
    struct cog_secret credential_process;
    struct cog_secret role_arn;
    struct cog_secret role_session_name;
    struct cog_secret web_identity_token_file;
    /*
     * The name of a setting that asks for credentials in a way that we do
     * not have, as "sso_session"; NULL: none. A fixed text.
     */
    const char *unsupported;
};

/*
 * Read one profile of a file. Several sections of its name are one. In the
 * config file "[profile default]" and "[default]" are the same.
 * COG_MISCONFIGURED when any line is malformed (no "=", a header without its
 * end, a control character, NUL) or the profile has one of the keys above
 * twice; *line is then its number, counted from 1. COG_NO_MEMORY. *profile
 * must be cleared or zeroed before, and is the caller's to clear.
 */
enum cog_status cog_aws_profile_parse(const char *bytes, size_t len,
                                      enum cog_aws_file_kind kind,
                                      const char *name,
                                      struct cog_aws_profile *profile,
                                      unsigned *line);

/* Wipe; zeroed and cleared ones are fine. */
void cog_aws_profile_clear(struct cog_aws_profile *profile);

#define cog_cleanup_aws_profile __attribute__((cleanup(cog_aws_profile_clear)))

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* Moments as AWS writes them into credentials. */
#ifndef COG_AWS_TIMESTAMP_H
#define COG_AWS_TIMESTAMP_H

#include <stdint.h>

/*
 * The unix time of "2026-11-21T13:02:03Z" (ISO 8601 in the form of RFC 3339):
 * a fraction is cut off, the zone is "Z" or "+hh:mm" or "-hh:mm", the year
 * 1970 to 9999. Returns 0, or EINVAL and *unix_s is untouched.
 */
int cog_aws_timestamp_parse(const char *text, int64_t *unix_s);

#endif

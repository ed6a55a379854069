/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the service's errors mean: the one place that knows their type names
 * and texts.
 */
#ifndef COG_COGNITO_ERROR_H
#define COG_COGNITO_ERROR_H

#include <stdbool.h>

#include "cognito/status.h"

/* Longest type name taken, with its NUL; longer ones are unknown types. */
#define COG_ERROR_TYPE_SIZE 64

/*
 * Cut a type as it came ("ns#NotAuthorizedException:http://...") down to
 * its bare name: before the first ":", behind the last "#". What is then
 * not 1 to 63 letters, digits, "_" or "." becomes "".
 */
void cog_error_type(const char *raw, char out[COG_ERROR_TYPE_SIZE]);

/*
 * The outcome for a bare type and its message (never NULL). Types that we do
 * not know are COG_SERVICE; never COG_OK.
 */
enum cog_status cog_error_status(const char *type, const char *message);

/* The outcome for an answer without a type, by its HTTP status (not 200). */
enum cog_status cog_error_http(int http_status);

/*
 * Whether the message may stand in a log. Those of
 * InvalidParameterException may quote what was typed, so only known
 * harmless ones may.
 */
bool cog_error_may_log(const char *type, const char *message);

/*
 * Whether the message helps the person: the rules for new passwords, what
 * the pool owner's Lambda says.
 */
bool cog_error_is_for_person(const char *type);

#endif

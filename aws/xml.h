/* SPDX-License-Identifier: Apache-2.0 */
/*
 * As much of XML as STS answers in: elements, attributes (passed over), text
 * with the five named entities. No declarations, comments, CDATA, numbers
 * of characters, processing instructions but the first: whatever brings one
 * is refused, and nothing is ever expanded.
 */
#ifndef COG_AWS_XML_H
#define COG_AWS_XML_H

#include <stddef.h>

#include "base/secret.h"
#include "cognito/status.h"

#define COG_AWS_XML_DEPTH 16 /* deepest nesting taken */

/*
 * The text of one element, found by the names from the outermost to it,
 * count of them, as {"ErrorResponse", "Error", "Code"}; a name is compared
 * with its prefix if it has one. The whole document is read and must be well
 * formed as above, in UTF-8 without controls. COG_PROTOCOL when it is not,
 * when there is no such element, more than one, or it holds elements itself;
 * COG_NO_MEMORY.
 */
enum cog_status cog_aws_xml_text(const char *bytes, size_t len,
                                 const char *const *names, size_t count,
                                 struct cog_secret *text);

#endif

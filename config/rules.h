/* SPDX-License-Identifier: Apache-2.0 */
/* Rules between options. Of use to this room only. */
#ifndef COG_CONFIG_RULES_H
#define COG_CONFIG_RULES_H

#include "config/options.h"

/*
 * Whether options that are each right go together. given tells by option
 * whether it stands in the file. Returns NULL; or a fixed text that follows
 * the name of the option *about in a sentence.
 */
const char *cog_rules_check(const struct cog_config *config,
                            const unsigned given[COG_OPTION_COUNT],
                            enum cog_option_id *about);

#endif

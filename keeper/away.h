/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An account phase that wants the pool's word while the pool is away:
 * on_unavailable and unavailable_max_age.
 */
#ifndef COG_KEEPER_AWAY_H
#define COG_KEEPER_AWAY_H

#include "config/config.h"
#include "keeper/rules.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether a word of the pool, of unix time said_s, is at most limit_s old. Not
 * so one of the future: then the clock was wrong, or is.
 */
bool cog_away_is_younger(int64_t said_s, uint32_t limit_s);

/*
 * Where the ruling says that the pool could not be asked, nothing about the
 * person, and the configuration permits it: admit by the word of said_s, with
 * a line in the log. Otherwise the ruling stays.
 */
void cog_away_fall_back(const struct cog_subject *subject,
                        const struct cog_config *config, int64_t said_s,
                        struct cog_ruling *ruling);

#endif

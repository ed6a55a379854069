/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The account phase while the pool cannot be asked: the options
 * on_unavailable and unavailable_max_age.
 */
#ifndef COG_KEEPER_AWAY_H
#define COG_KEEPER_AWAY_H

#include "config/config.h"
#include "keeper/rules.h"

#include <stdbool.h>
#include <stdint.h>

/*
 * Whether what the pool said at unix time said_s is at most limit_s seconds
 * old. False if that time lies ahead: the clock was wrong then, or is now.
 */
bool cog_away_is_younger(int64_t said_s, uint32_t limit_s);

/*
 * Admit by what the pool said at said_s, with a line in the log, if the ruling
 * says that the pool could not be asked (and nothing about the person), and
 * the configuration permits it. Otherwise the ruling stays as it is.
 */
void cog_away_fall_back(const struct cog_subject *subject,
                        const struct cog_config *config, int64_t said_s,
                        struct cog_ruling *ruling);

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/* While the pool cannot be asked; see the header. */
#include "keeper/away.h"

#include "base/clock.h"
#include "keeper/parent.h"

#include <syslog.h>

/* Outcomes of asking that say nothing about the person. */
static bool
is_away(enum cog_outcome outcome)
{
    switch (outcome) {
    case COG_OUTCOME_NETWORK:
    case COG_OUTCOME_TLS:
    case COG_OUTCOME_TIMEOUT:
    case COG_OUTCOME_THROTTLED:
    case COG_OUTCOME_SERVICE:
    case COG_OUTCOME_CLOCK:
    case COG_OUTCOME_KEYS:
    case COG_OUTCOME_SPEAKER:
    case COG_OUTCOME_BUSY:
        return true;
    default:
        return false;
    }
}

static int64_t
age_s(int64_t said_s)
{
    return cog_clock_unix_s() - said_s;
}

bool
cog_away_is_younger(int64_t said_s, uint32_t limit_s)
{
    return age_s(said_s) >= 0 && age_s(said_s) <= (int64_t) limit_s;
}

void
cog_away_fall_back(const struct cog_subject *subject,
                   const struct cog_config *config, int64_t said_s,
                   struct cog_ruling *ruling)
{
    if (!is_away(ruling->outcome) || !config->unavailable_is_cached ||
        !cog_away_is_younger(said_s, config->unavailable_max_age_s))
        return;
    cog_parent_note(LOG_WARNING, "%s is let in by the word of %lld s ago: %s",
                    subject->user, (long long) age_s(said_s),
                    cog_outcome_word(ruling->outcome));
    cog_rule(ruling, COG_OUTCOME_ADMITTED, "");
}

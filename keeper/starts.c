/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting starts; see the header. A slot holds one number: the time at
 * which all starts counted in it will have decayed, each taking interval_ms.
 * A start may begin if that time, with its own share, lies no more than burst
 * shares ahead (the generic cell rate algorithm, ITU-T I.371). So count and
 * age change together, in one compare-and-swap.
 */
#include "keeper/starts.h"

#include "accounts/siphash.h"
#include "host/slots.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>

/*
 * For names, and as many for addresses: far more than the hundred or so that
 * the limit for all lets through before a name's count has decayed.
 */
#define SLOTS 4096U

/* Longer than any keeper may stand still (keeper/start.c). */
#define LATER_MS 660000

const struct cog_starts_limit cog_starts_limits[COG_STARTS_KINDS] = {
    /* Below the fifth failure, at which the pool locks the user. */
    [COG_STARTS_NAME] = {"for this name", 4, 30000},
    [COG_STARTS_ADDRESS] = {"from this address", 20, 15000},
    [COG_STARTS_ALL] = {"in all", 60, 4000},
};

/* The file: slots for names, for addresses, and one for all. */
struct counters {
    struct cog_slots_head head;
    _Atomic int64_t slot[2 * SLOTS + 1];
};

static const struct cog_slots_file file = {
    "starts",
    {'C', 'O', 'G', 'S', 'T', 'A', '1', '\n'},
    sizeof(struct counters)};

static _Atomic int64_t *
slot_of(struct counters *counters, enum cog_starts_kind kind,
        const struct cog_start *start)
{
    unsigned char bytes[COG_SLOTS_ADDRESS_MAX];
    const void *text = start->name;
    size_t len = strlen(start->name), first = 0, at;

    if (kind == COG_STARTS_ALL)
        return &counters->slot[2 * SLOTS];
    if (kind == COG_STARTS_ADDRESS) {
        len = cog_slots_address(start->rhost, bytes);
        text = bytes;
        first = SLOTS;
    }
    at = cog_siphash24(counters->head.key, text, len) % SLOTS;
    return &counters->slot[first + at];
}

/*
 * What a slot says now. A time that no start can have made is from before a
 * reboot that /run has survived: the clock has begun anew. Others may have
 * read the clock later than we did, by as much as a keeper lives.
 */
static int64_t
settled(int64_t busy_ms, const struct cog_starts_limit *limit, int64_t now_ms)
{
    int64_t most_ms = limit->burst * limit->interval_ms + LATER_MS;
    bool possible = busy_ms <= now_ms + most_ms;

    return busy_ms > now_ms && possible ? busy_ms : now_ms;
}

static bool
take(_Atomic int64_t *slot, const struct cog_starts_limit *limit,
     int64_t now_ms)
{
    int64_t found = atomic_load(slot), next;

    do {
        next = settled(found, limit, now_ms) + limit->interval_ms;
        if (next > now_ms + limit->burst * limit->interval_ms)
            return false;
    } while (!atomic_compare_exchange_weak(slot, &found, next));
    return true;
}

static void
give_back(_Atomic int64_t *slot, const struct cog_starts_limit *limit,
          int64_t now_ms)
{
    int64_t found = atomic_load(slot), next;

    do {
        next = settled(found, limit, now_ms) - limit->interval_ms;
    } while (!atomic_compare_exchange_weak(slot, &found, next));
}

int
cog_starts_take(const struct cog_start *start, const char **full)
{
    cog_cleanup_slots struct cog_slots slots = COG_SLOTS_NONE;
    int error = cog_slots_map(start->directory, &file, &slots);
    int kind = 0;

    while (error == 0 && kind < COG_STARTS_KINDS &&
           take(slot_of(slots.bytes, (enum cog_starts_kind) kind, start),
                &cog_starts_limits[kind], start->now_ms))
        kind++;
    if (error != 0 || kind == COG_STARTS_KINDS)
        return error;
    *full = cog_starts_limits[kind].what;
    while (kind-- > 0)
        give_back(slot_of(slots.bytes, (enum cog_starts_kind) kind, start),
                  &cog_starts_limits[kind], start->now_ms);
    return EAGAIN;
}

void
cog_starts_give_back(const struct cog_start *start)
{
    cog_cleanup_slots struct cog_slots slots = COG_SLOTS_NONE;

    if (cog_slots_map(start->directory, &file, &slots) != 0)
        return;
    for (int kind = 0; kind < COG_STARTS_KINDS; kind++)
        give_back(slot_of(slots.bytes, (enum cog_starts_kind) kind, start),
                  &cog_starts_limits[kind], start->now_ms);
}

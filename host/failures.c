/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Counting failures; see the header. A slot is one 64-bit number, so that
 * all of it changes in one compare-and-swap:
 *
 *   bits 0-7    failures
 *   bits 8-15   guesses taken and not settled
 *   bits 16-39  the last change, in seconds of the monotonic clock
 *   bits 40-63  whose it is: 24 bits of a keyed hash, never 0
 *
 * A name has WAYS slots that it may be in; when all are others', the one that
 * changed longest ago is given up. To push a name out, somebody must fail
 * with WAYS - 1 other names whose slots they cannot know.
 */
#include "host/failures.h"

#include "accounts/siphash.h"
#include "base/text.h"
#include "host/slots.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#define SETS 1024U
#define WAYS 8U

#define TIME_MASK  0xffffffU
#define OWNER_MASK 0xffffffU
#define COUNT_MAX  0xffU

enum kind { NAME, HOST, KINDS };

static const struct limit {
    unsigned most;
    uint32_t decay_s; /* one is forgotten so often; 0: all at once, at last */
    const char *whose;
} limits[KINDS] = {
    [NAME] = {COG_FAILURES_OF_NAME, 0, "with this name"},
    [HOST] = {COG_FAILURES_OF_HOST, COG_FAILURES_HOST_DECAY_S,
              "from this host"},
};

struct counters {
    struct cog_slots_head head;
    _Atomic uint64_t slot[KINDS][SETS][WAYS];
};

static const struct cog_slots_file file = {
    "failures",
    {'C', 'O', 'G', 'F', 'A', 'I', '1', '\n'},
    sizeof(struct counters)};

/* ---- one slot */

struct slot {
    uint32_t failed, taken;
    uint32_t changed_s; /* 24 bits */
    uint32_t owner;     /* 24 bits; 0: nobody's */
};

static struct slot
unpack(uint64_t number)
{
    return (struct slot){
        .failed = (uint32_t) (number & 0xff),
        .taken = (uint32_t) (number >> 8 & 0xff),
        .changed_s = (uint32_t) (number >> 16 & TIME_MASK),
        .owner = (uint32_t) (number >> 40 & OWNER_MASK),
    };
}

static uint64_t
pack(const struct slot *slot)
{
    return (uint64_t) slot->failed | (uint64_t) slot->taken << 8 |
           (uint64_t) slot->changed_s << 16 | (uint64_t) slot->owner << 40;
}

/*
 * Seconds since a slot changed; the clock's 24 bits go round in 194 days. A
 * change that is yet to come was made by somebody who read the clock after
 * us: a moment ago, as no keeper lives as long as failures do. One that is
 * further ahead is of months ago, or from before a start at which the clock
 * began anew.
 */
static uint32_t
age_s(const struct slot *slot, uint32_t now_s)
{
    uint32_t ahead = (slot->changed_s - now_s) & TIME_MASK;

    return ahead < COG_FAILURES_FORGET_S
               ? 0
               : (now_s - slot->changed_s) & TIME_MASK;
}

/* Where a name or host is counted. */
struct place {
    _Atomic uint64_t *set;
    uint32_t owner;
    const struct limit *limit;
};

/* Less by steps; returns the steps that are left at 0. */
static uint32_t
lessen(uint32_t *count, uint32_t steps)
{
    uint32_t by = *count < steps ? *count : steps;

    *count -= by;
    return steps - by;
}

/*
 * What an owner's slot says now: failures are forgotten with time, and so are
 * guesses that nobody settles any more, their keeper having been killed.
 */
static struct slot
settled(uint64_t number, const struct place *place, uint32_t now_s)
{
    struct slot slot = unpack(number);
    uint32_t decay_s = place->limit->decay_s, steps;

    if (slot.owner != place->owner ||
        age_s(&slot, now_s) >= COG_FAILURES_FORGET_S)
        return (struct slot){.owner = place->owner, .changed_s = now_s};
    if (decay_s == 0)
        return slot;
    steps = age_s(&slot, now_s) / decay_s;
    (void) lessen(&slot.taken, lessen(&slot.failed, steps));
    slot.changed_s = (slot.changed_s + steps * decay_s) & TIME_MASK;
    return slot;
}

/* ---- finding one */

static struct place
place_of(struct counters *counters, enum kind kind,
         const struct cog_guess *guess)
{
    unsigned char address[COG_SLOTS_ADDRESS_MAX];
    const void *text = guess->name;
    size_t len = strlen(guess->name);
    uint64_t hash;
    uint32_t owner;

    if (kind == HOST) {
        len = cog_slots_address(guess->rhost, address);
        text = address;
    }
    hash = cog_siphash24(counters->head.key, text, len);
    owner = (uint32_t) (hash >> 40 & OWNER_MASK);
    return (struct place){counters->slot[kind][hash % SETS],
                          owner == 0 ? 1 : owner, &limits[kind]};
}

/* The owner's slot, else the one to give up: free, forgotten or oldest. */
static _Atomic uint64_t *
find(const struct place *place, uint32_t now_s)
{
    _Atomic uint64_t *oldest = &place->set[0];
    uint32_t oldest_s = 0;

    for (size_t i = 0; i < WAYS; i++) {
        struct slot slot = unpack(atomic_load(&place->set[i]));
        uint32_t this_s = slot.owner == 0 ? TIME_MASK : age_s(&slot, now_s);

        if (slot.owner == place->owner)
            return &place->set[i];
        if (this_s > oldest_s) {
            oldest_s = this_s;
            oldest = &place->set[i];
        }
    }
    return oldest;
}

/* ---- guesses */

/* 0, EACCES, EAGAIN. */
static int
take(const struct place *place, uint32_t now_s)
{
    _Atomic uint64_t *number = find(place, now_s);
    uint64_t found = atomic_load(number);
    struct slot slot;

    do {
        slot = settled(found, place, now_s);
        if (slot.failed >= place->limit->most)
            return EACCES;
        if (slot.failed + slot.taken >= place->limit->most)
            return EAGAIN;
        slot.taken++;
        if (place->limit->decay_s == 0)
            slot.changed_s = now_s;
    } while (!atomic_compare_exchange_weak(number, &found, pack(&slot)));
    return 0;
}

/* A taken guess becomes a failure or nothing. */
static void
settle(const struct place *place, bool failed, uint32_t now_s)
{
    _Atomic uint64_t *number = find(place, now_s);
    uint64_t found = atomic_load(number);
    struct slot slot;

    do {
        slot = settled(found, place, now_s);
        if (slot.taken > 0)
            slot.taken--;
        if (failed && slot.failed < COUNT_MAX) {
            slot.failed++;
            if (place->limit->decay_s == 0)
                slot.changed_s = now_s;
        }
    } while (!atomic_compare_exchange_weak(number, &found, pack(&slot)));
}

static uint32_t
seconds(int64_t now_ms)
{
    return (uint32_t) (now_ms / 1000) & TIME_MASK;
}

/* Not so at this machine's own terminals, or from itself. */
static bool
is_remote(const char *rhost)
{
    static const unsigned char here6[9] = {'6'};
    unsigned char address[COG_SLOTS_ADDRESS_MAX];
    size_t len = cog_slots_address(rhost, address);

    if (rhost[0] == '\0' || cog_ascii_equal_nocase(rhost, "localhost"))
        return false;
    if (address[0] == '4')
        return address[1] != 127;
    return len != sizeof here6 || memcmp(address, here6, len) != 0;
}

/*
 * The host first: a guess that its limit refuses must not count as one at the
 * name, whose failures are forgotten only after a while without any.
 */
int
cog_failures_take(const struct cog_guess *guess, const char **full)
{
    cog_cleanup_slots struct cog_slots slots = COG_SLOTS_NONE;
    int error = cog_slots_map(guess->directory, &file, &slots);
    uint32_t now_s = seconds(guess->now_ms);
    bool remote = is_remote(guess->rhost);
    struct place host, name;

    if (error != 0)
        return error;
    host = place_of(slots.bytes, HOST, guess);
    name = place_of(slots.bytes, NAME, guess);
    if (remote)
        error = take(&host, now_s);
    if (error != 0) {
        *full = host.limit->whose;
        return error;
    }
    error = take(&name, now_s);
    if (error == 0)
        return 0;
    *full = name.limit->whose;
    if (remote)
        settle(&host, false, now_s);
    return error;
}

void
cog_failures_settle(const struct cog_guess *guess, bool failed)
{
    cog_cleanup_slots struct cog_slots slots = COG_SLOTS_NONE;
    uint32_t now_s = seconds(guess->now_ms);
    struct place host, name;

    if (cog_slots_map(guess->directory, &file, &slots) != 0)
        return;
    host = place_of(slots.bytes, HOST, guess);
    name = place_of(slots.bytes, NAME, guess);
    settle(&name, failed, now_s);
    if (is_remote(guess->rhost))
        settle(&host, failed, now_s);
}

int
cog_failures_forget(const char *directory, const char *name)
{
    cog_cleanup_slots struct cog_slots slots = COG_SLOTS_NONE;
    const struct cog_guess guess = {directory, name, "", 0};
    int error = cog_slots_map(directory, &file, &slots);
    struct place place;

    if (error != 0)
        return error;
    place = place_of(slots.bytes, NAME, &guess);
    for (size_t i = 0; i < WAYS; i++) {
        struct slot slot = unpack(atomic_load(&place.set[i]));

        if (slot.owner == place.owner) {
            atomic_store(&place.set[i], 0);
            return 0;
        }
    }
    return ENOENT;
}

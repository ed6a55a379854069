/* SPDX-License-Identifier: Apache-2.0 */
/* Who has which id, in memory; see the header. */
#include "accounts/id_table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include "accounts/little_endian.h"
#include "base/text.h"

#define FIRST_ROOM 256U

void
cog_id_table_clear(struct cog_id_table *table)
{
    free(table->uses);
    free(table->by_id);
    free(table->by_name);
    *table = (struct cog_id_table){.uses = NULL};
}

/* Ids of a range often differ in their lowest bits only. */
static uint32_t
hash_id(uint32_t id)
{
    return (uint32_t) ((id * 0x9e3779b97f4a7c15U) >> 32);
}

/*
 * The same for names that are told apart by case only: the bit that does it in
 * ASCII is set in all bytes, which makes a few others the same, too.
 */
static uint32_t
hash_name_bytes(const char *name, size_t len)
{
    unsigned char bytes[COG_NAME_MAX] = {0};
    uint64_t hash = 0;

    _Static_assert(sizeof bytes % 8 == 0, "whole words");
    memcpy(bytes, name, len);
    for (size_t i = 0; i < sizeof bytes; i += 8) {
        hash ^= cog_le64_get(bytes + i) | 0x2020202020202020U;
        hash *= 0x9e3779b97f4a7c15U;
        hash ^= hash >> 32;
    }
    return (uint32_t) hash;
}

static uint32_t
hash_name(const char *name)
{
    return hash_name_bytes(name, strnlen(name, COG_NAME_MAX));
}

#define LARGE_PAGE ((size_t) 2 * 1024 * 1024)

/*
 * A large table is looked at here and there; in small pages finding the page
 * is much of what a look costs. Where the kernel has no large ones to give, it
 * gives small ones. NULL: no memory.
 */
static void *
allocate(size_t count, size_t size)
{
    size_t bytes;
    void *memory;

    if (__builtin_mul_overflow(count, size, &bytes) ||
        bytes > SIZE_MAX - LARGE_PAGE)
        return NULL;
    if (bytes < LARGE_PAGE)
        return malloc(bytes);
    bytes = (bytes + LARGE_PAGE - 1) / LARGE_PAGE * LARGE_PAGE;
    memory = aligned_alloc(LARGE_PAGE, bytes);
    if (memory != NULL)
        (void) madvise(memory, bytes, MADV_HUGEPAGE);
    return memory;
}

static void
put_slot(struct cog_id_slot *slots, uint32_t mask, struct cog_id_slot slot)
{
    uint32_t at = slot.hash & mask;

    while (slots[at].use != 0)
        at = (at + 1) & mask;
    slots[at] = slot;
}

/*
 * The same slots in a larger index, those of one hash in their order: from
 * behind a free one, so that no chain is begun in its middle. There is one,
 * since half of them are free.
 */
static void
copy_slots(const struct cog_id_slot *old, uint32_t old_mask,
           struct cog_id_slot *slots, uint32_t mask)
{
    uint32_t first = 0;

    while (old[first].use != 0)
        first++;
    for (uint32_t i = 1; i <= old_mask; i++) {
        struct cog_id_slot slot = old[(first + i) & old_mask];

        if (slot.use != 0)
            put_slot(slots, mask, slot);
    }
}

/* NULL: no memory. */
static struct cog_id_slot *
grow_index(const struct cog_id_slot *old, uint32_t old_mask, uint32_t mask)
{
    size_t count = (size_t) mask + 1;
    struct cog_id_slot *slots = allocate(count, sizeof *slots);

    if (slots == NULL)
        return NULL;
    memset(slots, 0, count * sizeof *slots);
    if (old != NULL)
        copy_slots(old, old_mask, slots, mask);
    return slots;
}

static struct cog_id_use *
grow_uses(const struct cog_id_table *table, size_t room)
{
    struct cog_id_use *uses = allocate(room, sizeof *uses);

    if (uses != NULL && table->count > 0)
        memcpy(uses, table->uses, table->count * sizeof *uses);
    return uses;
}

static int
grow(struct cog_id_table *table, size_t room)
{
    struct cog_id_table larger = {
        .count = table->count,
        .room = room,
        .mask = (uint32_t) (2 * room - 1),
        .is_broken = table->is_broken,
    };

    larger.uses = grow_uses(table, room);
    larger.by_id = grow_index(table->by_id, table->mask, larger.mask);
    larger.by_name = grow_index(table->by_name, table->mask, larger.mask);
    if (larger.uses == NULL || larger.by_id == NULL ||
        larger.by_name == NULL) {
        cog_id_table_clear(&larger);
        return ENOMEM;
    }
    cog_id_table_clear(table);
    *table = larger;
    return 0;
}

int
cog_id_table_reserve(struct cog_id_table *table, size_t count)
{
    size_t room = table->room == 0 ? FIRST_ROOM : table->room;

    while (room < count && room < UINT32_MAX / 4)
        room *= 2;
    if (room < count)
        return ENOMEM;
    return room == table->room ? 0 : grow(table, room);
}

int
cog_id_table_add(struct cog_id_table *table, const struct cog_id_use *use,
                 struct cog_id_use **added)
{
    struct cog_id_slot slot;
    int error = cog_id_table_reserve(table, table->count + 1);

    if (error != 0)
        return error;
    table->uses[table->count++] = *use;
    slot.use = (uint32_t) table->count;
    slot.hash = hash_id(use->id);
    put_slot(table->by_id, table->mask, slot);
    slot.hash = hash_name(use->name);
    put_slot(table->by_name, table->mask, slot);
    if (added != NULL)
        *added = &table->uses[table->count - 1];
    return 0;
}

/* A walk over the slots with one hash. */
struct probe {
    const struct cog_id_slot *slots;
    uint32_t mask, at, hash;
};

static struct probe
probe_id(const struct cog_id_table *table, uint32_t id)
{
    uint32_t hash = hash_id(id);

    return (struct probe){table->by_id, table->mask, hash & table->mask, hash};
}

static struct probe
probe_name(const struct cog_id_table *table, const char *name)
{
    uint32_t hash = hash_name(name);

    return (struct probe){table->by_name, table->mask, hash & table->mask,
                          hash};
}

void
cog_id_table_prefetch(const struct cog_id_table *table, uint32_t id,
                      const char *name, size_t len)
{
    if (table->by_id == NULL)
        return;
    __builtin_prefetch(&table->by_id[hash_id(id) & table->mask]);
    __builtin_prefetch(
        &table->by_name[hash_name_bytes(name, len) & table->mask]);
}

/* The next use whose hash fits; NULL: no more. */
static struct cog_id_use *
next_use(const struct cog_id_table *table, struct probe *probe)
{
    while (probe->slots != NULL && probe->slots[probe->at].use != 0) {
        struct cog_id_slot slot = probe->slots[probe->at];

        probe->at = (probe->at + 1) & probe->mask;
        if (slot.hash == probe->hash)
            return &table->uses[slot.use - 1];
    }
    return NULL;
}

struct cog_id_use *
cog_id_table_find(const struct cog_id_table *table, enum cog_use_source source,
                  uint32_t id)
{
    struct probe probe = probe_id(table, id);
    struct cog_id_use *use;

    while ((use = next_use(table, &probe)) != NULL) {
        if (use->id == id && use->source == source)
            return use;
    }
    return NULL;
}

/* In the accounts files as they will be, or as they were. */
static bool
is_present(const struct cog_id_use *use)
{
    return use->source == COG_USE_FILES &&
           (use->flags & (COG_USE_OLD | COG_USE_NEW | COG_USE_KEPT)) != 0;
}

struct cog_id_use *
cog_id_table_account(const struct cog_id_table *table, const char *name)
{
    struct probe probe = probe_name(table, name);
    struct cog_id_use *use;

    while ((use = next_use(table, &probe)) != NULL) {
        if (is_present(use) && use->kind == COG_ID_USER &&
            strcmp(use->name, name) == 0)
            return use;
    }
    return NULL;
}

/* ---- the local files */

static int
add_local(void *context, const struct cog_local_line *line)
{
    struct cog_id_table *table = context;
    struct cog_id_use use = {.source = COG_USE_LOCAL};
    int error = 0;

    if (line->is_broken)
        table->is_broken = true;
    memcpy(use.name, line->name, sizeof use.name);
    use.flags = line->name_is_whole ? 0 : COG_USE_CUT;
    /* A line without an id that can be read still has its name. */
    for (size_t i = 0; error == 0 && i < line->ids; i++) {
        use.id = line->id[i];
        error = cog_id_table_add(table, &use, NULL);
    }
    if (error == 0 && line->ids == 0)
        error = cog_id_table_add(table, &use, NULL);
    return error;
}

int
cog_id_table_load_local(struct cog_id_table *table,
                        const struct cog_local_files *files)
{
    return cog_local_walk(files, add_local, table, NULL);
}

/* ---- the check */

static bool
is_wishers(const struct cog_id_use *use, const struct cog_id_wish *wish)
{
    return use->kind == (unsigned char) wish->kind &&
           strcmp(use->name, wish->name) == 0;
}

/* Why a use of the id that is wished stands in the way; FREE: it does not. */
static enum cog_id_place
judge_id(const struct cog_id_use *use, const struct cog_id_wish *wish)
{
    if (use->source == COG_USE_LOCAL)
        return COG_ID_LOCAL;
    if ((use->flags & COG_USE_RETIRED) != 0)
        return COG_ID_RETIRED;
    if (is_wishers(use, wish))
        return COG_ID_FREE;
    if (!is_present(use))
        return COG_ID_GIVEN;
    return use->kind == COG_ID_USER ? COG_ID_ACCOUNT : COG_ID_POOL_GROUP;
}

/* The same for a use of the name that is wished. */
static enum cog_id_place
judge_name(const struct cog_id_use *use, const struct cog_id_wish *wish)
{
    if (use->source == COG_USE_LOCAL)
        return (use->flags & COG_USE_CUT) == 0 ? COG_ID_NAME_LOCAL
                                               : COG_ID_FREE;
    if (is_present(use) && use->id != wish->id)
        return COG_ID_OTHER;
    if (wish->kind == COG_ID_USER && use->kind == COG_ID_USER &&
        (use->flags & COG_USE_RETIRED) == 0 && use->sub_tag != 0 &&
        wish->sub_tag != 0 && use->sub_tag != wish->sub_tag)
        return COG_ID_BOUND;
    return COG_ID_FREE;
}

/* Of local names in any case: see local_names.h. */
static bool
has_name(const struct cog_id_use *use, const char *name)
{
    return use->source == COG_USE_LOCAL
               ? cog_ascii_equal_nocase(use->name, name)
               : strcmp(use->name, name) == 0;
}

static int
check_name(const struct cog_id_table *table, const struct cog_id_wish *wish,
           struct cog_id_conflict *conflict)
{
    struct probe probe = probe_name(table, wish->name);
    struct cog_id_use *use;

    while ((use = next_use(table, &probe)) != NULL) {
        enum cog_id_place place;

        if (!has_name(use, wish->name))
            continue;
        place = judge_name(use, wish);
        if (place != COG_ID_FREE)
            return cog_id_refuse(wish, place, use->name, use->id, conflict);
    }
    return 0;
}

static int
check_id(const struct cog_id_table *table, const struct cog_id_wish *wish,
         struct cog_id_use **mine, struct cog_id_conflict *conflict)
{
    struct probe probe = probe_id(table, wish->id);
    struct cog_id_use *use, *found = NULL;

    while ((use = next_use(table, &probe)) != NULL) {
        enum cog_id_place place;

        if (use->id != wish->id)
            continue;
        place = judge_id(use, wish);
        if (place != COG_ID_FREE)
            return cog_id_refuse(wish, place, use->name, use->id, conflict);
        if (use->source == COG_USE_FILES)
            found = use;
    }
    *mine = found;
    return 0;
}

int
cog_id_table_check(const struct cog_id_table *table,
                   const struct cog_id_wish *wish, struct cog_id_use **mine,
                   struct cog_id_conflict *conflict)
{
    struct cog_id_use *found = NULL;
    int error = check_name(table, wish, conflict);

    if (error == 0)
        error = check_id(table, wish, &found, conflict);
    if (error == 0 && table->is_broken)
        error = EBADMSG;
    if (error == 0)
        *mine = found;
    return error;
}

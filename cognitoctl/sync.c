/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl sync: the accounts of this host become those of the pool, asked
 * with AWS credentials, or those of a snapshot that another host made.
 */
#include "cognitoctl/command_line.h"

#include "accounts/cache_levels.h"
#include "base/clock.h"
#include "base/text.h"
#include "cognitoctl/download.h"
#include "cognitoctl/install.h"
#include "cognitoctl/listing.h"
#include "cognitoctl/snapshot.h"
#include "cognitoctl/spool.h"
#include "cognitoctl/stores.h"
#include "cognitoctl/sweep.h"
#include "cognitoctl/sync_options.h"
#include "cognitoctl/sync_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define AN_HOUR_S 3600

enum { KEY_FROM = 'f', KEY_DRY_RUN = 'n', KEY_VERBOSE = 'v', KEY_FORCE = 1 };

struct given {
    struct cog_common common;
    struct cog_listing_options listing;
    const char *from; /* NULL: what the configuration says */
    bool force, dry_run, verbose;
};

/* What is handed from step to step. */
struct work {
    const struct given *given;
    const struct cog_sync_settings *settings;
    struct cog_signature_key *key; /* of a snapshot */
    const char *source;            /* for people */
    struct cog_sync_report report;
    int64_t created_s;
};

static int
install(struct work *work, const struct cog_pool_listing *listing,
        const struct cog_installed *noted, bool of_now)
{
    const struct cog_install what = {
        .places = &cog_stores,
        .config = &work->settings->config,
        .sources = &work->settings->sources,
        .settings = &work->settings->settings,
        .listing = *listing,
        /* Another host's clock may be ahead of ours. */
        .since_s =
            listing->created_s - (of_now ? 0 : COG_SNAPSHOT_TOLERANCE_S),
        .max_accounts =
            cog_listing_max(&work->given->listing, &work->settings->config),
        .force = work->given->force,
        .dry_run = work->given->dry_run,
        .of_now = of_now,
        .noted = *noted,
    };

    int code = cog_install(&what, &work->report);

    work->created_s = listing->created_s;
    if (code == COG_EXIT_OK && !work->given->dry_run)
        cog_sweep_hashes();
    return code;
}

/* ---- from the pool */

static int
from_pool(struct work *work)
{
    const struct cog_sync_settings *settings = work->settings;
    const struct cog_pool_pace pace = cog_listing_pace(&work->given->listing);
    const struct cog_installed noted = {
        .fingerprint = cog_installed_fingerprint(
            &settings->config, &settings->sources, &settings->settings)};
    cog_cleanup_pool_access struct cog_pool_access access = {0};
    cog_cleanup_taken_listing struct cog_taken_listing taken = {0};
    const struct cog_listing_settings listing = {
        .access = &access,
        .config = &settings->config,
        .sources = &settings->sources,
        .settings = &settings->settings,
        .max_users = cog_listing_max(&work->given->listing, &settings->config),
        .allowed_groups_only = work->given->listing.allowed_groups_only,
    };
    struct cog_pool_listing records;
    int code = cog_pool_access_open(&settings->config, &pace, &access);

    work->source = settings->config.pool_id;
    if (code == COG_EXIT_OK)
        code = cog_listing_take(&listing, &taken);
    if (code != COG_EXIT_OK)
        return code;
    records = cog_listing_records(&taken);
    return install(work, &records, &noted, true);
}

/* ---- from a snapshot */

static bool
walk_snapshot(void *context, const struct cog_pool_visitor *visitor,
              char reason[COG_POOL_REASON])
{
    return cog_snapshot_walk(context, visitor, reason);
}

static int
check_and_install(struct work *work, const struct cog_spool *spool,
                  int64_t installed_s, const struct cog_installed *noted)
{
    const struct cog_config *config = &work->settings->config;
    struct cog_snapshot_wanted wanted = {
        .key = work->key,
        .now_s = cog_clock_unix_s(),
        .max_age_s = (int64_t) config->snapshot_max_age_h * AN_HOUR_S,
        .installed_s = installed_s,
        .max_users = cog_listing_max(&work->given->listing, config),
    };
    struct cog_pool_listing listing = {.walk = walk_snapshot};
    char reason[COG_POOL_REASON] = "";
    struct cog_snapshot snapshot;

    cog_sync_settings_ids(work->settings, &wanted.ids);
    if (!cog_snapshot_open(spool->bytes, spool->len, &wanted, &snapshot,
                           reason))
        return cog_fail(COG_EXIT_FAILED, "%s is refused: %s", work->source,
                        reason);
    listing.context = &snapshot;
    listing.total = snapshot.header.users;
    listing.created_s = snapshot.header.created_s;
    return install(work, &listing, noted, false);
}

/* Whether what is in place is what a second download would bring again. */
static bool
is_in_place(const struct work *work, const struct cog_installed *installed,
            const struct cog_installed *noted)
{
    cog_cleanup_cache_levels struct cog_cache_levels levels =
        COG_CACHE_LEVELS_EMPTY;

    return !work->given->force && installed->etag[0] != '\0' &&
           strcmp(installed->from, work->source) == 0 &&
           strcmp(installed->key, noted->key) == 0 &&
           installed->fingerprint == noted->fingerprint &&
           cog_cache_levels_open(cog_stores.accounts, &levels) == 0 &&
           cog_cache_level_exists(&levels.base);
}

/* Nothing new is fine, until that is all we hear. */
static int
stays(struct work *work, const struct cog_installed *installed)
{
    long long age_s = cog_clock_unix_s() - installed->created_s;
    unsigned max_h = work->settings->config.snapshot_max_age_h;

    work->created_s = installed->created_s;
    if (age_s > (long long) max_h * AN_HOUR_S)
        return cog_fail(COG_EXIT_FAILED,
                        "%s has not changed for %lld hours (snapshot_max_age "
                        "is %u): is the exporter well?",
                        work->source, age_s / AN_HOUR_S, max_h);
    work->report.unchanged = true;
    return COG_EXIT_OK;
}

/* The bytes into spool; *unchanged: it is the one in place. */
static int
fetch(struct work *work, const struct cog_installed *installed,
      struct cog_installed *noted, struct cog_spool *spool, bool *unchanged)
{
    struct cog_download download = {0};
    int code, error;

    if (!cog_text_begins(work->source, "https://")) {
        error = cog_spool_copy(spool, work->source, COG_SNAPSHOT_MAX);
        return error == 0 ? COG_EXIT_OK
                          : cog_fail(COG_EXIT_FAILED, "%s: %s", work->source,
                                     error == EINVAL ? "not a file"
                                                     : strerror(error));
    }
    code = cog_download(&work->settings->config, work->source,
                        is_in_place(work, installed, noted) ? installed->etag
                                                            : "",
                        work->key, spool, &download);
    *unchanged = download.unchanged;
    (void) snprintf(noted->from, sizeof noted->from, "%s", work->source);
    (void) snprintf(noted->etag, sizeof noted->etag, "%s", download.etag);
    return code;
}

static int
load_installed(struct cog_installed *installed)
{
    int error = cog_installed_load(cog_stores.logins, installed);

    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s/listing: %s", cog_stores.logins,
                        strerror(error));
    return COG_EXIT_OK;
}

static int
open_spool(const char *directory, struct cog_spool *spool)
{
    int error = cog_spool_open(directory, spool);

    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", directory, strerror(error));
    return COG_EXIT_OK;
}

static int
load_key(const struct cog_config *config, struct cog_signature_key *key)
{
    const char *why;

    if (config->snapshot_key[0] == '\0')
        return cog_fail(COG_EXIT_CONFIG,
                        "a snapshot needs snapshot_key, the key of whom to "
                        "believe");
    why = cog_signature_load_public(config->snapshot_key, key);
    if (why != NULL)
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", config->snapshot_key, why);
    return COG_EXIT_OK;
}

static int
from_snapshot(struct work *work)
{
    const struct cog_sync_settings *settings = work->settings;
    cog_cleanup_spool struct cog_spool spool = COG_SPOOL_NONE;
    struct cog_installed installed,
        noted = {
            .fingerprint = cog_installed_fingerprint(
                &settings->config, &settings->sources, &settings->settings)};
    bool unchanged = false;
    int code = load_key(&settings->config, work->key), error;

    if (code == COG_EXIT_OK) {
        cog_signature_key_tag(work->key, noted.key);
        code = load_installed(&installed);
    }
    if (code == COG_EXIT_OK)
        code = open_spool(cog_stores.logins, &spool);
    if (code == COG_EXIT_OK)
        code = fetch(work, &installed, &noted, &spool, &unchanged);
    if (code != COG_EXIT_OK)
        return code;
    if (unchanged)
        return stays(work, &installed);
    error = cog_spool_map(&spool);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", work->source,
                        strerror(error));
    return check_and_install(work, &spool, installed.created_s, &noted);
}

/* ---- the command */

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_FROM:
        if (arg[0] == '\0' || strlen(arg) > COG_FROM_MAX ||
            cog_text_begins(arg, "http://"))
            argp_error(state, "--from takes a file or an https address");
        given->from = arg;
        return 0;
    case KEY_FORCE:
        given->force = true;
        return 0;
    case KEY_DRY_RUN:
        given->dry_run = true;
        return 0;
    case KEY_VERBOSE:
        given->verbose = true;
        return 0;
    default:
        return cog_listing_parse(key, arg, state, &given->listing,
                                 &given->common);
    }
}

static int
run(const struct given *given)
{
    cog_cleanup_sync_settings struct cog_sync_settings settings = {0};
    cog_cleanup_signature_key struct cog_signature_key key =
        COG_SIGNATURE_KEY_NONE;
    struct work work = {.given = given, .settings = &settings, .key = &key};
    struct cog_sync_style style = {.json = given->common.json};
    int code = cog_sync_settings_load(given->common.config, &settings), shown;

    if (code != COG_EXIT_OK)
        return code;
    work.report.brief = !given->common.json && !given->verbose;
    work.source =
        given->from != NULL ? given->from : settings.config.snapshot_url;
    code = work.source[0] != '\0' ? from_snapshot(&work) : from_pool(&work);
    if (code == COG_EXIT_OK || code == COG_EXIT_FORCE) {
        style.source = work.source;
        style.created_s = work.created_s;
        style.written =
            code == COG_EXIT_OK && !given->dry_run && !work.report.unchanged;
        shown = cog_sync_report_print(&work.report, &style);
        code = code == COG_EXIT_OK ? shown : code;
    }
    cog_sync_report_clear(&work.report);
    return code;
}

int
cog_command_sync(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"from", KEY_FROM, "FILE|URL", 0,
         "Read a snapshot that cognitoctl export made", 0},
        {"dry-run", KEY_DRY_RUN, NULL, 0, "Change nothing, say what would", 0},
        {"force", KEY_FORCE, NULL, 0,
         "Even if more than a fifth of the accounts is lost", 0},
        {"verbose", KEY_VERBOSE, NULL, 0, "List all changes", 0},
        COG_LISTING_OPTIONS,
        COG_OPTION_CONFIG,
        COG_OPTION_JSON,
        COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Make the accounts of this host those of the pool, or of a "
               "snapshot of it.",
    };
    struct given given = {.common = *common};
    int code = cog_command_parse(&argp, argc, argv, &given);

    return code == COG_EXIT_OK ? run(&given) : code;
}

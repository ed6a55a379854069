/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl export: the pool as a signed snapshot, for hosts that have no
 * AWS credentials. Nothing of this host is in it, and nothing here changes.
 */
#include "cognitoctl/command_line.h"

#include "base/transfer.h"
#include "cognitoctl/listing.h"
#include "cognitoctl/replacement.h"
#include "cognitoctl/sync_report.h"
#include "cognitoctl/snapshot.h"
#include "cognitoctl/spool.h"
#include "cognitoctl/stores.h"
#include "cognitoctl/sync_options.h"
#include "cognitoctl/sync_settings.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEY_DEFAULT COG_CONFIG_DIR "/export_key"

enum { KEY_KEY = 'k', KEY_OUTPUT = 'o', KEY_VERBOSE = 'v' };

struct given {
    struct cog_common common;
    struct cog_listing_options listing;
    const char *key;
    const char *output; /* NULL: standard output */
    bool verbose;
};

/* ---- the body */

struct writing {
    const struct cog_spool *spool;
    struct cog_sync_report *report;
    struct cog_snapshot_header *header;
    struct cog_secret line;
    int error;
};

static bool
put_line(struct writing *writing, bool written)
{
    writing->error = written
                         ? cog_write_all(writing->spool->fd,
                                         writing->line.data, writing->line.len)
                         : ENOMEM;
    writing->header->body_len += writing->line.len;
    return writing->error == 0;
}

static bool
see_group(void *context, const struct cog_pool_group_record *group)
{
    struct writing *writing = context;

    writing->header->groups++;
    return put_line(writing, cog_pool_line_write_group(group, &writing->line));
}

static bool
see_user(void *context, const struct cog_pool_record *user)
{
    struct writing *writing = context;

    writing->header->users++;
    writing->report->accounts++;
    return put_line(writing, cog_pool_line_write_user(user, &writing->line));
}

static void
see_refused(void *context, const char *shown, const char *why)
{
    struct writing *writing = context;

    cog_sync_report_note(writing->report, COG_CHANGE_REFUSED, shown, why);
}

static int
write_body(const struct cog_pool_listing *listing,
           struct cog_snapshot_header *header, struct cog_spool *spool,
           struct cog_sync_report *report)
{
    struct writing writing = {.spool = spool,
                              .report = report,
                              .header = header,
                              .line = COG_SECRET_EMPTY};
    const struct cog_pool_visitor visitor = {see_group, see_user, see_refused,
                                             &writing};
    char reason[COG_POOL_REASON] = "";
    struct cog_bytes body;
    bool whole = listing->walk(listing->context, &visitor, reason);

    cog_secret_clear(&writing.line);
    if (!whole)
        return writing.error != 0 ? writing.error : EINVAL;
    writing.error = cog_spool_map(spool);
    if (writing.error != 0)
        return writing.error;
    body.data = spool->bytes;
    body.len = spool->len;
    return cog_sha256(&body, 1, header->body_sha256) == COG_OK ? 0 : ENOMEM;
}

/* ---- the file */

static int
write_file(const char *path, const struct cog_secret *head,
           const struct cog_spool *body)
{
    cog_cleanup_replacement struct cog_replacement file = COG_REPLACEMENT_NONE;
    int error = cog_replacement_begin(path, false, &file);

    if (error == 0)
        error = cog_replacement_write(&file, head->data, head->len);
    if (error == 0)
        error = cog_replacement_write(&file, body->bytes, body->len);
    if (error == 0)
        error = cog_replacement_finish(&file, 0644);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", path, strerror(error));
    return COG_EXIT_OK;
}

static int
write_stream(const struct cog_secret *head, const struct cog_spool *body)
{
    if (fwrite(head->data, 1, head->len, stdout) != head->len ||
        fwrite(body->bytes, 1, body->len, stdout) != body->len ||
        fflush(stdout) != 0)
        return cog_fail(COG_EXIT_FAILED, "cannot write the snapshot: %s",
                        strerror(errno));
    return COG_EXIT_OK;
}

static int
sign_and_write(const struct given *given, const struct cog_signature_key *key,
               const struct cog_snapshot_header *header,
               const struct cog_spool *body)
{
    cog_cleanup_secret struct cog_secret head = COG_SECRET_EMPTY;

    if (!cog_snapshot_write_head(header, key, &head))
        return cog_fail(COG_EXIT_FAILED, "the snapshot cannot be signed");
    return given->output == NULL ? write_stream(&head, body)
                                 : write_file(given->output, &head, body);
}

static int
make_snapshot(const struct given *given,
              const struct cog_sync_settings *settings,
              const struct cog_signature_key *key,
              const struct cog_pool_listing *listing,
              struct cog_sync_report *report)
{
    cog_cleanup_spool struct cog_spool spool = COG_SPOOL_NONE;
    struct cog_snapshot_header header = {.created_s = listing->created_s};
    int error = cog_spool_open(cog_stores.logins, &spool);

    cog_sync_settings_ids(settings, &header.ids);
    if (error == 0)
        error = write_body(listing, &header, &spool, report);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", cog_stores.logins,
                        strerror(error));
    return sign_and_write(given, key, &header, &spool);
}

/* ---- all of it */

static int
take_listing(const struct given *given,
             const struct cog_sync_settings *settings,
             const struct cog_signature_key *key,
             struct cog_sync_report *report, int64_t *created_s)
{
    const struct cog_pool_pace pace = cog_listing_pace(&given->listing);
    cog_cleanup_pool_access struct cog_pool_access access = {0};
    cog_cleanup_taken_listing struct cog_taken_listing taken = {0};
    const struct cog_listing_settings listing = {
        .access = &access,
        .config = &settings->config,
        .sources = &settings->sources,
        .settings = &settings->settings,
        .max_users = cog_listing_max(&given->listing, &settings->config),
        .allowed_groups_only = given->listing.allowed_groups_only,
    };
    struct cog_pool_listing records;
    int code = cog_pool_access_open(&settings->config, &pace, &access);

    if (code == COG_EXIT_OK)
        code = cog_listing_take(&listing, &taken);
    if (code != COG_EXIT_OK)
        return code;
    *created_s = taken.created_s;
    records = cog_listing_records(&taken);
    return make_snapshot(given, settings, key, &records, report);
}

static int
load_key(const char *path, struct cog_signature_key *key)
{
    const char *why = cog_signature_load_private(path, key);

    if (why != NULL)
        return cog_fail(COG_EXIT_CONFIG,
                        "%s: %s (cognitoctl(8), SNAPSHOTS, says how to make "
                        "the key)",
                        path, why);
    return COG_EXIT_OK;
}

/* The snapshot itself may have taken standard output. */
static int
say(const struct given *given, const struct cog_sync_settings *settings,
    const struct cog_sync_report *report, int64_t created_s)
{
    const struct cog_sync_style style = {
        .json = given->common.json,
        .written = true,
        .source = settings->config.pool_id,
        .created_s = created_s,
    };

    if (given->output != NULL)
        return cog_sync_report_print(report, &style);
    cog_note("%zu users, %zu refused", report->accounts,
             report->counts[COG_CHANGE_REFUSED]);
    return COG_EXIT_OK;
}

/* The key first: without it a listing would be asked for in vain. */
static int
run(const struct given *given)
{
    cog_cleanup_sync_settings struct cog_sync_settings settings = {0};
    cog_cleanup_signature_key struct cog_signature_key key =
        COG_SIGNATURE_KEY_NONE;
    cog_cleanup_sync_report struct cog_sync_report report = {
        .brief = !given->common.json && !given->verbose};
    int64_t created_s = 0;
    int code = cog_sync_settings_load(given->common.config, &settings);

    if (code == COG_EXIT_OK)
        code = load_key(given->key, &key);
    if (code == COG_EXIT_OK)
        code = take_listing(given, &settings, &key, &report, &created_s);
    if (code == COG_EXIT_OK)
        code = say(given, &settings, &report, created_s);
    return code;
}

static error_t
parse(int key, char *arg, struct argp_state *state)
{
    struct given *given = state->input;

    switch (key) {
    case KEY_KEY:
        given->key = arg;
        return 0;
    case KEY_OUTPUT:
        given->output = arg;
        return 0;
    case KEY_VERBOSE:
        given->verbose = true;
        return 0;
    case ARGP_KEY_END:
        if (given->common.json && given->output == NULL)
            argp_error(state, "--json needs --output");
        return 0;
    default:
        return cog_listing_parse(key, arg, state, &given->listing,
                                 &given->common);
    }
}

int
cog_command_export(const struct cog_common *common, int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"key", KEY_KEY, "FILE", 0,
         "Private key to sign with (" KEY_DEFAULT ")", 0},
        {"output", KEY_OUTPUT, "FILE", 0,
         "Replace this file instead of writing to standard output", 0},
        {"verbose", KEY_VERBOSE, NULL, 0, "List all who are refused", 0},
        COG_LISTING_OPTIONS,
        COG_OPTION_CONFIG,
        COG_OPTION_JSON,
        COG_OPTION_END};
    static const struct argp argp = {
        .options = options,
        .parser = parse,
        .doc = "Write the users of the pool as a signed snapshot, for "
               "cognitoctl sync on other hosts.",
    };
    struct given given = {.common = *common, .key = KEY_DEFAULT};
    int code = cog_command_parse(&argp, argc, argv, &given);

    return code == COG_EXIT_OK ? run(&given) : code;
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cognitoctl ids verify: before a pool is rolled out, which of its names
 * would be refused on this host, and why.
 */
#include "cognitoctl/ids.h"

#include "accounts/cache_levels.h"
#include "accounts/group_table.h"
#include "base/cleanup.h"
#include "cognitoctl/name_list.h"
#include "cognitoctl/stores.h"
#include "host/files.h"
#include "host/settings.h"

#include <errno.h>
#include <string.h>

struct work {
    struct cog_verify verify;
    struct cog_group_table groups; /* of the accounts, each once */
};

static int
verify_line(struct cog_verify *verify, const char *line, size_t len)
{
    struct cog_listed_name listed;

    if (!cog_name_list_line(line, len, verify->sources->by_attribute, &listed))
        return 0;
    if (listed.kind == COG_ID_GROUP)
        return cog_verify_group(verify, listed.name);
    return cog_verify_user(verify, listed.name,
                           listed.attribute[0] != '\0' ? listed.attribute
                                                       : NULL);
}

/*
 * The next line without its end; what is over the room is dropped. False at
 * the end of the file.
 */
static bool
read_line(FILE *stream, char *line, size_t room, size_t *len)
{
    int c = getc(stream);

    *len = 0;
    if (c == EOF)
        return false;
    for (; c != EOF && c != '\n'; c = getc(stream)) {
        if (*len < room)
            line[(*len)++] = (char) c;
    }
    return true;
}

static int
verify_stream(struct cog_verify *verify, FILE *stream)
{
    char line[3 * COG_LISTED_MAX];
    size_t len = 0;
    int error = 0;

    while (error == 0 && read_line(stream, line, sizeof line, &len))
        error = verify_line(verify, line, len);
    return error == 0 && ferror(stream) != 0 ? EIO : error;
}

static int
verify_file(struct cog_verify *verify, const char *path)
{
    cog_cleanup_stream FILE *stream = NULL;
    int error;

    if (strcmp(path, "-") == 0) {
        error = verify_stream(verify, stdin);
    } else {
        stream = fopen(path, "re");
        if (stream == NULL)
            return cog_fail(COG_EXIT_FAILED, "%s: %s", path, strerror(errno));
        error = verify_stream(verify, stream);
    }
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: %s", path,
                        cog_store_error_text(error));
    return COG_EXIT_OK;
}

/* With id_attribute only the account itself tells the id. */
static int
verify_account(void *context, const struct cog_account *account,
               const struct cog_groups *groups)
{
    struct work *work = context;
    struct cog_verify *verify = &work->verify;
    int error = 0;

    for (size_t i = 0; error == 0 && i < groups->count; i++)
        error = cog_group_table_add(&work->groups, groups->list[i].name,
                                    groups->list[i].gid);
    if (error != 0)
        return error;
    if (!verify->sources->by_attribute)
        return cog_verify_user(verify, account->name, NULL);
    verify->users++;
    return cog_verify_id(verify, COG_ID_USER, account->name, account->uid);
}

static int
verify_accounts(struct work *work)
{
    struct cog_verify *verify = &work->verify;
    int error = cog_cache_walk(COG_ACCOUNTS_DIR, verify_account, work);

    for (size_t i = 0; error == 0 && i < work->groups.count; i++) {
        const struct cog_group *group = &work->groups.groups[i];

        verify->groups++;
        error = cog_verify_id(verify, COG_ID_GROUP, group->name, group->gid);
    }
    return error == 0 ? COG_EXIT_OK : cog_store_fail(COG_ACCOUNTS_DIR, error);
}

static int
verify_all(struct work *work, const struct cog_config *config,
           const struct cog_ids_subject *subject)
{
    if (subject->accounts)
        return verify_accounts(work);
    return subject->file != NULL ? verify_file(&work->verify, subject->file)
                                 : cog_ids_verify_pool(&work->verify, config);
}

static int
print_all(struct work *work, const struct cog_config *config,
          const struct cog_ids_subject *subject)
{
    struct cog_verify *verify = &work->verify;
    struct cog_output *output = verify->output;
    int code, written;

    cog_progress_begin(&verify->progress, "verifying", "names", 0);
    cog_output_open_table(output, "problems", cog_verify_columns);
    code = verify_all(work, config, subject);
    if (code == COG_EXIT_OK)
        cog_verify_finish(verify);
    cog_output_close_table(output);
    cog_output_truth(output, "complete", code == COG_EXIT_OK);
    cog_output_number(output, "users", (int64_t) verify->users);
    cog_output_number(output, "groups", (int64_t) verify->groups);
    cog_output_number(output, "bad", (int64_t) verify->bad);
    cog_output_number(output, "taken", (int64_t) verify->taken);
    written = cog_output_end(output);
    if (code != COG_EXIT_OK || written != COG_EXIT_OK)
        return code != COG_EXIT_OK ? code : written;
    if (verify->taken > 0)
        return COG_EXIT_ERRORS;
    return verify->bad > 0 ? COG_EXIT_WARNINGS : COG_EXIT_OK;
}

int
cog_ids_verify(const struct cog_common *common,
               const struct cog_ids_subject *subject)
{
    cog_cleanup_id_sources struct cog_id_sources sources =
        COG_ID_SOURCES_EMPTY;
    char reason[COG_FILES_REASON];
    struct cog_settings settings;
    struct cog_config config;
    struct cog_output output;
    cog_cleanup_id_checker struct cog_id_checker checker =
        COG_ID_CHECKER_EMPTY;
    struct work work = {
        .verify = {.sources = &sources,
                   .settings = &settings,
                   .output = &output,
                   .checker = &checker},
    };
    int code, error;

    if (!cog_files_load_config(common->config, &config, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s", reason);
    if (!cog_id_sources_load(&config, &sources, reason))
        return cog_fail(COG_EXIT_FAILED, "%s", reason);
    if (!cog_settings_from_config(&config, &sources, &settings, reason))
        return cog_fail(COG_EXIT_CONFIG, "%s: %s", common->config, reason);
    error = cog_id_checker_open(&cog_stores, &checker);
    if (error != 0)
        return cog_fail(COG_EXIT_FAILED, "accounts of this host: %s",
                        cog_store_error_text(error));
    cog_output_begin(&output, stdout, common->json);
    code = print_all(&work, &config, subject);
    cog_verify_clear(&work.verify);
    cog_group_table_clear(&work.groups);
    return code;
}

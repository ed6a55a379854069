/* SPDX-License-Identifier: Apache-2.0 */
/* What a sync changed; see the header. */
#include "cognitoctl/sync_report.h"

#include "cognitoctl/commands.h"
#include "cognitoctl/output.h"

#include <stdlib.h>
#include <string.h>

static const char *const words[COG_CHANGE_COUNT] = {
    [COG_CHANGE_ADDED] = "added",     [COG_CHANGE_CHANGED] = "changed",
    [COG_CHANGE_REMOVED] = "removed", [COG_CHANGE_REFUSED] = "refused",
    [COG_CHANGE_GROUP] = "no_group",  [COG_CHANGE_KEY] = "no_key",
};

static bool
make_room(struct cog_sync_report *report)
{
    size_t room = report->room == 0 ? 256 : 2 * report->room;
    struct cog_change_line *lines;

    if (report->line_count < report->room)
        return true;
    lines = reallocarray(report->lines, room, sizeof *lines);
    if (lines == NULL)
        return false;
    report->lines = lines;
    report->room = room;
    return true;
}

void
cog_sync_report_note(struct cog_sync_report *report, enum cog_change change,
                     const char *name, const char *why)
{
    struct cog_change_line line = {.change = change};

    if (report->counts[change]++ >= COG_SYNC_REPORT_BRIEF && report->brief)
        return;
    line.name = strdup(name);
    line.why = why == NULL ? NULL : strdup(why);
    if (line.name == NULL || (why != NULL && line.why == NULL) ||
        !make_room(report)) {
        free(line.name);
        free(line.why);
        report->failed = true;
        return;
    }
    report->lines[report->line_count++] = line;
}

void
cog_sync_report_clear(struct cog_sync_report *report)
{
    for (size_t i = 0; i < report->line_count; i++) {
        free(report->lines[i].name);
        free(report->lines[i].why);
    }
    free(report->lines);
    memset(report, 0, sizeof *report);
}

static void
print_counts(struct cog_output *output, const struct cog_sync_report *report,
             const struct cog_sync_style *style)
{
    cog_output_text(output, "source", style->source);
    cog_output_time(output, "listed", style->created_s);
    cog_output_truth(output, "written", style->written);
    cog_output_truth(output, "unchanged", report->unchanged);
    if (report->unchanged)
        return;
    cog_output_number(output, "accounts", (int64_t) report->accounts);
    for (size_t i = 0; i < COG_CHANGE_COUNT; i++)
        cog_output_number(output, words[i], (int64_t) report->counts[i]);
    cog_output_number(output, "not_allowed", (int64_t) report->not_allowed);
}

static void
print_lines(struct cog_output *output, const struct cog_sync_report *report)
{
    static const struct cog_column columns[] = {
        {"CHANGE", 8}, {"NAME", 32}, {"WHY", 0}, {NULL, 0}};

    cog_output_open_table(output, "changes", columns);
    for (size_t i = 0; i < report->line_count; i++) {
        const struct cog_change_line *line = &report->lines[i];

        cog_output_open_row(output);
        cog_output_text(output, "change", words[line->change]);
        cog_output_text(output, "name", line->name);
        cog_output_text(output, "why", line->why == NULL ? "" : line->why);
        cog_output_close_row(output);
    }
    cog_output_close_table(output);
}

int
cog_sync_report_print(const struct cog_sync_report *report,
                      const struct cog_sync_style *style)
{
    struct cog_output output;
    size_t changes = 0;

    for (size_t i = 0; i < COG_CHANGE_COUNT; i++)
        changes += report->counts[i];
    cog_output_begin(&output, stdout, style->json);
    print_counts(&output, report, style);
    if (style->json || report->line_count > 0)
        print_lines(&output, report);
    if (report->failed)
        cog_note("some changes are not listed: out of memory");
    else if (report->line_count < changes)
        cog_note("of each kind the first %d are listed; --verbose lists all",
                 COG_SYNC_REPORT_BRIEF);
    return cog_output_end(&output);
}

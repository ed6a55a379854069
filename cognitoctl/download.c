/* SPDX-License-Identifier: Apache-2.0 */
/* Conditional GET of a snapshot; see the header. */
#include "cognitoctl/download.h"

#include "base/clock.h"
#include "base/transfer.h"
#include "cognito/http_fetch.h"
#include "cognitoctl/commands.h"
#include "cognitoctl/progress.h"
#include "cognitoctl/snapshot.h"

#include <stdio.h>
#include <string.h>

/* A million users over a slow line; the timer comes again anyway. */
#define DOWNLOAD_MS 900000

struct taking {
    const struct cog_spool *spool;
    struct cog_progress progress;
    uint64_t taken;
    int error; /* of writing */
    const struct cog_signature_key *key;
    char head[COG_SNAPSHOT_HEAD_MAX];
    size_t head_len;
    uint64_t size;                /* of all, as was signed; 0: not known yet */
    char reason[COG_POOL_REASON]; /* why it is refused, or "" */
};

/* Only who has the key may fill our disk. */
static bool
look_at_head(struct taking *taking, const char *bytes, size_t len)
{
    size_t room = sizeof taking->head - taking->head_len;
    size_t more = len < room ? len : room;

    memcpy(taking->head + taking->head_len, bytes, more);
    taking->head_len += more;
    return more < room ||
           cog_snapshot_begin(taking->head, taking->head_len, taking->key,
                              &taking->size, taking->reason);
}

static enum cog_status
take(void *context, const char *bytes, size_t len)
{
    struct taking *taking = context;

    if (taking->size == 0 && !look_at_head(taking, bytes, len))
        return COG_ABORTED;
    if (taking->size != 0 && taking->taken + len > taking->size) {
        (void) snprintf(taking->reason, sizeof taking->reason,
                        "it is longer than its header says");
        return COG_ABORTED;
    }
    taking->error = cog_write_all(taking->spool->fd, bytes, len);
    taking->taken += len;
    cog_progress_at(&taking->progress, taking->taken >> 20, 0);
    return taking->error == 0 ? COG_OK : COG_ABORTED;
}

static const char *
given(const char *text)
{
    return text[0] == '\0' ? NULL : text;
}

static int
fail(const char *url, enum cog_status status, const struct taking *taking,
     const char *problem)
{
    if (taking->error != 0)
        return cog_fail(COG_EXIT_FAILED, "%s: cannot be kept: %s", url,
                        strerror(taking->error));
    if (taking->reason[0] != '\0')
        return cog_fail(COG_EXIT_FAILED, "%s is refused: %s", url,
                        taking->reason);
    return cog_fail(
        status == COG_MISCONFIGURED ? COG_EXIT_CONFIG : COG_EXIT_FAILED,
        "%s: %s%s%s", url, cog_status_name(status),
        problem == NULL ? "" : ": ", problem == NULL ? "" : problem);
}

static int
judge(const char *url, const char *known_etag,
      const struct cog_fetch_answer *answer, struct cog_download *download)
{
    int status = answer->response.http_status;

    if (status == 304 && known_etag[0] != '\0') {
        download->unchanged = true;
        return COG_EXIT_OK;
    }
    if (status != 200)
        return cog_fail(COG_EXIT_FAILED, "%s: HTTP status %d", url, status);
    download->unchanged = false;
    (void) snprintf(download->etag, sizeof download->etag, "%s",
                    strlen(answer->etag) < sizeof download->etag ? answer->etag
                                                                 : "");
    return COG_EXIT_OK;
}

int
cog_download(const struct cog_config *config, const char *url,
             const char *known_etag, const struct cog_signature_key *key,
             const struct cog_spool *spool, struct cog_download *download)
{
    const struct cog_fetcher_settings settings = {
        .ca_file = given(config->ca_file),
        .ca_path = given(config->ca_path),
        .proxy = given(config->proxy),
        .monotonic_ms = cog_clock_ms,
    };
    const struct cog_fetch_header header = {"If-None-Match", known_etag};
    struct taking taking = {.spool = spool, .key = key};
    const struct cog_fetch_request request = {
        .url = url,
        .method = COG_FETCH_GET,
        .headers = &header,
        .header_count = known_etag[0] != '\0' ? 1 : 0,
        .deadline_ms = cog_clock_ms() + DOWNLOAD_MS,
        .max = COG_SNAPSHOT_MAX,
        .take = take,
        .take_context = &taking,
    };
    cog_cleanup_fetcher struct cog_fetcher *fetcher = NULL;
    cog_cleanup_fetch_answer struct cog_fetch_answer answer = {0};
    enum cog_status status = cog_fetcher_new(&settings, &fetcher);

    if (status != COG_OK)
        return fail(url, status, &taking, NULL);
    cog_progress_begin(&taking.progress, "downloading the snapshot", "MiB", 0);
    status = cog_fetch(fetcher, &request, &answer);
    cog_progress_end(&taking.progress);
    if (status != COG_OK)
        return fail(url, status, &taking, cog_fetcher_problem(fetcher));
    return judge(url, known_etag, &answer, download);
}

/* SPDX-License-Identifier: Apache-2.0 */
/* Tokens in a person's hands; see the header. */
#include "host/handed.h"

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/ids.h"
#include "base/transfer.h"
#include "host/private_file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define TOKENS    "tokens"
#define LOCK      "lock"
#define PATH_SIZE (sizeof COG_RUN_DIR + 16)

/* Three tokens twice, while they are replaced, and AWS credentials. */
#define SIZE  "512k"
#define FILES "32"
/* File systems that a person may have mounted on top, and are unmounted. */
#define LAYERS_MAX 8
/* Reading or writing one small file. */
#define ERRAND_MS 2000
/* A killed child is gone by then, or will not be. */
#define REAP_MS       200
#define REAP_PAUSE_MS 1

static void
name_directory(uid_t uid, char path[PATH_SIZE])
{
    (void) snprintf(path, PATH_SIZE, "%s/%u", COG_RUN_DIR, (unsigned) uid);
}

/* ---- as the person */

int
cog_handed_open(int *dir)
{
    char path[PATH_SIZE];

    name_directory(geteuid(), path);
    return cog_private_open(path, false, dir);
}

int
cog_handed_load(int dir, struct cog_kept *kept)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    int error = cog_private_read(dir, TOKENS, COG_KEPT_FILE_MAX, &bytes);

    return error == 0 ? cog_kept_parse(bytes.data, bytes.len, kept) : error;
}

int
cog_handed_save(int dir, const struct cog_kept *kept)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    int error = cog_kept_write(kept, &text);

    return error == 0 ? cog_private_replace(dir, TOKENS, &text) : error;
}

int
cog_handed_lock(int dir, int64_t deadline_ms, int *lock)
{
    return cog_private_lock(dir, LOCK, deadline_ms, lock);
}

/* ---- a child that is the person */

/* Become the person for good, in a process that they cannot trace. */
static bool
become(const struct cog_whose_ids *ids)
{
    return ids->uid != 0 && ids->gid != 0 &&
           cog_ids_become(ids->uid, ids->gid) && cog_ids_are_final() &&
           prctl(PR_SET_DUMPABLE, 0) == 0;
}

/* What to do in the directory; out is what the parent gets. */
typedef int errand(int dir, const struct cog_secret *in,
                   struct cog_secret *out);

/*
 * Keep nothing but the way back, as descriptor 3: a person who stops this
 * process must not keep anything else open that others wait to see closed.
 */
static bool
keep_only(int out_fd)
{
    int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);

    return nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0 &&
           dup2(nothing, STDOUT_FILENO) >= 0 &&
           dup2(nothing, STDERR_FILENO) >= 0 &&
           dup2(out_fd, STDERR_FILENO + 1) >= 0 &&
           close_range(STDERR_FILENO + 2, ~0U, 0) == 0;
}

/* In the child: never returns. First the error, then what was read. */
static void
run_errand(int out_fd, const struct cog_whose_ids *ids, errand *run,
           const struct cog_secret *in)
{
    cog_cleanup_secret struct cog_secret out = COG_SECRET_EMPTY;
    int dir = -1, error = EPERM;

    if (!keep_only(out_fd))
        _exit(1);
    if (become(ids))
        error = cog_handed_open(&dir);
    if (error == 0)
        error = run(dir, in, &out);
    if (cog_write_all(STDERR_FILENO + 1, &error, sizeof error) == 0 &&
        error == 0)
        (void) cog_write_all(STDERR_FILENO + 1, out.data, out.len);
    cog_secret_clear(&out);
    _exit(0);
}

/* All that the child says, until it ends or the time is over. */
static int
hear(int fd, struct cog_secret *said)
{
    int64_t deadline_ms = cog_clock_ms() + ERRAND_MS;
    char piece[4096];
    int error = 0;

    while (error == 0 && said->len <= COG_KEPT_FILE_MAX) {
        ssize_t len;

        error = cog_clock_wait_for(fd, POLLIN, deadline_ms);
        if (error != 0)
            break;
        len = read(fd, piece, sizeof piece);
        if (len == 0)
            break;
        error = len < 0 ? errno : cog_secret_append(said, piece, (size_t) len);
    }
    explicit_bzero(piece, sizeof piece);
    return error;
}

/* The child's word: its error, then bytes. */
static int
take_word(const struct cog_secret *said, struct cog_secret *out)
{
    int error;

    if (said->len < sizeof error)
        return ECHILD; /* killed on the way, or could not begin */
    memcpy(&error, said->data, sizeof error);
    if (error != 0)
        return error > 0 && error < 4096 ? error : EPROTO;
    return out == NULL ? 0
                       : cog_secret_set(out, said->data + sizeof error,
                                        said->len - sizeof error);
}

/*
 * A person can mount a file system of their own there (FUSE) that takes a
 * request and never answers: no signal ends that wait. Such a child is left:
 * it has only their own uid, and ends with their server.
 */
static void
end_child(pid_t pid)
{
    int64_t deadline_ms = cog_clock_ms() + REAP_MS;

    /* Ours and not waited for: the number is nobody else's. */
    (void) kill(pid, SIGKILL);
    while (waitpid(pid, NULL, WNOHANG) == 0 && cog_clock_ms() < deadline_ms)
        cog_clock_sleep_ms(REAP_PAUSE_MS);
}

static int
send_errand(const struct cog_whose_ids *ids, errand *run,
            const struct cog_secret *in, struct cog_secret *out)
{
    cog_cleanup_secret struct cog_secret said = COG_SECRET_EMPTY;
    cog_cleanup_fd int reader = -1;
    cog_cleanup_fd int writer = -1;
    int ends[2], error;
    pid_t pid;

    if (pipe2(ends, O_CLOEXEC) != 0)
        return errno;
    reader = ends[0];
    writer = ends[1];
    pid = fork();
    if (pid == 0)
        run_errand(writer, ids, run, in);
    if (pid < 0)
        return errno;
    (void) close(cog_take_fd(&writer));
    error = hear(reader, &said);
    end_child(pid);
    return error == 0 ? take_word(&said, out) : error;
}

static int
write_tokens(int dir, const struct cog_secret *in, struct cog_secret *out)
{
    (void) out;
    return cog_private_replace(dir, TOKENS, in);
}

static int
read_tokens(int dir, const struct cog_secret *in, struct cog_secret *out)
{
    (void) in;
    return cog_private_read(dir, TOKENS, COG_KEPT_FILE_MAX, out);
}

int
cog_handed_give(const struct cog_whose_ids *ids, const struct cog_kept *kept)
{
    cog_cleanup_secret struct cog_secret text = COG_SECRET_EMPTY;
    int error = cog_kept_write(kept, &text);

    return error == 0 ? send_errand(ids, write_tokens, &text, NULL) : error;
}

int
cog_handed_take(const struct cog_whose_ids *ids, struct cog_origin *origin,
                struct cog_secret *refresh)
{
    cog_cleanup_secret struct cog_secret bytes = COG_SECRET_EMPTY;
    cog_cleanup_kept struct cog_kept kept = COG_KEPT_EMPTY;
    int error = send_errand(ids, read_tokens, NULL, &bytes);

    if (error == 0)
        error = cog_kept_parse(bytes.data, bytes.len, &kept);
    if (error != 0)
        return error;
    *origin = kept.origin;
    cog_secret_move(refresh, &kept.refresh);
    return 0;
}

/* ---- the directory, as root */

/* Let others pass through RUN, and no more; it is root's alone to write. */
static int
make_passable(void)
{
    cog_cleanup_fd int dir =
        open(COG_RUN_DIR, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    struct stat status;

    if (dir < 0 || fstat(dir, &status) != 0)
        return errno;
    if (status.st_uid != 0 || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0)
        return EPERM;
    if ((status.st_mode & 07777) == 0711)
        return 0;
    return fchmod(dir, 0711) == 0 ? 0 : errno;
}

static int
mount_directory(const struct cog_whose_ids *ids, const char *path)
{
    char options[128];

    (void) snprintf(options, sizeof options,
                    "mode=0700,uid=%u,gid=%u,size=" SIZE ",nr_inodes=" FILES,
                    (unsigned) ids->uid, (unsigned) ids->gid);
    return mount("cognito", path, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
                 options) == 0
               ? 0
               : errno;
}

int
cog_handed_begin(const struct cog_whose_ids *ids)
{
    char path[PATH_SIZE];
    int error;

    if (ids->uid == 0 || ids->gid == 0)
        return EINVAL;
    name_directory(ids->uid, path);
    error = cog_handed_end(ids->uid);
    if (error != 0 && error != ENOENT)
        return error;
    error = make_passable();
    if (error == 0 && mkdir(path, 0700) != 0)
        error = errno;
    if (error == 0)
        error = mount_directory(ids, path);
    if (error != 0)
        (void) rmdir(path);
    return error;
}

/*
 * Detached: whoever still has something open in there keeps that, and nobody
 * finds it any more. What a person mounted on top of it (FUSE) goes first.
 */
int
cog_handed_end(uid_t uid)
{
    char path[PATH_SIZE];

    name_directory(uid, path);
    for (int i = 0; i < LAYERS_MAX; i++) {
        if (umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW) != 0)
            break;
    }
    return rmdir(path) == 0 ? 0 : errno;
}

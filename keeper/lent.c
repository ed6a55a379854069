/* SPDX-License-Identifier: Apache-2.0 */
/* Real, effective and saved group, moved about; see the header. */
#include "keeper/lent.h"

#include "host/files.h"

#include <sys/prctl.h>
#include <unistd.h>

struct groups {
    gid_t real, effective, saved;
};

static bool
look(struct groups *now)
{
    return getresgid(&now->real, &now->effective, &now->saved) == 0;
}

/*
 * Each change of the effective group makes the process as dumpable as
 * fs.suid_dumpable says: 0 or 2, which both keep others of this uid out (1
 * was refused at the start), until we say 0 again.
 */
static bool
set_groups(const struct groups *wanted)
{
    struct groups now;

    return setresgid(wanted->real, wanted->effective, wanted->saved) == 0 &&
           prctl(PR_SET_DUMPABLE, 0) == 0 && prctl(PR_GET_DUMPABLE) == 0 &&
           look(&now) && now.real == wanted->real &&
           now.effective == wanted->effective && now.saved == wanted->saved;
}

bool
cog_lent_lay_aside(void)
{
    struct groups now;

    if (!look(&now))
        return false;
    if (now.effective == now.real && now.saved == now.real)
        return true;
    /* 1 lets everybody of this uid look into what is setgid: not then. */
    if (prctl(PR_GET_DUMPABLE) == 1)
        return false;
    return set_groups(&(struct groups){now.real, now.real, now.effective});
}

bool
cog_lent_is_there(void)
{
    gid_t group = cog_files_secret_group();
    struct groups now;

    return group != 0 && look(&now) && now.real != group && now.saved == group;
}

bool
cog_lent_take(void)
{
    struct groups now;

    if (!cog_lent_is_there())
        return true;
    return look(&now) &&
           set_groups(&(struct groups){now.real, now.saved, now.saved});
}

bool
cog_lent_give_up(void)
{
    struct groups now;

    if (!look(&now))
        return false;
    if (now.effective == now.real && now.saved == now.real)
        return true;
    return set_groups(&(struct groups){now.real, now.real, now.real});
}

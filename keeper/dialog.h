/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keeper hears of the speaker, from the job to the result: in an
 * order, each thing only where it may come. Believed is what rules.h says of
 * struct cog_proof, and no more.
 */
#ifndef COG_KEEPER_DIALOG_H
#define COG_KEEPER_DIALOG_H

#include <stdbool.h>

#include "host/kept.h"
#include "keeper/guesses.h"
#include "keeper/rules.h"
#include "wire/message.h"

/* One operation's; zeroed but for speaker_fd and operation. */
struct cog_dialog {
    int speaker_fd; /* the caller's */
    enum cog_operation operation;
    struct cog_guesses *guesses; /* NULL: no guess may be asked for */
    bool takes_keys;             /* a key set may come, once */
    bool takes_tokens;           /* tokens may come, each once */
    bool takes_hash;             /* a hash may come, once */

    struct cog_message result; /* while listening, the newest message */
    struct cog_message keys;   /* type COG_MSG_NEW_KEYS if one came */
    struct cog_kept tokens;    /* only the tokens are filled in */
    struct cog_message hash;   /* type COG_MSG_HASH if one came */
};

/*
 * Listen until the result, or until the module is gone. The ruling is what
 * the speaker says; COG_OUTCOME_SPEAKER for one that breaks the order, is
 * gone, or says nothing in time.
 */
void cog_dialog_listen(struct cog_dialog *dialog, struct cog_ruling *ruling);

/*
 * What an admitting result proves; false unless it is about that name. Pool
 * groups that cannot be kept are left out and logged.
 */
bool cog_dialog_proof(const struct cog_dialog *dialog,
                      const char *sign_in_name, struct cog_proof *proof);

/*
 * Behind a result: have the password that was typed compared with a hash.
 * False when the speaker did not say whether it is the same.
 */
bool cog_dialog_compare(const struct cog_dialog *dialog,
                        const struct cog_secret *hash, bool *same);

/* Wipe. */
void cog_dialog_clear(struct cog_dialog *dialog);

#define cog_cleanup_dialog __attribute__((cleanup(cog_dialog_clear)))

#endif

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the keeper hears from the speaker, from the job to the result. Each
 * message is taken only where it may come. What is believed of a result is in
 * struct cog_proof (keeper/rules.h), and nothing else.
 */
#ifndef COG_KEEPER_DIALOG_H
#define COG_KEEPER_DIALOG_H

#include <stdbool.h>

#include "host/kept.h"
#include "keeper/guesses.h"
#include "keeper/rules.h"
#include "wire/message.h"

/* Of one operation. Zero it, then set speaker_fd and operation. */
struct cog_dialog {
    int speaker_fd; /* borrowed */
    enum cog_operation operation;
    struct cog_guesses *guesses; /* NULL: no guess may be asked for */
    bool takes_keys;             /* a key set may come, once */
    bool takes_tokens;           /* tokens may come, each once */
    bool takes_hash;             /* a hash may come, once */

    struct cog_message result; /* while listening, the newest message */
    struct cog_message keys;   /* type COG_MSG_NEW_KEYS if one came */
    struct cog_kept tokens;    /* the tokens, and when they expire */
    struct cog_message hash;   /* type COG_MSG_HASH if one came */
};

/*
 * Listen until the result comes, or the module is gone. The ruling becomes
 * what the speaker says, or COG_OUTCOME_SPEAKER when it breaks the order, is
 * gone, or is silent for too long.
 */
void cog_dialog_listen(struct cog_dialog *dialog, struct cog_ruling *ruling);

/*
 * What a result that admits has proved; false unless it is about that name.
 * Pool groups that cannot be stored are left out, and logged.
 */
bool cog_dialog_proof(const struct cog_dialog *dialog,
                      const char *sign_in_name, struct cog_proof *proof);

/*
 * After the result: have the speaker compare the typed password with a hash.
 * False when it did not say whether they match.
 */
bool cog_dialog_compare(const struct cog_dialog *dialog,
                        const struct cog_secret *hash, bool *same);

/* Wipe. */
void cog_dialog_clear(struct cog_dialog *dialog);

#define cog_cleanup_dialog __attribute__((cleanup(cog_dialog_clear)))

#endif

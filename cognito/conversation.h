/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The person, as this room sees one: somebody to ask and to tell. The
 * caller fills it in; nothing here knows what carries the questions.
 */
#ifndef COG_COGNITO_CONVERSATION_H
#define COG_COGNITO_CONVERSATION_H

#include "base/secret.h"
#include "cognito/status.h"

/* The echo is part of the promise (P56): codes are shown while typed. */
enum cog_ask_kind {
    COG_ASK_PASSWORD,     /* the password of this login; echo off; asked
                             once per login, never again */
    COG_ASK_NEW_PASSWORD, /* echo off; asked twice in a row */
    COG_ASK_CODE,         /* 6 to 8 digits; echo on */
    COG_ASK_TEXT,         /* a missing attribute; echo on */
    COG_ASK_CHOICE        /* a number of the prompt's list; echo on */
};

enum cog_tell_kind {
    COG_TELL_INFO,
    COG_TELL_ERROR,
    /*
     * Not to be read but drawn, as a QR code: as suits the terminal best,
     * for the other ground, in ASCII. What cannot be drawn is left out: all
     * of it is told as text, too.
     */
    COG_TELL_QR,
    COG_TELL_QR_INVERSE,
    COG_TELL_QR_ASCII
};

/* The longest answer taken; longer ones are COG_BAD_INPUT (P91). */
#define COG_ANSWER_MAX 511

/* Room that any prompt or told text needs, with its NUL. */
#define COG_PROMPT_SIZE 512

struct cog_conversation {
    /*
     * Ask, and wait for the answer however long the person takes. The
     * prompt is one line of printable UTF-8 ending in ": ". On COG_OK the
     * answer is in *answer (owned by the asker, empty before). Otherwise
     * COG_ABORTED (the person or the other side ended it), COG_TIMEOUT
     * (the host's own limit), COG_BAD_INPUT (the answer was too long) or
     * COG_NO_MEMORY, and *answer is untouched. All of these end the login,
     * save that a new password or attribute too long is asked for again.
     *
     * Asking for COG_ASK_PASSWORD may happen inside the transport, while a
     * connection is held open: it must not use that transport.
     */
    enum cog_status (*ask)(void *context, enum cog_ask_kind kind,
                           const char *prompt, struct cog_secret *answer);
    /*
     * Tell one line of printable UTF-8. COG_OK or COG_ABORTED; the latter
     * ends the login.
     */
    enum cog_status (*tell)(void *context, enum cog_tell_kind kind,
                            const char *text);
    void *context; /* handed to both as it is */
};

#endif

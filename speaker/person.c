/* SPDX-License-Identifier: Apache-2.0 */
/* Questions and answers over the module's socket; see the header. */
#include "speaker/person.h"

#include "base/clock.h"
#include "speaker/qr.h"
#include "wire/message.h"

#include <errno.h>

/* As long as this process may live (speaker/sandbox.c). */
#define PATIENCE_MS 600000
#define SEND_MS     5000

static enum cog_wire_ask
wire_kind(enum cog_ask_kind kind)
{
    switch (kind) {
    case COG_ASK_PASSWORD:
        return COG_WIRE_ASK_PASSWORD;
    case COG_ASK_NEW_PASSWORD:
        return COG_WIRE_ASK_NEW_PASSWORD;
    case COG_ASK_CODE:
    case COG_ASK_TEXT:
    case COG_ASK_CHOICE:
        break;
    }
    return COG_WIRE_ASK_SHOWN;
}

static enum cog_status
send_text(enum cog_message_type type, uint64_t kind, const char *text)
{
    cog_cleanup_message struct cog_message message = COG_MESSAGE_EMPTY;

    cog_message_begin(&message, type);
    cog_message_put_number(&message, kind);
    cog_message_put_text(&message, text);
    if (cog_message_send(COG_FD_PERSON, &message, cog_clock_ms() + SEND_MS) !=
        0)
        return COG_ABORTED;
    return COG_OK;
}

static enum cog_status
ask(void *context, enum cog_ask_kind kind, const char *prompt,
    struct cog_secret *answer)
{
    cog_cleanup_message struct cog_message reply = COG_MESSAGE_EMPTY;
    enum cog_status status;
    int error;

    (void) context;
    status = send_text(COG_MSG_ASK, wire_kind(kind), prompt);
    if (status != COG_OK)
        return status;
    error = cog_message_receive(COG_FD_PERSON, &reply,
                                cog_clock_ms() + PATIENCE_MS);
    if (error == ETIMEDOUT)
        return COG_TIMEOUT;
    if (error != 0 || reply.type != COG_MSG_ANSWER)
        return COG_ABORTED;
    if (reply.field[0].len > COG_ANSWER_MAX)
        return COG_BAD_INPUT;
    if (cog_secret_set(answer, reply.field[0].bytes, reply.field[0].len) != 0)
        return COG_NO_MEMORY;
    return COG_OK;
}

static bool
send_line(void *context, const char *line)
{
    enum cog_status *status = context;

    *status = send_text(COG_MSG_TELL, COG_WIRE_TELL_INFO, line);
    return *status == COG_OK;
}

/* What cannot be drawn is left out: the person has it as text. */
static enum cog_status
draw(enum cog_qr_style style, const char *text)
{
    enum cog_status status = COG_OK;

    (void) cog_qr_draw(text, style, send_line, &status);
    return status;
}

static enum cog_status
tell(void *context, enum cog_tell_kind kind, const char *text)
{
    const bool *ascii = context;

    switch (kind) {
    case COG_TELL_QR:
        return draw(*ascii ? COG_QR_ASCII : COG_QR_BLOCKS, text);
    case COG_TELL_QR_INVERSE:
        return draw(COG_QR_INVERSE, text);
    case COG_TELL_QR_ASCII:
        return draw(COG_QR_ASCII, text);
    case COG_TELL_ERROR:
        return send_text(COG_MSG_TELL, COG_WIRE_TELL_ERROR, text);
    case COG_TELL_INFO:
        break;
    }
    return send_text(COG_MSG_TELL, COG_WIRE_TELL_INFO, text);
}

struct cog_conversation
cog_person_conversation(bool *ascii)
{
    return (struct cog_conversation){
        .ask = ask, .tell = tell, .context = ascii};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The codec. A packet begins with one byte that gives its type and one that
 * gives the number of its fields. For each field follow four bytes of length
 * and then its bytes; a number has eight. Numbers are in the machine's own
 * byte order: both ends are on one machine and of one build.
 */
#include "wire/message.h"

#include "base/clock.h"
#include "wire/build_id.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <syslog.h>

const char cog_build_id[] = COG_BUILD_ID;

/* Type and number of fields. */
#define HEAD_SIZE 2

enum kind {
    KIND_END = 0, /* no more fields */
    KIND_TEXT,    /* no NUL inside; a NUL behind it that is not counted */
    KIND_BYTES,
    KIND_NUMBER,
    KIND_LIST, /* NUL-terminated texts, none empty */
};

struct field_rule {
    enum kind kind;
    uint64_t max; /* bytes, or the largest number */
};

#define TEXT(max)                                                             \
    {                                                                         \
        KIND_TEXT, (max)                                                      \
    }
#define BYTES(max)                                                            \
    {                                                                         \
        KIND_BYTES, (max)                                                     \
    }
#define NUMBER(max)                                                           \
    {                                                                         \
        KIND_NUMBER, (max)                                                    \
    }
#define LIST(max)                                                             \
    {                                                                         \
        KIND_LIST, (max)                                                      \
    }
#define FLAG      NUMBER(1)
#define BUILD     TEXT(sizeof COG_BUILD_ID - 1)
#define OPERATION NUMBER(COG_OPERATION_ADMIN)
#define OUTCOME   NUMBER(UINT32_MAX)
#define NAME      TEXT(COG_WIRE_NAME_MAX)
#define PATH      TEXT(COG_WIRE_PATH_MAX)
#define URL       TEXT(COG_WIRE_URL_MAX)
#define TIMEOUT   NUMBER(COG_WIRE_TIMEOUT_MAX_MS)
#define NOTHING                                                               \
    {                                                                         \
        KIND_END, 0                                                           \
    }

/* By type and field; what is behind a type's last field is KIND_END. */
static const struct field_rule rules[COG_MSG_COUNT][COG_WIRE_FIELDS] =
    {
        [COG_MSG_REQUEST] =
            {
                [COG_REQUEST_BUILD] = BUILD,
                [COG_REQUEST_OPERATION] = OPERATION,
                [COG_REQUEST_USER] = NAME,
                [COG_REQUEST_RHOST] = TEXT(COG_WIRE_ITEM_MAX),
                [COG_REQUEST_CONFIG] = PATH,
                [COG_REQUEST_LOCAL_GROUP] = NAME,
                [COG_REQUEST_MINIMUM_UID] = NUMBER(UINT32_MAX),
                [COG_REQUEST_FLAGS] = NUMBER(COG_REQUEST_FLAGS_ALL),
                [COG_REQUEST_TOLD_UID] = NUMBER(UINT32_MAX),
                [COG_REQUEST_TOLD_GID] = NUMBER(UINT32_MAX),
                [COG_REQUEST_TOLD_HOME] = TEXT(COG_WIRE_HOME_MAX),
                [COG_REQUEST_TOLD_SHELL] = TEXT(COG_WIRE_SHELL_MAX),
            },
        [COG_MSG_CHANGE] = {NOTHING},
        [COG_MSG_STARTED] =
            {
                [COG_STARTED_BUILD] = BUILD,
                [COG_STARTED_TIMEOUT_MS] = TIMEOUT,
            },
        [COG_MSG_LOG] =
            {
                [COG_LOG_PRIORITY] = NUMBER(LOG_DEBUG),
                [COG_LOG_TEXT] = TEXT(COG_WIRE_TEXT_MAX),
            },
        [COG_MSG_VERDICT] =
            {
                [COG_VERDICT_BUILD] = BUILD,
                [COG_VERDICT_OPERATION] = OPERATION,
                [COG_VERDICT_USER] = NAME,
                [COG_VERDICT_OUTCOME] = OUTCOME,
                [COG_VERDICT_REQUEST_ID] = TEXT(COG_WIRE_ID_MAX),
                [COG_VERDICT_DETAIL] = TEXT(COG_WIRE_TEXT_MAX),
            },
        [COG_MSG_JOB] =
            {
                [COG_JOB_BUILD] = BUILD,
                [COG_JOB_OPERATION] = OPERATION,
                [COG_JOB_ENDPOINT] = URL,
                [COG_JOB_POOL_ID] = TEXT(COG_WIRE_POOL_ID_MAX),
                [COG_JOB_CLIENT_ID] = TEXT(COG_WIRE_ID_MAX),
                [COG_JOB_ISSUER] = URL,
                [COG_JOB_OTHER_ISSUER] = URL,
                [COG_JOB_CA_FILE] = PATH,
                [COG_JOB_CA_PATH] = PATH,
                [COG_JOB_PROXY] = URL,
                [COG_JOB_SIGN_IN_NAME] = TEXT(COG_WIRE_SIGN_IN_MAX),
                [COG_JOB_CLAIM] = NUMBER(COG_WIRE_CLAIM_EMAIL),
                [COG_JOB_CASE_INSENSITIVE] = FLAG,
                [COG_JOB_EARLY] = NUMBER(COG_WIRE_EARLY_NO),
                [COG_JOB_TIMEOUT_MS] = TIMEOUT,
                [COG_JOB_ENROL] = FLAG,
                [COG_JOB_ASCII] = FLAG,
                [COG_JOB_RECOVER] = FLAG,
                [COG_JOB_CODE_IN_PASSWORD] = FLAG,
                [COG_JOB_KEEP_TOKENS] = FLAG,
                [COG_JOB_OFFLINE] = NUMBER(COG_WIRE_OFFLINE_MAKE),
            },
        [COG_MSG_SECRET] = {BYTES(COG_WIRE_ID_MAX)},
        [COG_MSG_KEYS] =
            {
                [COG_KEYS_BYTES] = BYTES(COG_WIRE_KEYS_MAX),
                [COG_KEYS_FETCHED_S] = NUMBER(UINT64_MAX),
                [COG_KEYS_PINNED] = FLAG,
            },
        [COG_MSG_GO_CHANGE] = {NOTHING},
        [COG_MSG_GUESS] = {FLAG},
        [COG_MSG_OLD_TOKEN] = {BYTES(COG_WIRE_TOKEN_MAX)},
        [COG_MSG_AWS_FILE] = {BYTES(COG_WIRE_AWS_MAX)},
        [COG_MSG_COMPARE] = {BYTES(COG_WIRE_HASH_MAX)},
        [COG_MSG_NEW_KEYS] = {BYTES(COG_WIRE_KEYS_MAX)},
        [COG_MSG_MAY_GUESS] = {NOTHING},
        [COG_MSG_GUESSED] = {FLAG},
        [COG_MSG_MAY_SEND] = {NOTHING},
        [COG_MSG_TOKEN] =
            {
                [COG_TOKEN_KIND] = NUMBER(COG_WIRE_TOKEN_ACCESS),
                [COG_TOKEN_BYTES] = BYTES(COG_WIRE_TOKEN_MAX),
            },
        [COG_MSG_HASH] =
            {
                [COG_HASH_BYTES] = BYTES(COG_WIRE_HASH_MAX),
                [COG_HASH_ONE_FACTOR] = FLAG,
            },
        [COG_MSG_RESULT] =
            {
                [COG_RESULT_BUILD] = BUILD,
                [COG_RESULT_OPERATION] = OPERATION,
                [COG_RESULT_OUTCOME] = OUTCOME,
                [COG_RESULT_REQUEST_ID] = TEXT(COG_WIRE_ID_MAX),
                [COG_RESULT_DETAIL] = TEXT(COG_WIRE_TEXT_MAX),
                [COG_RESULT_SIGN_IN_NAME] = TEXT(COG_WIRE_SIGN_IN_MAX),
                [COG_RESULT_SUB] = TEXT(COG_WIRE_ID_MAX),
                [COG_RESULT_DISPLAY_NAME] = TEXT(COG_WIRE_DISPLAY_MAX),
                [COG_RESULT_EXPIRES_S] = NUMBER(UINT64_MAX),
                [COG_RESULT_GROUPS] = LIST(COG_WIRE_GROUPS_MAX),
            },
        [COG_MSG_COMPARED] = {FLAG},
        [COG_MSG_ASK] =
            {
                [COG_SAY_KIND] = NUMBER(COG_WIRE_ASK_SHOWN),
                [COG_SAY_TEXT] = TEXT(COG_WIRE_TEXT_MAX),
            },
        [COG_MSG_TELL] =
            {
                [COG_SAY_KIND] = NUMBER(COG_WIRE_TELL_ERROR),
                [COG_SAY_TEXT] = TEXT(COG_WIRE_TEXT_MAX),
            },
        [COG_MSG_ANSWER] = {BYTES(COG_WIRE_ANSWER_MAX)},
        [COG_MSG_NO_ANSWER] = {NOTHING},
};

void
cog_message_clear(struct cog_message *message)
{
    cog_secret_clear(&message->packet);
    memset(message, 0, sizeof *message);
}

static const struct field_rule *
next_rule(const struct cog_message *message)
{
    if (message->type <= 0 || message->type >= COG_MSG_COUNT ||
        message->count >= COG_WIRE_FIELDS)
        return NULL;
    return &rules[message->type][message->count];
}

/* Whether a list is NUL-terminated texts, none of them empty. */
static bool
list_is_sound(const char *bytes, size_t len)
{
    if (len == 0)
        return true;
    if (bytes[0] == '\0' || bytes[len - 1] != '\0')
        return false;
    for (size_t i = 1; i < len; i++) {
        if (bytes[i] == '\0' && bytes[i - 1] == '\0')
            return false;
    }
    return true;
}

static bool
fits(const struct field_rule *rule, const char *bytes, size_t len)
{
    uint64_t number;

    switch (rule->kind) {
    case KIND_TEXT:
        return len <= rule->max &&
               (len == 0 || memchr(bytes, '\0', len) == NULL);
    case KIND_BYTES:
        return len <= rule->max;
    case KIND_LIST:
        return len <= rule->max && list_is_sound(bytes, len);
    case KIND_NUMBER:
        if (len != sizeof number)
            return false;
        memcpy(&number, bytes, sizeof number);
        return number <= rule->max;
    case KIND_END:
        break;
    }
    return false;
}

static void
append(struct cog_message *message, const void *bytes, size_t len)
{
    if (message->error != 0)
        return;
    if (len > COG_WIRE_MAX - message->packet.len) {
        message->error = EPROTO;
        return;
    }
    message->error = cog_secret_append(&message->packet, bytes, len);
}

void
cog_message_begin(struct cog_message *message, enum cog_message_type type)
{
    unsigned char head[HEAD_SIZE] = {(unsigned char) type, 0};

    cog_message_clear(message);
    message->type = type;
    append(message, head, sizeof head);
}

static void
put(struct cog_message *message, enum kind kind, const void *bytes, size_t len)
{
    const struct field_rule *rule = next_rule(message);
    uint32_t length = (uint32_t) len;
    bool right_kind =
        rule != NULL && (rule->kind == kind ||
                         (kind == KIND_BYTES && rule->kind == KIND_LIST));

    if (!right_kind || len > COG_WIRE_MAX || !fits(rule, bytes, len)) {
        if (message->error == 0)
            message->error = EPROTO;
        return;
    }
    append(message, &length, sizeof length);
    append(message, bytes, len);
    message->count++;
}

void
cog_message_put_text(struct cog_message *message, const char *text)
{
    put(message, KIND_TEXT, text, strlen(text));
}

void
cog_message_put_bytes(struct cog_message *message, const void *bytes,
                      size_t len)
{
    put(message, KIND_BYTES, bytes, len);
}

void
cog_message_put_number(struct cog_message *message, uint64_t number)
{
    put(message, KIND_NUMBER, &number, sizeof number);
}

int
cog_message_send(int fd, struct cog_message *message, int64_t deadline_ms)
{
    const struct field_rule *rule = next_rule(message);
    int error = message->error;
    ssize_t sent;

    if (error == 0 && rule != NULL && rule->kind != KIND_END)
        error = EPROTO; /* fields are missing */
    if (error == 0)
        message->packet.data[1] = (char) message->count;
    while (error == 0) {
        sent = send(fd, message->packet.data, message->packet.len,
                    MSG_NOSIGNAL | MSG_DONTWAIT);
        if (sent >= 0) {
            error = (size_t) sent == message->packet.len ? 0 : EPROTO;
            break;
        }
        if (errno == EAGAIN)
            error = cog_clock_wait_for(fd, POLLOUT, deadline_ms);
        else if (errno != EINTR)
            error = errno;
    }
    cog_message_clear(message);
    return error;
}

/* Read one field at *at and move behind it. */
static int
parse_field(struct cog_message *message, size_t *at)
{
    const struct field_rule *rule = next_rule(message);
    struct cog_field *field = &message->field[message->count];
    const struct cog_secret *packet = &message->packet;
    uint32_t len;

    if (rule == NULL || packet->len - *at < sizeof len)
        return EPROTO;
    memcpy(&len, packet->data + *at, sizeof len);
    *at += sizeof len;
    if (len > packet->len - *at || !fits(rule, packet->data + *at, len))
        return EPROTO;
    field->bytes = packet->data + *at;
    field->len = len;
    if (rule->kind == KIND_NUMBER)
        memcpy(&field->number, field->bytes, sizeof field->number);
    *at += len;
    message->count++;
    return 0;
}

/*
 * Texts are handed out as C strings, which the packet does not hold. The byte
 * behind each text is the first of the next field's length. Once everything
 * is parsed no length is needed any more, so that byte becomes the NUL; the
 * last text ends in the one behind the packet (base/secret.h).
 */
static void
terminate_texts(struct cog_message *message)
{
    for (size_t i = 0; i < message->count; i++) {
        size_t end =
            (size_t) (message->field[i].bytes - message->packet.data) +
            message->field[i].len;

        if (rules[message->type][i].kind == KIND_TEXT &&
            end < message->packet.len)
            message->packet.data[end] = '\0';
    }
}

int
cog_message_parse(const void *bytes, size_t len, struct cog_message *message)
{
    const unsigned char *head = bytes;
    const struct field_rule *rule;
    size_t at = HEAD_SIZE;
    int error;

    if (len < HEAD_SIZE || len > COG_WIRE_MAX || head[0] == 0 ||
        head[0] >= COG_MSG_COUNT || head[1] > COG_WIRE_FIELDS)
        return EPROTO;
    error = cog_secret_set(&message->packet, bytes, len);
    if (error != 0)
        return error;
    message->type = (enum cog_message_type) head[0];
    for (unsigned char i = 0; error == 0 && i < head[1]; i++)
        error = parse_field(message, &at);
    rule = next_rule(message);
    if (error == 0 && (at != len || (rule != NULL && rule->kind != KIND_END)))
        error = EPROTO;
    if (error != 0) {
        cog_message_clear(message);
        return error;
    }
    terminate_texts(message);
    return 0;
}

int
cog_message_receive(int fd, struct cog_message *message, int64_t deadline_ms)
{
    cog_cleanup_secret struct cog_secret packet = COG_SECRET_EMPTY;
    char *buffer = malloc(COG_WIRE_MAX);
    struct iovec part = {.iov_base = buffer, .iov_len = COG_WIRE_MAX};
    struct msghdr header = {.msg_iov = &part, .msg_iovlen = 1};
    ssize_t got = -1;
    int error = 0;

    if (buffer == NULL)
        return ENOMEM;
    /* From here on the buffer is wiped with the secret that owns it. */
    packet.data = buffer;
    packet.len = COG_WIRE_MAX;
    while (error == 0 && got < 0) {
        error = cog_clock_wait_for(fd, POLLIN, deadline_ms);
        if (error != 0)
            break;
        got = recvmsg(fd, &header, MSG_DONTWAIT);
        if (got < 0 && errno != EINTR && errno != EAGAIN)
            error = errno;
    }
    if (error != 0)
        return error;
    if (got == 0)
        return ECONNRESET;
    if ((header.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0)
        return EPROTO;
    return cog_message_parse(buffer, (size_t) got, message);
}

bool
cog_message_same_build(const struct cog_message *message)
{
    return message->count > 0 && message->field[0].bytes != NULL &&
           strcmp(message->field[0].bytes, cog_build_id) == 0;
}

const char *
cog_field_list_next(const struct cog_field *list, size_t *at)
{
    const char *text;

    if (*at >= list->len)
        return NULL;
    text = list->bytes + *at;
    *at += strlen(text) + 1;
    return text;
}

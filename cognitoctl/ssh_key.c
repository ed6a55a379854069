/* SPDX-License-Identifier: Apache-2.0 */
/* Public keys for ssh; see the header. */
#include "cognitoctl/ssh_key.h"

#include "base/text.h"
#include "cognitoctl/span.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define RSA_BITS_MIN 2048U
#define RSA_BITS_MAX 16384U

/* ---- the line */

static bool
is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

/*
 * Up to the next blank. Blanks in double quotes do not count, as in sshd: an
 * option's value may hold some, and a quote after a backslash.
 */
static struct cog_span
take_word(struct cog_span *rest, bool quotes)
{
    struct cog_span word = {rest->at, 0};
    bool quoted = false;

    while (word.len < rest->len && (quoted || !is_blank(word.at[word.len]))) {
        if (quotes && word.at[word.len] == '\\' && word.len + 1 < rest->len &&
            word.at[word.len + 1] == '"')
            word.len++;
        else if (quotes && word.at[word.len] == '"')
            quoted = !quoted;
        word.len++;
    }
    rest->at += word.len;
    rest->len -= word.len;
    return word;
}

/* ---- base64 (RFC 4648 section 4, with its padding and no other byte) */

static int
digit_value(char c)
{
    if (cog_ascii_is_upper(c))
        return c - 'A';
    if (cog_ascii_is_lower(c))
        return c - 'a' + 26;
    if (cog_ascii_is_digit(c))
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

/* bytes has room for 3 bytes for each 4 of the text. */
static bool
decode(struct cog_span text, char *bytes, size_t *len)
{
    size_t padding = 0;
    uint32_t bits = 0;

    if (text.len == 0 || text.len % 4 != 0)
        return false;
    while (padding < 2 && text.at[text.len - 1 - padding] == '=')
        padding++;
    *len = 0;
    for (size_t i = 0; i < text.len; i++) {
        bool pad = i >= text.len - padding;
        int value = pad ? 0 : digit_value(text.at[i]);

        if (value < 0)
            return false;
        bits = bits << 6 | (uint32_t) value;
        if (i % 4 != 3)
            continue;
        bytes[(*len)++] = (char) (bits >> 16 & 255);
        bytes[(*len)++] = (char) (bits >> 8 & 255);
        bytes[(*len)++] = (char) (bits & 255);
    }
    /* What the padding stands for must be zero. */
    for (size_t i = 0; i < padding; i++) {
        if (bytes[--*len] != '\0')
            return false;
    }
    return true;
}

/* ---- the key (RFC 4251 section 5: string, mpint) */

static bool
take_string(struct cog_span *blob, struct cog_span *string)
{
    const unsigned char *at = (const unsigned char *) blob->at;
    size_t len;

    if (blob->len < 4)
        return false;
    len = (size_t) at[0] << 24 | (size_t) at[1] << 16 | (size_t) at[2] << 8 |
          at[3];
    if (len > blob->len - 4)
        return false;
    *string = (struct cog_span){blob->at + 4, len};
    blob->at += 4 + len;
    blob->len -= 4 + len;
    return true;
}

static bool
take_exactly(struct cog_span *blob, size_t len)
{
    struct cog_span string;

    return take_string(blob, &string) && string.len == len;
}

/* A positive number without leading zeros but for the sign; its bits. */
static bool
take_number(struct cog_span *blob, unsigned *bits, bool *odd)
{
    struct cog_span string;
    unsigned char first;

    if (!take_string(blob, &string) || string.len == 0)
        return false;
    first = (unsigned char) string.at[0];
    if (first >= 0x80)
        return false; /* negative */
    if (first == 0 && (string.len == 1 || (unsigned char) string.at[1] < 0x80))
        return false; /* zero, or a zero too many */
    if (string.len > RSA_BITS_MAX / 8 + 1)
        return false;
    *odd = (string.at[string.len - 1] & 1) != 0;
    *bits = (unsigned) (string.len - 1) * 8;
    for (; first != 0; first = (unsigned char) (first >> 1))
        ++*bits;
    return true;
}

static enum cog_ssh_fault
check_ed25519(struct cog_span *blob, size_t size, const char *curve)
{
    (void) curve;
    return take_exactly(blob, size) ? COG_SSH_FINE : COG_SSH_MALFORMED;
}

/* An uncompressed point (SEC 1, section 2.3.3), of size bytes. */
static enum cog_ssh_fault
check_ecdsa(struct cog_span *blob, size_t size, const char *curve)
{
    struct cog_span name, point;

    if (!take_string(blob, &name) || !cog_span_equals(name, curve) ||
        !take_string(blob, &point) || point.len != size || point.at[0] != 4)
        return COG_SSH_MALFORMED;
    return COG_SSH_FINE;
}

static enum cog_ssh_fault
check_rsa(struct cog_span *blob, size_t size, const char *curve)
{
    unsigned exponent_bits = 0, modulus_bits = 0;
    bool odd = false;

    (void) size;
    (void) curve;
    if (!take_number(blob, &exponent_bits, &odd) || !odd ||
        exponent_bits < 2 || exponent_bits > 64 ||
        !take_number(blob, &modulus_bits, &odd) || !odd)
        return COG_SSH_MALFORMED;
    if (modulus_bits < RSA_BITS_MIN)
        return COG_SSH_WEAK;
    return modulus_bits > RSA_BITS_MAX ? COG_SSH_LONG : COG_SSH_FINE;
}

/* What a security key adds: the application, such as "ssh:". */
static bool
take_application(struct cog_span *blob)
{
    struct cog_span application;

    return take_string(blob, &application) && application.len > 0 &&
           application.len <= 255 &&
           memchr(application.at, '\0', application.len) == NULL;
}

static const struct key_type {
    const char *name;
    enum cog_ssh_fault (*check)(struct cog_span *blob, size_t size,
                                const char *curve);
    size_t size;       /* of the key or point, bytes */
    const char *curve; /* NULL: no such field */
    bool application;  /* a security key's field follows */
} types[] = {
    {"ssh-ed25519", check_ed25519, 32, NULL, false},
    {"ecdsa-sha2-nistp256", check_ecdsa, 65, "nistp256", false},
    {"ecdsa-sha2-nistp384", check_ecdsa, 97, "nistp384", false},
    {"ecdsa-sha2-nistp521", check_ecdsa, 133, "nistp521", false},
    {"ssh-rsa", check_rsa, 0, NULL, false},
    {"sk-ssh-ed25519@openssh.com", check_ed25519, 32, NULL, true},
    {"sk-ecdsa-sha2-nistp256@openssh.com", check_ecdsa, 65, "nistp256", true},
};

static const struct key_type *
find_type(struct cog_span word)
{
    for (size_t i = 0; i < sizeof types / sizeof types[0]; i++) {
        if (cog_span_equals(word, types[i].name))
            return &types[i];
    }
    return NULL;
}

static enum cog_ssh_fault
check_key(const struct key_type *type, struct cog_span text)
{
    char bytes[COG_SSH_KEY_MAX];
    struct cog_span blob = {bytes, 0}, name;
    enum cog_ssh_fault fault;

    if (!decode(text, bytes, &blob.len))
        return COG_SSH_BASE64;
    if (!take_string(&blob, &name) || !cog_span_equals(name, type->name))
        return COG_SSH_MALFORMED;
    fault = type->check(&blob, type->size, type->curve);
    if (fault != COG_SSH_FINE)
        return fault;
    if (type->application && !take_application(&blob))
        return COG_SSH_MALFORMED;
    return blob.len == 0 ? COG_SSH_FINE : COG_SSH_MALFORMED;
}

/* Whether a type stands behind the first word, as sshd would see it. */
static bool
has_options(struct cog_span line)
{
    (void) take_word(&line, true);
    cog_span_skip_blanks(&line, is_blank);
    return find_type(take_word(&line, false)) != NULL;
}

enum cog_ssh_fault
cog_ssh_key_parse(const char *line, size_t len, char out[COG_SSH_KEY_MAX])
{
    struct cog_span rest = {line, len}, behind, text;
    const struct key_type *type;
    enum cog_ssh_fault fault;
    size_t name_len;

    cog_span_skip_blanks(&rest, is_blank);
    if (rest.len == 0 || *rest.at == '#')
        return COG_SSH_NOTHING;
    behind = rest;
    type = find_type(take_word(&behind, false));
    if (type == NULL)
        return has_options(rest) ? COG_SSH_OPTIONS : COG_SSH_TYPE;
    rest = behind;
    cog_span_skip_blanks(&rest, is_blank);
    text = take_word(&rest, false);
    name_len = strlen(type->name);
    if (text.len > COG_SSH_KEY_MAX - name_len - 2)
        return COG_SSH_LONG;
    fault = check_key(type, text);
    if (fault != COG_SSH_FINE)
        return fault;
    memcpy(out, type->name, name_len);
    out[name_len] = ' ';
    memcpy(out + name_len + 1, text.at, text.len);
    out[name_len + 1 + text.len] = '\0';
    return COG_SSH_FINE;
}

void
cog_ssh_keys_walk(const char *text, size_t len, cog_ssh_key_visit *visit,
                  void *context)
{
    const char *end = text + len;

    for (size_t line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t) (end - text));
        char key[COG_SSH_KEY_MAX];
        enum cog_ssh_fault fault;

        if (stop == NULL)
            stop = end;
        fault = cog_ssh_key_parse(text, (size_t) (stop - text), key);
        if (fault != COG_SSH_NOTHING)
            visit(context, line, fault, fault == COG_SSH_FINE ? key : NULL);
        text = stop == end ? end : stop + 1;
    }
}

const char *
cog_ssh_fault_text(enum cog_ssh_fault fault)
{
    static const char *const texts[] = {
        [COG_SSH_FINE] = "is fine",
        [COG_SSH_NOTHING] = "is not there",
        [COG_SSH_TYPE] = "has a type that is not taken",
        [COG_SSH_OPTIONS] = "has options, which are not taken",
        [COG_SSH_BASE64] = "is not base64",
        [COG_SSH_MALFORMED] = "is not what its type says",
        [COG_SSH_WEAK] = "is RSA with less than 2048 bits",
        [COG_SSH_LONG] = "is too long",
    };

    return (unsigned) fault < sizeof texts / sizeof texts[0] ? texts[fault]
                                                             : "is unknown";
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Public keys for ssh, one to a line as in ~/.ssh/authorized_keys (sshd(8),
 * "AUTHORIZED_KEYS FILE FORMAT"), out of an attribute of the pool. What is
 * handed on to sshd is made anew from type and key alone; the comment behind
 * is dropped. A key with options before it is refused: handed on, they could
 * name a command or let in by a certificate; dropped, a key that somebody
 * restricted would be as good as any. Pure.
 */
#ifndef COG_COGNITOCTL_SSH_KEY_H
#define COG_COGNITOCTL_SSH_KEY_H

#include <stddef.h>

/* The longest line of output: RSA with 16384 bits and its type. */
#define COG_SSH_KEY_MAX 3072

enum cog_ssh_fault {
    COG_SSH_FINE = 0,
    COG_SSH_NOTHING,   /* an empty line or a comment: no key, no fault */
    COG_SSH_TYPE,      /* not one of the types below, or no type */
    COG_SSH_OPTIONS,   /* options stand before the type */
    COG_SSH_BASE64,    /* the key is not plain base64 */
    COG_SSH_MALFORMED, /* the key is not of its type, or has a wrong size */
    COG_SSH_WEAK,      /* RSA below 2048 bits */
    COG_SSH_LONG       /* longer than any key */
};

/* A few words that follow "a key ", such as "has a wrong type". */
const char *cog_ssh_fault_text(enum cog_ssh_fault fault);

/*
 * Take a line without its end. Types: ssh-ed25519, ecdsa-sha2-nistp256, -384,
 * -521, sk-ssh-ed25519@openssh.com, sk-ecdsa-sha2-nistp256@openssh.com, and
 * ssh-rsa with 2048 to 16384 bits; the names inside and outside of the
 * base64 must be the same, all lengths exact, nothing may follow (RFC 4253
 * section 6.6, RFC 5656 section 3.1, RFC 8709 section 4, PROTOCOL.u2f of
 * OpenSSH). Certificates and DSA are not taken. On COG_SSH_FINE out is
 * "TYPE BASE64", terminated; else it is untouched.
 */
enum cog_ssh_fault cog_ssh_key_parse(const char *line, size_t len,
                                     char out[COG_SSH_KEY_MAX]);

/*
 * Told each line that is a key or should be, counted from 1 with all others:
 * key is as above with COG_SSH_FINE, else NULL.
 */
typedef void cog_ssh_key_visit(void *context, size_t line,
                               enum cog_ssh_fault fault, const char *key);

/* Visit the lines of a text. */
void cog_ssh_keys_walk(const char *text, size_t len, cog_ssh_key_visit *visit,
                       void *context);

#endif

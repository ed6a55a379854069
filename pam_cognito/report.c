/* SPDX-License-Identifier: Apache-2.0 */
/* Outcomes as PAM codes, log lines and sentences; see the header. */
#include "pam_cognito/report.h"

#include "base/text.h"
#include "pam_cognito/item.h"

#include <security/pam_ext.h>
#include <string.h>
#include <syslog.h>

static const char unavailable[] =
    "The login service cannot be reached. Try again later.";
static const char misconfigured[] =
    "The login service is not set up properly. Ask your administrator.";
static const char temporary_expired[] =
    "Your temporary password has expired. Ask your administrator for a new "
    "one.";
static const char no_factor[] =
    "No usable second factor. Ask your administrator.";
static const char too_slow[] = "That took too long. Start over.";
static const char too_many[] = "Too many attempts. Try again later.";

/* Rows of the table: codes of the three phases, and the sentence. */
#define ROW(auth, account, password, sentence)                                \
    {                                                                         \
        (auth), (account), (password), (sentence)                             \
    }
#define SAME(code, sentence) ROW(code, code, code, sentence)
#define CREDENTIALS(sentence)                                                 \
    ROW(PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_RECOVERY_ERR, sentence)
#define UNAVAILABLE                                                           \
    ROW(PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_AUTHTOK_ERR,          \
        unavailable)
#define DENIED SAME(PAM_PERM_DENIED, NULL)
#define FAILED SAME(PAM_SYSTEM_ERR, NULL)

/*
 * What reveals nothing about an account may differ. Whatever would let a
 * stranger tell known, unknown, disabled or locked names apart has
 * PAM_AUTH_ERR in the auth phase, since su prints the code's text. After the
 * password was proved the person may know more (not allowed, other sub).
 */
static const struct {
    int auth, account, password;
    const char *sentence;
} table[COG_OUTCOME_COUNT] = {
    [COG_OUTCOME_NONE] = FAILED,
    /* Success is not in this table; it is written where it is decided. */
    [COG_OUTCOME_ADMITTED] = FAILED,
    [COG_OUTCOME_OFFLINE] = FAILED,
    [COG_OUTCOME_BREAKGLASS] = FAILED,
    [COG_OUTCOME_PASSWORD] = CREDENTIALS(NULL),
    [COG_OUTCOME_CODE] = CREDENTIALS(NULL),
    [COG_OUTCOME_LOCKED] = CREDENTIALS(NULL),
    [COG_OUTCOME_DISABLED] = CREDENTIALS(NULL),
    [COG_OUTCOME_NOT_CONFIRMED] = CREDENTIALS(NULL),
    [COG_OUTCOME_RESET_REQUIRED] = CREDENTIALS(NULL),
    [COG_OUTCOME_BLOCKED] = CREDENTIALS(NULL),
    [COG_OUTCOME_UNSUPPORTED] = CREDENTIALS(NULL),
    [COG_OUTCOME_TOKEN] = CREDENTIALS(NULL),
    [COG_OUTCOME_INPUT] = CREDENTIALS(NULL),
    /* Only names new to this host are counted: nobody may learn which. */
    [COG_OUTCOME_STARTS] = CREDENTIALS(NULL),
    [COG_OUTCOME_FAILURES] = CREDENTIALS(NULL),
    /* The service says this of a temporary password that was proved. */
    [COG_OUTCOME_TEMPORARY_EXPIRED] = CREDENTIALS(temporary_expired),
    [COG_OUTCOME_NO_FACTOR] = CREDENTIALS(no_factor),
    [COG_OUTCOME_SESSION_EXPIRED] = CREDENTIALS(too_slow),
    [COG_OUTCOME_LIMIT] =
        ROW(PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR, too_many),
    [COG_OUTCOME_POLICY] =
        ROW(PAM_AUTH_ERR, PAM_PERM_DENIED, PAM_AUTHTOK_ERR, NULL),
    [COG_OUTCOME_IDENTITY] = DENIED,
    [COG_OUTCOME_ABORTED] = SAME(PAM_CONV_ERR, NULL),
    [COG_OUTCOME_NETWORK] = UNAVAILABLE,
    [COG_OUTCOME_TLS] = UNAVAILABLE,
    [COG_OUTCOME_TIMEOUT] = UNAVAILABLE,
    [COG_OUTCOME_THROTTLED] = UNAVAILABLE,
    [COG_OUTCOME_SERVICE] = UNAVAILABLE,
    [COG_OUTCOME_CLOCK] = UNAVAILABLE,
    [COG_OUTCOME_KEYS] = UNAVAILABLE,
    [COG_OUTCOME_BUSY] = UNAVAILABLE,
    /* As an outage without offline logins: nobody learns whose hash is kept.
     */
    [COG_OUTCOME_OFFLINE_PASSWORD] = UNAVAILABLE,
    [COG_OUTCOME_OFFLINE_REFUSED] = UNAVAILABLE,
    [COG_OUTCOME_CONFIG] = SAME(PAM_SERVICE_ERR, misconfigured),
    [COG_OUTCOME_NOT_OURS] = SAME(PAM_USER_UNKNOWN, NULL),
    [COG_OUTCOME_NOT_ALLOWED] = DENIED,
    [COG_OUTCOME_OTHER_SUB] = DENIED,
    [COG_OUTCOME_NAME] = DENIED,
    [COG_OUTCOME_ID_TAKEN] = DENIED,
    [COG_OUTCOME_NO_RECORD] = DENIED,
    [COG_OUTCOME_NO_ACCOUNT] = DENIED,
    [COG_OUTCOME_TOLD] = DENIED,
    [COG_OUTCOME_MARKED] = DENIED,
    [COG_OUTCOME_STORE] = FAILED,
    [COG_OUTCOME_SYSTEM] = FAILED,
    [COG_OUTCOME_BUILD] = SAME(PAM_SYSTEM_ERR, misconfigured),
    [COG_OUTCOME_KEEPER] = FAILED,
    [COG_OUTCOME_SPEAKER] = FAILED,
    [COG_OUTCOME_NOT_ROOT] = SAME(PAM_CRED_INSUFFICIENT, NULL),
};

static bool
is_listed(enum cog_outcome outcome)
{
    return (unsigned) outcome < COG_OUTCOME_COUNT;
}

int
cog_report_code(enum cog_outcome outcome, enum cog_phase phase)
{
    if (!is_listed(outcome))
        return PAM_SYSTEM_ERR;
    switch (phase) {
    case COG_PHASE_AUTH:
        return table[outcome].auth;
    case COG_PHASE_ACCOUNT:
        return table[outcome].account;
    case COG_PHASE_PASSWORD:
        return table[outcome].password;
    }
    return PAM_SYSTEM_ERR;
}

const char *
cog_report_sentence(enum cog_outcome outcome)
{
    return is_listed(outcome) ? table[outcome].sentence : NULL;
}

/* Foreign text for the log; NULL is empty. */
static void
printable(const char *text, char *out, size_t out_size)
{
    if (text == NULL)
        text = "";
    cog_text_for_log(text, strlen(text), out, out_size);
}

/* Foreign too, and not quoted: so only what an id is made of. */
static const char *
plain_id(const char *id)
{
    if (id == NULL || *id == '\0')
        return "-";
    for (const char *c = id; *c != '\0'; c++) {
        if (!cog_ascii_is_alnum(*c) && *c != '-')
            return "-";
    }
    return id;
}

/* Without the pool is worth a look, even where it is permitted. */
static int
level_of(enum cog_outcome outcome)
{
    if (cog_outcome_is_offline(outcome))
        return LOG_WARNING;
    return outcome == COG_OUTCOME_ADMITTED ? LOG_INFO : LOG_NOTICE;
}

void
cog_report_log(pam_handle_t *pamh, const char *user, enum cog_outcome outcome,
               const char *request_id, const char *detail)
{
    bool admitted =
        outcome == COG_OUTCOME_ADMITTED || cog_outcome_is_offline(outcome);
    char who[160], from[300], why[1100];

    printable(user, who, sizeof who);
    printable(cog_item_text(pamh, PAM_RHOST), from, sizeof from);
    printable(detail, why, sizeof why);
    /* pam_syslog puts the module, the service and the phase in front. */
    pam_syslog(pamh, level_of(outcome),
               "%s user=\"%s\" rhost=\"%s\" reason=%s request=%s%s%s%s",
               admitted ? "admitted" : "denied", who, from,
               cog_outcome_word(outcome), plain_id(request_id),
               why[0] == '\0' ? "" : " detail=\"", why,
               why[0] == '\0' ? "" : "\"");
}

void
cog_report_note(pam_handle_t *pamh, int priority, const char *text)
{
    char line[1100];

    printable(text, line, sizeof line);
    pam_syslog(pamh, priority, "%s", line);
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Answers NEW_PASSWORD_REQUIRED: a new password in place of a temporary
 * one, with the attributes that the pool demands along with it.
 */
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "cognito/challenge.h"

#define PASSWORD_MAX 256 /* Cognito's limit; in bytes, to be safe */
#define TRIES        5
#define PREFIX       "userAttributes."

const char *
cog_new_password_fault(const struct cog_secret *fresh,
                       const struct cog_secret *old)
{
    if (fresh->len == 0)
        return "The new password is empty.";
    if (fresh->len > PASSWORD_MAX)
        return "The new password is too long.";
    if (cog_text_has_control(fresh->data, fresh->len) ||
        !cog_text_is_utf8(fresh->data, fresh->len))
        return "The new password has characters that cannot be used.";
    if (cog_secret_equal(fresh, old))
        return "The new password must differ from the old one.";
    return NULL;
}

/* "userAttributes." and a name of letters, digits and ":_.-". */
static bool
is_attribute_key(const char *key)
{
    if (!cog_text_begins(key, PREFIX) || key[strlen(PREFIX)] == '\0')
        return false;
    for (key += strlen(PREFIX); *key != '\0'; key++) {
        if (!cog_ascii_is_alnum(*key) && strchr(":_.-", *key) == NULL)
            return false;
    }
    return true;
}

/* Whether the service knows a value already: then it cannot be changed. */
static bool
is_present(const struct cog_json *present, const char *key)
{
    const char *value;

    return present != NULL &&
           cog_json_text(present, key + strlen(PREFIX), COG_PARAMETER_MAX,
                         &value) == COG_OK &&
           *value != '\0';
}

static bool
is_answered(const struct cog_flow *flow, const char *key)
{
    for (size_t i = 0; i < flow->attribute_count; i++) {
        if (strcmp(flow->attributes[i].key, key) == 0)
            return true;
    }
    return false;
}

static enum cog_status
ask_attribute(struct cog_flow *flow, const char *key)
{
    struct cog_attribute *attribute;
    cog_cleanup_secret struct cog_secret value = COG_SECRET_EMPTY;
    char prompt[COG_PROMPT_SIZE];
    enum cog_status status;

    if (flow->attribute_count == COG_ATTRIBUTES_MAX)
        return COG_PROTOCOL;
    (void) snprintf(prompt, sizeof prompt, "Your %s: ", key + strlen(PREFIX));
    status = cog_flow_ask(flow, COG_ASK_TEXT, prompt, &value);
    if (status != COG_OK)
        return status;
    if (value.len == 0 || cog_text_has_control(value.data, value.len))
        return COG_BAD_INPUT;
    attribute = &flow->attributes[flow->attribute_count++];
    memcpy(attribute->key, key, strlen(key) + 1);
    cog_secret_move(&attribute->value, &value);
    return COG_OK;
}

/* Ask for each required attribute without a value, one by one. */
static enum cog_status
ask_attributes(struct cog_flow *flow, const struct cog_json *parameters)
{
    cog_cleanup_json struct cog_json *required = NULL, *present = NULL;
    const char *text = cog_challenge_parameter(
        parameters, "requiredAttributes", COG_PARAMETER_MAX);
    const char *there = cog_challenge_parameter(parameters, "userAttributes",
                                                COG_PARAMETER_MAX);
    const char *key;
    enum cog_status status = COG_OK;

    if (text == NULL)
        return COG_OK;
    status = cog_json_parse_array(text, strlen(text), &required);
    if (status == COG_OK && there != NULL)
        status = cog_json_parse(there, strlen(there), &present);
    for (size_t i = 0; status == COG_OK && i < cog_json_count(required); i++) {
        if (cog_json_text_at(required, i, COG_ATTRIBUTE_KEY_SIZE - 1, &key) !=
                COG_OK ||
            !is_attribute_key(key))
            return COG_PROTOCOL;
        if (!is_present(present, key) && !is_answered(flow, key))
            status = ask_attribute(flow, key);
    }
    return status;
}

/*
 * What was typed with a code behind it is none either: a host with one prompt
 * answers each hidden question with it, and nobody would know the new one.
 */
static const char *
find_fault(const struct cog_flow *flow, const struct cog_secret *fresh)
{
    const char *fault = cog_new_password_fault(fresh, &flow->password);

    if (fault == NULL && flow->typed.len > 0)
        fault = cog_new_password_fault(fresh, &flow->typed);
    return fault;
}

enum cog_status
cog_ask_new_password(struct cog_flow *flow, struct cog_secret *password,
                     const char **fault)
{
    cog_cleanup_secret struct cog_secret first = COG_SECRET_EMPTY;
    cog_cleanup_secret struct cog_secret second = COG_SECRET_EMPTY;
    enum cog_status status =
        cog_flow_ask(flow, COG_ASK_NEW_PASSWORD, "New password: ", &first);

    if (status != COG_OK)
        return status;
    *fault = find_fault(flow, &first);
    if (*fault != NULL)
        return COG_POLICY;
    status = cog_flow_ask(flow, COG_ASK_NEW_PASSWORD,
                          "New password again: ", &second);
    if (status != COG_OK)
        return status;
    if (!cog_secret_equal(&first, &second)) {
        *fault = "The two passwords differ.";
        return COG_POLICY;
    }
    cog_secret_move(password, &first);
    return COG_OK;
}

/* One request; what becomes of the password when it is accepted or lost. */
static enum cog_status
send_password(struct cog_flow *flow, const struct cog_challenge *challenge,
              struct cog_secret *password, struct cog_json **reply)
{
    struct cog_pair pairs[1 + COG_ATTRIBUTES_MAX] = {
        {"NEW_PASSWORD", password->data, password->len}};
    enum cog_status status =
        cog_flow_keep_answer(flow, challenge->name, password);

    for (size_t i = 0; i < flow->attribute_count; i++)
        pairs[1 + i] = (struct cog_pair){flow->attributes[i].key,
                                         flow->attributes[i].value.data,
                                         flow->attributes[i].value.len};
    if (status == COG_OK)
        status = cog_flow_respond(flow, challenge->name, pairs,
                                  1 + flow->attribute_count, reply);
    if (status == COG_OK) {
        cog_secret_move(&flow->password, password);
        flow->password_changed = true;
    }
    cog_secret_clear(&flow->doubtful);
    if (cog_status_is_open(status) && password->len > 0 &&
        cog_secret_copy(&flow->doubtful, password) != 0)
        status = COG_NO_MEMORY;
    if (status != COG_SESSION_EXPIRED && status != COG_LOST)
        cog_flow_forget_answer(flow);
    return status;
}

enum cog_status
cog_tell_new_password_refused(struct cog_flow *flow, enum cog_status status,
                              const char *fault)
{
    if (fault != NULL)
        return cog_flow_tell(flow, COG_TELL_ERROR, fault);
    if (status == COG_HISTORY)
        return cog_flow_tell(flow, COG_TELL_ERROR,
                             "You have used this password before.");
    if (status == COG_POLICY && flow->rpc.report->person[0] != '\0')
        return cog_flow_tell_foreign(
            flow, COG_TELL_ERROR,
            "The new password is not accepted: ", flow->rpc.report->person);
    return cog_flow_tell(flow, COG_TELL_ERROR, "That is not accepted.");
}

/* Whatever is needed still, and send it. */
static enum cog_status
try_password(struct cog_flow *flow, const struct cog_challenge *challenge,
             const struct cog_json *parameters, const char **fault,
             struct cog_json **reply)
{
    cog_cleanup_secret struct cog_secret password = COG_SECRET_EMPTY;
    enum cog_status status;

    *fault = NULL;
    if (!cog_flow_take_answer(flow, challenge->name, &password)) {
        status = cog_ask_new_password(flow, &password, fault);
        if (status != COG_OK)
            return status;
    }
    status = ask_attributes(flow, parameters);
    if (status != COG_OK)
        return status;
    status = send_password(flow, challenge, &password, reply);
    /* Perhaps an attribute was the reason: ask for all of it again. */
    if (status == COG_BAD_INPUT)
        cog_flow_forget_attributes(flow);
    return status;
}

enum cog_status
cog_answer_new_password(struct cog_flow *flow,
                        const struct cog_challenge *challenge,
                        const struct cog_json *parameters,
                        struct cog_json **reply)
{
    enum cog_status status = COG_OK;

    if (flow->answered == NULL)
        status = cog_flow_tell(flow, COG_TELL_INFO,
                               "You have to choose a new password.");
    for (int tries = 1; status == COG_OK; tries++) {
        const char *fault;
        enum cog_status tried =
            try_password(flow, challenge, parameters, &fault, reply);

        if ((tried != COG_POLICY && tried != COG_HISTORY &&
             tried != COG_BAD_INPUT) ||
            tries == TRIES)
            return tried;
        status = cog_tell_new_password_refused(flow, tried, fault);
    }
    return status;
}

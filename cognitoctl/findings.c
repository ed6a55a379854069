/* SPDX-License-Identifier: Apache-2.0 */
/* What status and doctor find; see the header. */
#include "cognitoctl/findings.h"

#include "base/text.h"
#include "cognitoctl/commands.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const char *const severity_names[] = {
    [COG_SEVERITY_NOTE] = "note",
    [COG_SEVERITY_WARNING] = "warning",
    [COG_SEVERITY_ERROR] = "error",
};

#define NOTE    COG_SEVERITY_NOTE
#define WARNING COG_SEVERITY_WARNING
#define ERROR   COG_SEVERITY_ERROR

static const struct {
    const char *name;
    enum cog_severity severity;
    const char *meaning, *cure;
} kinds[COG_FIND_COUNT] = {
    [COG_FIND_CONFIG] = {"config", ERROR,
                         "No pool user can sign in: the configuration is "
                         "not believed.",
                         "Write the file as cognito.conf(5) says, then run "
                         "cognitoctl apply."},
    [COG_FIND_NOBODY] = {"nobody", WARNING,
                         "No group of the pool is let in, so nobody is.",
                         "Set allow_groups to the pool groups of those who "
                         "may sign in here."},
    [COG_FIND_EVERYBODY] = {"everybody", ERROR,
                            "People can sign up to this pool by themselves, "
                            "and everybody of the pool is let in: so is the "
                            "whole world.",
                            "Set allow_groups to groups instead of *, or let "
                            "only administrators create users in the pool."},
    [COG_FIND_KEYS_NOT_PINNED] =
        {"keys-not-pinned", NOTE,
         "The pool's keys are fetched over TLS: whoever has a certificate for "
         "the pool's name could say who somebody is.",
         "Pin them with jwks_file, as README.md says."},
    [COG_FIND_ID_KEY] = {"id-key", ERROR,
                         "Without the id key no account can be made.",
                         "On the first machine of a fleet: cognitoctl ids "
                         "init. On others copy its /etc/cognito/id_key, "
                         "root's and mode 0600."},
    [COG_FIND_IDS] = {"ids", ERROR,
                      "No account can be made: the ids that the "
                      "configuration asks for are not to be had.",
                      "Correct the file of id_map, or group_map."},
    [COG_FIND_CLIENT_SECRET] = {"client-secret", ERROR,
                                "No pool user can sign in: the app client's "
                                "secret cannot be used.",
                                "Put the secret of the app client into the "
                                "file of client_secret_file, root's and mode "
                                "0600."},
    [COG_FIND_ADMIN_CREDENTIALS] = {"admin-credentials", ERROR,
                                    "account_check = admin cannot ask the "
                                    "pool: the file of its AWS credentials "
                                    "cannot be used.",
                                    "Put keys that iam-policy-account-check "
                                    "permits into the file of "
                                    "admin_credentials_file, root's and mode "
                                    "0600."},
    [COG_FIND_CALLERS] = {"callers", WARNING,
                          "Programs that are not root's (screen lockers, "
                          "trusted_callers) are denied: the client secret "
                          "cannot be read for them.",
                          "Give the file of client_secret_file and "
                          "pam-cognito-keeper to the group _cognito-secret, "
                          "with modes 0640 and 2755; or the file to root with "
                          "0600, and leave trusted_callers out."},
    [COG_FIND_PINNED_KEYS] = {"pinned-keys", ERROR,
                              "No pool user can sign in: the pinned key set "
                              "cannot be used.",
                              "Fetch it again from the address that "
                              "cognito.conf(5) gives for jwks_file."},
    [COG_FIND_SETTINGS_MISSING] = {"settings-missing", ERROR,
                                   "What NSS needs of the configuration was "
                                   "never written.",
                                   "Run cognitoctl apply."},
    [COG_FIND_SETTINGS_DIFFER] = {"settings-differ", WARNING,
                                  "The configuration was edited, and NSS "
                                  "does not know of it yet.",
                                  "Run cognitoctl apply."},
    [COG_FIND_STORE] = {"store", ERROR,
                        "A file of accounts or logins cannot be used: those "
                        "whom it concerns stay out.",
                        "Restore it from a backup. Or move it away, then run "
                        "cognitoctl apply and cognitoctl sync; ids that were "
                        "retired are forgotten then."},
    [COG_FIND_LOGINS_MISSING] = {"logins-missing", ERROR,
                                 "Without the store of logins no pool user "
                                 "comes in.",
                                 "Run cognitoctl apply."},
    [COG_FIND_NO_ROOM] = {"no-room", ERROR,
                          "Nothing can be written here: who is new cannot "
                          "sign in, and what sync, forget and logins have to "
                          "note is lost.",
                          "Make room on the disk, or mount it writable."},
    [COG_FIND_SYNC_OLD] = {"sync-old", WARNING,
                           "The last listing of the pool is older than "
                           "snapshot_max_age: who was disabled or removed "
                           "since is not known here.",
                           "See why cognitoctl sync does not run: systemctl "
                           "status cognito-sync.timer cognito-sync.service."},
    [COG_FIND_NSS_MISSING] = {"nss-missing", ERROR,
                              "Users and groups of the pool do not exist for "
                              "the programs of this machine.",
                              "In /etc/nsswitch.conf write: "
                              "\"passwd: files cognito systemd\" and \"group: "
                              "files cognito systemd\". An initgroups line "
                              "needs cognito, too."},
    [COG_FIND_NSS_BEFORE_FILES] = {"nss-before-files", ERROR,
                                   "The pool's users are looked up before "
                                   "the machine's own.",
                                   "In /etc/nsswitch.conf put cognito behind "
                                   "files."},
    [COG_FIND_NSS_STOPPED] = {"nss-stopped", ERROR,
                              "An action such as [NOTFOUND=return] ends the "
                              "search before pool users are looked up.",
                              "In /etc/nsswitch.conf put cognito before that "
                              "action, right behind files."},
    [COG_FIND_NSS_COSTLY] = {"nss-costly", WARNING,
                             "Each look-up of a pool user first asks a "
                             "service that is slow to say no.",
                             "In /etc/nsswitch.conf put cognito right behind "
                             "files."},
    [COG_FIND_NSCD] = {"nscd", ERROR,
                       "With provisional, sshd must ask the NSS module "
                       "itself. It asks nscd, which is not sshd and gets no "
                       "answer: first logins by ssh fail.",
                       "In /etc/nscd.conf write \"enable-cache passwd no\", "
                       "or stop nscd."},
    [COG_FIND_PAM_NOWHERE] = {"pam-nowhere", WARNING,
                              "No service of this machine asks pam_cognito.",
                              "Put the PAM files in place as README.md "
                              "says."},
    [COG_FIND_PAM_NO_ACCOUNT] = {"pam-no-account", ERROR,
                                 "The service asks pam_cognito who somebody "
                                 "is, but not whether they may come in: a "
                                 "disabled person with an ssh key does.",
                                 "Add the account line of the shipped PAM "
                                 "files."},
    [COG_FIND_PAM_PASSWORD_ONLY] = {"pam-password-only", NOTE,
                                    "The service asks pam_cognito for a "
                                    "password and knows no account phase, as "
                                    "screen lockers.",
                                    "If it lets people in who were not there "
                                    "before, add the account line of the "
                                    "shipped PAM files."},
    [COG_FIND_PAM_JOBS] = {"pam-jobs", WARNING,
                           "What people have left to run is started without "
                           "asking pam_cognito whether they may still come "
                           "in.",
                           "Take the PAM file that we ship, or add its "
                           "account line."},
    [COG_FIND_PAM_UNREACHED] = {"pam-unreached", ERROR,
                                "The stack ends before pam_cognito is asked "
                                "about pool users.",
                                "Put the line of pam_cognito before the ones "
                                "that end the stack, as in the shipped PAM "
                                "files."},
    [COG_FIND_PAM_IGNORED] = {"pam-ignored", ERROR,
                              "When pam_cognito says no, another module can "
                              "still let pool users in.",
                              "Use the control of the shipped PAM files: "
                              "default=die."},
    [COG_FIND_PAM_FALLBACK] = {"pam-fallback", WARNING,
                               "While the pool cannot be reached, members of "
                               "cognito-users come in by their local password "
                               "alone.",
                               "Leave out authinfo_unavail=ignore, unless "
                               "that is meant: see pam_cognito(8)."},
    [COG_FIND_PAM_LOCKOUT] = {"pam-lockout", ERROR,
                              "Local users and root are denied because "
                              "pam_cognito does not know them.",
                              "Use the control of the shipped PAM files: "
                              "user_unknown=ignore."},
    [COG_FIND_PAM_ARGUMENT] = {"pam-argument", ERROR,
                               "The line of pam_cognito denies everybody but "
                               "root and system users: it does not know this "
                               "argument, or the file that it names is not "
                               "believed.",
                               "Write the arguments as pam_cognito(8) has "
                               "them; cognitoctl doctor --config=FILE says "
                               "what is wrong with a file."},
    [COG_FIND_PAM_MODULE_MISSING] =
        {"pam-module-missing", ERROR,
         "libpam cannot load this module: the service lets nobody in, or does "
         "not ask pam_cognito.",
         "Correct the name, put the module where libpam has the others, or "
         "take the line out."},
    [COG_FIND_NO_HOMES] = {"no-homes", WARNING,
                           "Nothing in the session makes home directories: "
                           "who comes in this way first has none.",
                           "Take the session lines of the shipped PAM files "
                           "(pam_mkhomedir), or make the directories in "
                           "another way."},
    [COG_FIND_SSHD_PAM] = {"sshd-pam", ERROR,
                           "sshd asks no PAM: pool users cannot sign in with "
                           "it, but who has a key comes in, disabled or not.",
                           "In sshd_config(5) write \"UsePAM yes\"."},
    [COG_FIND_SSHD_QUESTIONS] = {"sshd-questions", WARNING,
                                 "sshd can ask for a password only: nobody "
                                 "with a second factor comes in.",
                                 "In sshd_config(5) write "
                                 "\"KbdInteractiveAuthentication yes\"."},
    [COG_FIND_FILE_MISSING] = {"file-missing", ERROR,
                               "A part of this software is not there.",
                               "Install it again. What is missing below /var "
                               "is made by cognitoctl apply."},
    [COG_FIND_NAMED_MISSING] = {"named-missing", ERROR,
                                "The configuration names a file that is not "
                                "there.",
                                "Put the file there, or correct its path in "
                                "the configuration."},
    [COG_FIND_FILE_OWNER] = {"file-owner", ERROR,
                             "Who owns this file can change what it says.",
                             "chown root:root it."},
    [COG_FIND_FILE_MODE] = {"file-mode", ERROR,
                            "Others can change this file, or read a secret.",
                            "chmod it as said."},
    [COG_FIND_POWER_USER] = {"power-user", WARNING,
                             "A file of this machine gives power to this "
                             "name, and it is a user of the pool.",
                             "If that is not meant: take the name out. If it "
                             "is: a pool group, as %cognito-Admins, says so "
                             "better."},
    [COG_FIND_POWER_OPEN] = {"power-open", WARNING,
                             "A file of this machine gives power to a name "
                             "that nobody has here: a user of the pool with "
                             "that name would get it.",
                             "Take the name out, or make the local user or "
                             "group."},
    [COG_FIND_POWER_GROUP] = {"power-group", ERROR,
                              "A file of this machine gives power to a group "
                              "that is the private group of this user of the "
                              "pool.",
                              "Take the name out, or make the local group: "
                              "the user is refused then."},
    [COG_FIND_POWER_MAPPED] = {"power-mapped", NOTE,
                               "group_map puts members of a pool group into "
                               "this local group, to which a file of this "
                               "machine gives power.",
                               "Nothing, if that is meant."},
    [COG_FIND_ACCOUNT_TAKEN] = {"account-taken", ERROR,
                                "An account of the pool is in the way of a "
                                "local user or group, or of another account.",
                                "See cognitoctl ids verify --accounts; rename "
                                "one of the two, or give a new id with "
                                "cognitoctl forget --new-id."},
    [COG_FIND_SUBIDS] = {"subordinate-ids", ERROR,
                         "In a user namespace this one may act as whoever has "
                         "these ids, and the pool's users here have such.",
                         "Give other ids: usermod --del-subuids, "
                         "--add-subuids (and subgids). Or, before there are "
                         "accounts, take another id_base."},
    [COG_FIND_NO_LOCAL_WAY] = {"no-local-way", ERROR,
                               "When the pool cannot be reached nobody can "
                               "sign in: neither root nor another local user "
                               "has a password.",
                               "Give root or a local administrator, who is "
                               "not in the group cognito-users, a password, "
                               "and keep it safe."},
    [COG_FIND_POOL_UNREACHED] = {"pool-unreached", ERROR,
                                 "No pool user can sign in: the service is "
                                 "not reached, or is not who it should be.",
                                 "Check name resolution, the way out, proxy, "
                                 "endpoint and ca_file or ca_path."},
    [COG_FIND_CLOCK] = {"clock", ERROR,
                        "No pool user can sign in: the clock is off by "
                        "more than 300 seconds.",
                        "Set the clock, and keep it with NTP."},
    [COG_FIND_CLOCK_DRIFT] = {"clock-drift", WARNING,
                              "The clock is off; by more than 300 seconds "
                              "no pool user could sign in.",
                              "Set the clock, and keep it with NTP."},
    [COG_FIND_KEY_SET] = {"key-set", ERROR,
                          "The pool's key set cannot be had or used, so no "
                          "token can be checked.",
                          "Check pool_id, endpoint and issuer."},
    [COG_FIND_PINNED_OLD] = {"pinned-old", ERROR,
                             "The pool signs with keys that the pinned set "
                             "lacks: no pool user can sign in, or soon "
                             "nobody.",
                             "If the new set is really the pool's: replace "
                             "the file of jwks_file with it."},
    [COG_FIND_CLIENT_UNKNOWN] = {"client-unknown", ERROR,
                                 "The service knows no such pool, or no such "
                                 "app client in it: no pool user can sign "
                                 "in.",
                                 "Check pool_id and client_id in the Cognito "
                                 "console."},
    [COG_FIND_CLIENT_HASH] = {"client-hash", ERROR,
                              "The app client has another secret than this "
                              "machine, or one of the two has none.",
                              "Write the app client's secret into the file "
                              "of client_secret_file, or leave the option "
                              "out."},
    [COG_FIND_CLIENT_FLOW] = {"client-flow", ERROR,
                              "The app client does not allow the SRP proof, "
                              "which is how passwords are checked.",
                              "Allow ALLOW_USER_SRP_AUTH in the app client."},
    [COG_FIND_CLIENT_REVEALS] = {"client-reveals", WARNING,
                                 "The app client tells strangers which user "
                                 "names exist.",
                                 "Set PreventUserExistenceErrors to ENABLED "
                                 "in the app client."},
    [COG_FIND_CLIENT_PASSWORD_FLOW] =
        {"client-password-flow", NOTE,
         "The app client also takes plain passwords, which this software "
         "never sends.",
         "Take ALLOW_USER_PASSWORD_AUTH out of the app client, unless another "
         "program needs it."},
    [COG_FIND_CLIENT_WRITES] = {"client-writes", ERROR,
                                "People can write this attribute of "
                                "themselves through the app client, and it "
                                "decides who they are here.",
                                "Take the attribute out of the app client's "
                                "write attributes."},
    [COG_FIND_POOL_CASE] = {"pool-case", WARNING,
                            "Configuration and pool do not agree on whether "
                            "upper and lower case make different names.",
                            "Set case_insensitive as the pool has it."},
    [COG_FIND_GROUP_UNKNOWN] = {"group-unknown", WARNING,
                                "The configuration names a group that the "
                                "pool does not have: it does nothing for "
                                "anybody.",
                                "Write it as the pool does (upper and lower "
                                "case differ), make it there, or take it "
                                "out."},
    [COG_FIND_GROUP_EMPTY] = {"group-empty", NOTE,
                              "The configuration names a group in which "
                              "nobody of the last listing is; perhaps the "
                              "pool has none of that name.",
                              "Nothing, if it is written as the pool has it: "
                              "upper and lower case differ."},
    [COG_FIND_GROUP_NOT_LOCAL] =
        {"group-not-local", WARNING,
         "group_map names a local group that this machine does not have: the "
         "entry gives nobody anything.",
         "Write the name as /etc/group has it, or make the group."},
    [COG_FIND_NO_SHELL] = {"no-shell", ERROR,
                           "The login shell of pool users is not there, or no "
                           "program: sshd refuses them, whatever they type.",
                           "Write the shell that is meant, or install it."},
    [COG_FIND_NO_CREDENTIALS] = {"no-credentials", NOTE,
                                 "Without AWS credentials the app client's "
                                 "settings could not be looked at.",
                                 "Run cognitoctl doctor where sync or export "
                                 "runs, with the policy that cognitoctl(8) "
                                 "gives."},
};

const char *
cog_finding_name(enum cog_finding_id id)
{
    return (unsigned) id < COG_FIND_COUNT ? kinds[id].name : NULL;
}

void
cog_findings_add(struct cog_findings *findings, enum cog_finding_id id,
                 const char *format, ...)
{
    struct cog_finding *finding;
    va_list arguments;

    if (findings->count == findings->room) {
        size_t room = findings->room == 0 ? 16 : 2 * findings->room;
        struct cog_finding *list =
            reallocarray(findings->list, room, sizeof *list);

        findings->lost = findings->lost || list == NULL;
        if (list == NULL)
            return;
        findings->list = list;
        findings->room = room;
    }
    finding = &findings->list[findings->count++];
    finding->id = id;
    va_start(arguments, format);
    (void) vsnprintf(finding->subject, sizeof finding->subject, format,
                     arguments);
    va_end(arguments);
}

void
cog_findings_add_first(struct cog_findings *findings, enum cog_finding_id id,
                       const char *what, const char *service)
{
    for (size_t i = 0; i < findings->count; i++) {
        if (findings->list[i].id == id &&
            cog_text_begins(findings->list[i].subject, what))
            return;
    }
    cog_findings_add(findings, id, "%s%s", what, service);
}

/* A paragraph for people; JSON gets a row. */
static void
print(const struct cog_finding *finding, struct cog_output *output)
{
    cog_output_open_row(output);
    cog_output_text(output, "severity",
                    severity_names[kinds[finding->id].severity]);
    cog_output_text(output, "finding", kinds[finding->id].name);
    cog_output_text(output, "subject", finding->subject);
    if (output->json) {
        cog_output_text(output, "meaning", kinds[finding->id].meaning);
        cog_output_text(output, "cure", kinds[finding->id].cure);
    } else {
        (void) fprintf(output->stream, "\n    %s\n    Cure: %s",
                       kinds[finding->id].meaning, kinds[finding->id].cure);
    }
    cog_output_close_row(output);
}

void
cog_findings_print(const struct cog_findings *findings,
                   struct cog_output *output)
{
    static const struct cog_column columns[] = {
        {"SEVERITY", 8}, {"FINDING", 16}, {"ABOUT", 0}, {NULL, 0}};

    if (findings->count == 0 && !output->json)
        return;
    cog_output_open_table(output, "findings", columns);
    for (unsigned severity = ERROR + 1; severity-- > 0;) {
        for (size_t i = 0; i < findings->count; i++) {
            if (kinds[findings->list[i].id].severity == severity)
                print(&findings->list[i], output);
        }
    }
    cog_output_close_table(output);
}

int
cog_findings_exit(const struct cog_findings *findings)
{
    enum cog_severity worst = NOTE;

    if (findings->lost)
        return cog_fail(COG_EXIT_FAILED, "not enough memory for all findings");
    for (size_t i = 0; i < findings->count; i++) {
        if (kinds[findings->list[i].id].severity > worst)
            worst = kinds[findings->list[i].id].severity;
    }
    return worst == ERROR     ? COG_EXIT_ERRORS
           : worst == WARNING ? COG_EXIT_WARNINGS
                              : COG_EXIT_OK;
}

void
cog_findings_clear(struct cog_findings *findings)
{
    free(findings->list);
    *findings = (struct cog_findings){0};
}

/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A host of a PAM stack that does what it is told, word by word, and looks
 * at itself before and after:
 *
 * probe_host SERVICE USER WORD...
 *
 * authenticate account setcred change silent-change change-expired
 *     that call; its number is printed
 * closed=N                  what follows runs with the first N descriptors
 *                           closed; which of them are open behind it is
 *                           printed
 * silent                    PAM_SILENT from here on
 * user=NAME                 sets PAM_USER
 * user-when-asked=NAME      the conversation sets it, at the next question
 * locale                    prints what the C library makes of some text
 * state                     prints what the process is (P39): two such words
 *                           must print the same
 *
 * Questions are answered with the next line of standard input and printed
 * with their kind, as are texts; what delay a failure asks for, too.
 */
#include <fcntl.h>
#include <locale.h>
#include <security/pam_appl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <syslog.h>
#include <time.h>
#include <unistd.h>

extern char **environ;

static pam_handle_t *pamh;
static const char *user_when_asked;

static char *
next_answer(void)
{
    char line[2048];

    if (fgets(line, sizeof line, stdin) == NULL)
        return NULL;
    line[strcspn(line, "\n")] = '\0';
    return strdup(line);
}

/* One line, whatever the text holds: what is not printable as <xx>. */
static void
print_text(const char *what, const char *text)
{
    printf("%s ", what);
    for (; *text != '\0'; text++) {
        unsigned char byte = (unsigned char) *text;

        if (byte >= ' ' && byte != 0x7f)
            putchar(byte);
        else
            printf("<%02x>", byte);
    }
    putchar('\n');
}

static int
converse(int count, const struct pam_message **messages,
         struct pam_response **responses, void *data)
{
    struct pam_response *answers = calloc((size_t) count, sizeof *answers);

    (void) data;
    if (answers == NULL)
        return PAM_BUF_ERR;
    for (int i = 0; i < count; i++) {
        int style = messages[i]->msg_style;

        if (style != PAM_PROMPT_ECHO_OFF && style != PAM_PROMPT_ECHO_ON) {
            print_text(style == PAM_ERROR_MSG ? "error" : "text",
                       messages[i]->msg);
            continue;
        }
        print_text(style == PAM_PROMPT_ECHO_ON ? "shown" : "hidden",
                   messages[i]->msg);
        if (user_when_asked != NULL)
            pam_set_item(pamh, PAM_USER, user_when_asked);
        answers[i].resp = next_answer();
        if (answers[i].resp == NULL) {
            free(answers);
            return PAM_CONV_ERR;
        }
    }
    *responses = answers;
    return PAM_SUCCESS;
}

static void
note_delay(int code, unsigned microseconds, void *data)
{
    (void) data;
    printf("delay %d %u\n", code, microseconds);
}

static void
print_signals(void)
{
    sigset_t mask;

    sigprocmask(SIG_SETMASK, NULL, &mask);
    for (int i = 1; i < NSIG; i++) {
        struct sigaction action;

        if (sigaction(i, NULL, &action) != 0)
            continue;
        printf("state signal %d %p %x %d\n", i, (void *) action.sa_handler,
               (unsigned) action.sa_flags, sigismember(&mask, i));
    }
}

static void
print_limits(void)
{
    static const int timers[] = {ITIMER_REAL, ITIMER_VIRTUAL, ITIMER_PROF};
    struct rlimit limit;
    struct itimerval timer;

    for (int i = 0; i < RLIMIT_NLIMITS; i++) {
        getrlimit(i, &limit);
        printf("state limit %d %llu %llu\n", i,
               (unsigned long long) limit.rlim_cur,
               (unsigned long long) limit.rlim_max);
    }
    for (int i = 0; i < 3; i++) {
        getitimer(timers[i], &timer);
        printf("state timer %d %d\n", i,
               timer.it_value.tv_sec != 0 || timer.it_value.tv_usec != 0);
    }
}

static void
print_descriptors(void)
{
    char link[64], target[4096];

    for (int i = 0; i < 1024; i++) {
        ssize_t len;

        snprintf(link, sizeof link, "/proc/self/fd/%d", i);
        len = readlink(link, target, sizeof target - 1);
        if (len < 0)
            continue;
        target[len] = '\0';
        printf("state descriptor %d %s %d\n", i, target, fcntl(i, F_GETFD));
    }
}

static void
print_state(void)
{
    char directory[4096] = "";
    mode_t mask = umask(0);
    uid_t real, effective, saved;

    umask(mask);
    printf("state begins\n");
    printf("state umask %o\n", (unsigned) mask);
    printf("state cwd %s\n", getcwd(directory, sizeof directory));
    printf("state locale %s\n", setlocale(LC_ALL, NULL));
    for (char **one = environ; *one != NULL; one++)
        printf("state environ %s\n", *one);
    getresuid(&real, &effective, &saved);
    printf("state uids %d %d %d\n", (int) real, (int) effective, (int) saved);
    getresgid(&real, &effective, &saved);
    printf("state gids %d %d %d\n", (int) real, (int) effective, (int) saved);
    printf("state session %d %d\n", (int) getsid(0), (int) getpgrp());
    printf("state nice %d\n", getpriority(PRIO_PROCESS, 0));
    printf("state dumpable %d slack %d newprivs %d\n", prctl(PR_GET_DUMPABLE),
           prctl(PR_GET_TIMERSLACK), prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0));
    print_signals();
    print_limits();
    print_descriptors();
    printf("state children %d\n", (int) waitpid(-1, NULL, WNOHANG));
    printf("state ends\n");
}

static void
print_locale(void)
{
    const time_t epoch = 0;
    char day[64];

    strftime(day, sizeof day, "%a", gmtime(&epoch));
    printf("locale %s\n", setlocale(LC_ALL, NULL));
    printf("TITLE is title: %d\n", strcasecmp("TITLE", "title") == 0);
    printf("half: %.1f\n", 0.5);
    printf("day %s\n", day);
}

/*
 * What is printed meanwhile stays in stdio's buffer, where all answers are
 * already: standard input is a pipe that was written before.
 */
static void
close_first(int count, int saved[3])
{
    ungetc(getc(stdin), stdin);
    fflush(stdout);
    for (int i = 0; i < count; i++) {
        saved[i] = fcntl(i, F_DUPFD_CLOEXEC, 100);
        close(i);
    }
}

static void
open_first(int count, const int saved[3])
{
    for (int i = 0; i < count; i++) {
        printf("descriptor %d open %d\n", i, fcntl(i, F_GETFD) >= 0);
        dup2(saved[i], i);
        close(saved[i]);
    }
}

static void
obey(const char *word, int *flags)
{
    if (strcmp(word, "authenticate") == 0)
        printf("authenticate %d\n", pam_authenticate(pamh, *flags));
    else if (strcmp(word, "account") == 0)
        printf("account %d\n", pam_acct_mgmt(pamh, *flags));
    else if (strcmp(word, "setcred") == 0)
        printf("setcred %d\n", pam_setcred(pamh, PAM_ESTABLISH_CRED | *flags));
    else if (strcmp(word, "change") == 0)
        printf("change %d\n", pam_chauthtok(pamh, 0));
    else if (strcmp(word, "silent-change") == 0)
        printf("change %d\n", pam_chauthtok(pamh, PAM_SILENT));
    else if (strcmp(word, "change-expired") == 0)
        printf("change-expired %d\n",
               pam_chauthtok(pamh, PAM_CHANGE_EXPIRED_AUTHTOK));
    else if (strcmp(word, "silent") == 0)
        *flags |= PAM_SILENT;
    else if (strcmp(word, "locale") == 0)
        print_locale();
    else if (strcmp(word, "state") == 0)
        print_state();
    else if (strncmp(word, "user=", 5) == 0)
        pam_set_item(pamh, PAM_USER, word + 5);
    else if (strncmp(word, "user-when-asked=", 16) == 0)
        user_when_asked = word + 16;
    else
        exit(3);
}

int
main(int argc, char **argv)
{
    const struct pam_conv conv = {converse, NULL};
    void (*delay)(int, unsigned, void *) = note_delay;
    const void *item;
    int flags = 0, closed = 0, saved[3];

    if (argc < 3)
        return 2;
    setlocale(LC_ALL, "");
    /* The C library opens this once, for whoever speaks first. */
    openlog("probe_host", LOG_NDELAY, LOG_AUTHPRIV);
    if (pam_start(argv[1], argv[2], &conv, &pamh) != PAM_SUCCESS)
        return 1;
    memcpy(&item, &delay, sizeof item);
    pam_set_item(pamh, PAM_FAIL_DELAY, item);
    for (int i = 3; i < argc; i++) {
        if (strncmp(argv[i], "closed=", 7) == 0) {
            closed = atoi(argv[i] + 7);
            continue;
        }
        close_first(closed, saved);
        obey(argv[i], &flags);
        open_first(closed, saved);
        fflush(stdout);
    }
    if (pam_get_item(pamh, PAM_USER, &item) == PAM_SUCCESS && item != NULL)
        printf("user %s\n", (const char *) item);
    pam_end(pamh, PAM_SUCCESS);
    return 0;
}

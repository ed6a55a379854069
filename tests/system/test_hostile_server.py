# SPDX-License-Identifier: Apache-2.0
"""A service that means harm: whatever it answers, nobody comes in, nothing
that a terminal or a log could obey comes out, and it ends."""

import collections
import concurrent.futures
import itertools
import json
import re
import socket

from room import callers, pool, syslog
from room.case import Case
from room.namespace import ROOM
from room.terminal import plain

TIMEOUT_S = 4
STEPS_MAX = 12  # cognito/steps.h
# A control, an escape sequence, a bidirectional override, a line of a log. No
# NUL: a text that holds one is never used, so it would hide all the others.
EVIL = ("\x1b[2J\x1b]0;owned\x07\u202eevil\u2066\x9b31m\r\n"
        "Accepted password for toor\x7f\u200b")
# Of it, what may be seen.
SEEN = "Accepted password for toor"
# What is not printable in a message, see room/syslog.py.
ESCAPED = "<[0-9a-f]{2,}>"
DEEP = 20000
CHALLENGES = ("PASSWORD_VERIFIER", "NEW_PASSWORD_REQUIRED", "SELECT_MFA_TYPE",
              "SOFTWARE_TOKEN_MFA", "SMS_MFA", "EMAIL_OTP", "MFA_SETUP",
              "CUSTOM_CHALLENGE", "DEVICE_SRP_AUTH", "WEB_AUTHN")
GOOD = {
    "ChallengeName": "SMS_MFA", "Session": "s" * 40,
    "ChallengeParameters": {
        "CODE_DELIVERY_DESTINATION": "+*******1234",
        "CODE_DELIVERY_DELIVERY_MEDIUM": "SMS",
        "USER_ID_FOR_SRP": "somebody"},
}
WRONG_VALUES = (True, 17, -1, 1e400, [], [[]], "x" * 200000)


def text(value):
    return json.dumps(value)


def error(kind, message, **more):
    return {"do": "error", "type": kind, "message": message, **more}


def wrong_types():
    """Each member of a challenge, with each wrong value; in none of them is
    it a challenge. (null is as good as absent.)"""
    members = ("ChallengeName", "Session", "ChallengeParameters")
    for key, value in (*itertools.product(members, WRONG_VALUES),
                       ("ChallengeName", None), ("ChallengeName", ""),
                       ("ChallengeName", {}), ("Session", {}),
                       ("ChallengeParameters", "")):
        yield (f"{key} is {str(value)[:8]}",
               text({**GOOD, key: value}).replace("Infinity", "1e400"))


def evil_texts():
    """The same bytes in every text that might be shown."""
    yield "escapes in a name", text({**GOOD, "ChallengeName": EVIL})
    for name in CHALLENGES:
        parameters = {key: EVIL for key in (
            "CODE_DELIVERY_DESTINATION", "question", "prompt", "message",
            "requiredAttributes", "userAttributes", "MFAS_CAN_CHOOSE",
            "MFAS_CAN_SETUP", "FRIENDLY_DEVICE_NAME", "USERNAME", "SALT",
            "SRP_B", "SECRET_BLOCK", "USER_ID_FOR_SRP")}
        yield (f"escapes in {name}",
               text({"ChallengeName": name, "Session": EVIL,
                     "ChallengeParameters": parameters}))
    listed = json.dumps([f"userAttributes.{EVIL}", "userAttributes.name"])
    yield ("escapes in an attribute", text({
        "ChallengeName": "NEW_PASSWORD_REQUIRED", "Session": "s",
        "ChallengeParameters": {"requiredAttributes": listed,
                                "userAttributes": json.dumps(
                                    {"name": EVIL})}}))
    yield "NUL in a text", text({**GOOD, "ChallengeParameters": {
        "CODE_DELIVERY_DESTINATION": SEEN + "\0"}})
    yield "escapes in an error", error("UserLambdaValidationException", EVIL)
    yield ("escapes in an error's type",
           {"do": "status", "status": 400, "body": text({"__type": EVIL})})


def refusals():
    """The one text of the service that is shown as it is: why a new
    password is not taken."""
    yield ("escapes in a refusal",
           error("InvalidPasswordException", EVIL,
                 challenge="NEW_PASSWORD_REQUIRED"))


def documents():
    """Bytes that are no object of ours."""
    good = text(GOOD)
    yield "deep objects", '{"a":' * DEEP + "1" + "}" * DEEP
    yield "deep arrays", '{"a":' + "[" * DEEP + "]" * DEEP + "}"
    yield "a member twice", good[:-1] + ',"Session":"t"}'
    yield ("tokens and a challenge", good[:-1]
           + ',"AuthenticationResult":{"IdToken":"a.b.c"}}')
    yield "something behind it", good + good
    yield "a mark before it", "\ufeff" + good
    yield "a comment", good[:-1] + "/* */}"
    yield "NaN", '{"AuthenticationResult":{"ExpiresIn":NaN,"IdToken":"a"}}'
    yield "many members", "{" + ",".join(
        f'"k{i}":{i}' for i in range(30000)) + "}"
    yield "an array", "[" + good + "]"
    yield "NUL in a key", good.replace("Session", "Sess\\u0000ion")
    yield "half a surrogate", good.replace("1234", "\\ud800")
    for size in (255, 257, 4096):
        yield (f"a result of {size} kB", text({"AuthenticationResult": {
            "IdToken": "a." + "b" * (size * 1024) + ".c"}}))
    for token in ("..", "a.b", "eyJhbGciOiJub25lIn0.e30.", "\x00",
                  "a" * 70000):
        yield (f"token {token[:8]!r}", text({"AuthenticationResult": {
            "IdToken": token, "AccessToken": token, "RefreshToken": token,
            "ExpiresIn": -1}}))


def printable(shown):
    """Whether a terminal could take none of it for a command."""
    return not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f"
                         "\u202a-\u202e\u2066-\u2069]",
                         shown.replace("\r\n", "\n"))


def asked(terminal):
    """What the person was asked for, behind their password."""
    return re.findall(r"(?m)^(?!pamtester)([^:\n]+): ",
                      plain(terminal.text).partition("Password: \n")[2])


class HostileServer(Case):
    """proves P3, P45, P47, P48, P49, P94, P95"""

    def hostile_pool(self, cases, operation):
        """A pool of its own, which answers each person with a fault."""
        with socket.create_server(("127.0.0.1", 0)) as listener:
            port = listener.getsockname()[1]
        self.log = f"{ROOM}/log/hostile{port}.jsonl"
        process = pool.start(
            f"127.0.0.1:{port}", log=self.log,
            users=[pool.person(person.name, person.password,
                               **({"status": "FORCE_CHANGE_PASSWORD"}
                                  if "challenge" in fault else {}))
                   for _, fault, person in cases],
            faults=[{"operation": operation, "username": person.name, **fault}
                    for _, fault, person in cases])
        self.addCleanup(process.kill)
        return f"https://cognito.test:{port}"

    @staticmethod
    def meet(name, person, service):
        terminal = callers.pamtester(service, person.name)
        terminal.answer("Password: ", person.password)
        # Whatever it asks: something that could do, until it has enough. A
        # new password is typed twice, and is another one each time.
        for i in range(40):
            if terminal.read_to(r"[^\n]: $", "pamtester: ") == 1:
                terminal.end()
                break
            last = terminal.text.rpartition("\n")[2]
            terminal.spawned.sendline("1" if last.startswith("1 ")
                                      else str(123456 + i // 2))
        else:
            terminal.close()
        return name, person, terminal

    def run_all(self, cases, operation):
        """Each case by its name, and the terminal it came to."""
        cases = [(name, what if isinstance(what, dict) else
                  {"do": "body", "body": what}, self.person(in_pool=False))
                 for name, what in cases]
        service = self.service(timeout=TIMEOUT_S, enrol="any",
                               endpoint=self.hostile_pool(cases, operation))
        with concurrent.futures.ThreadPoolExecutor(6) as workers:
            done = list(workers.map(
                lambda case: self.meet(case[0], case[2], service), cases))
        for name, person, terminal in done:
            with self.subTest(f"{name} at {operation}"):
                self.check(person, terminal)
        return {name: terminal for name, _, terminal in done}

    def check(self, person, terminal):
        """A denial by the pool's word, after some time, in plain text."""
        self.assertIn("pamtester: ", terminal.text, "it never ends")
        self.assertIn(callers.pam_code(terminal),
                      ("PAM_AUTH_ERR", "PAM_AUTHINFO_UNAVAIL"), terminal.text)
        self.assertTrue(printable(terminal.text), repr(plain(terminal.text)))
        lines = self.log_of(person.name)
        self.assertTrue(lines)
        for line in lines:
            self.assertRegex(line, r"\A[\x20-\x7e]+\Z")
            self.assertNotRegex(line, ESCAPED)
            # Of what read and believed it, nothing fell over.
            self.assertNotIn("speaker", line)

    def assert_asked_nothing(self, done):
        for name, terminal in done.items():
            with self.subTest(f"{name}: nothing of it was believed"):
                self.assertEqual(asked(terminal), [])

    def test_wrong_types(self):
        """a challenge whose members are of other types is none"""
        self.assert_asked_nothing(
            self.run_all(wrong_types(), "RespondToAuthChallenge"))

    def test_texts(self):
        """what is shown of them is printable, and nothing that has a NUL"""
        done = self.run_all(itertools.chain(evil_texts(), refusals()),
                            "RespondToAuthChallenge")
        for name in ("escapes in SMS_MFA", "escapes in EMAIL_OTP",
                     "escapes in CUSTOM_CHALLENGE", "escapes in a refusal"):
            with self.subTest(f"{name} are shown"):
                self.assertIn(SEEN, done[name].text)
        self.assertNotIn(SEEN, done["NUL in a text"].text)

    def test_documents(self):
        """what is not one proper object is no challenge"""
        self.assert_asked_nothing(
            self.run_all(documents(), "RespondToAuthChallenge"))

    def test_before_the_proof(self):
        """the same before anything was proved: nothing else is asked"""
        self.assert_asked_nothing(
            self.run_all(itertools.chain(documents(), evil_texts()),
                         "InitiateAuth"))

    def test_endless_challenges(self):
        """proves P6: the same question for ever comes to an end, before that
        of the time"""
        parameters = {"requiredAttributes": "[]",
                      "MFAS_CAN_CHOOSE": '["SMS_MFA","EMAIL_OTP"]'}
        done = self.run_all([(name, text({
            "ChallengeName": name, "Session": "s",
            "ChallengeParameters": parameters})) for name in (
                "CUSTOM_CHALLENGE", "SMS_MFA", "NEW_PASSWORD_REQUIRED",
                "SELECT_MFA_TYPE")], "RespondToAuthChallenge")
        for name, terminal in done.items():
            with self.subTest(f"{name} for ever"):
                self.assertNotEqual(asked(terminal), [])
        sent = collections.Counter(
            call["username"] for call in pool.calls(self.log)
            if call["operation"] == "RespondToAuthChallenge")
        self.assertEqual(len(sent), len(done))
        self.assertLessEqual(max(sent.values()), STEPS_MAX, sent)

    def test_no_line_of_its_own(self):
        """proves P94: nothing of it began a line of the log"""
        self.run_all(evil_texts(), "RespondToAuthChallenge")
        with open(syslog.PATH, encoding="utf-8",
                  errors="backslashreplace") as file:
            lines = [line for line in file if SEEN in line]
        self.assertTrue(lines)
        for line in lines:
            self.assertNotRegex(line, ESCAPED)
            self.assertRegex(line, r"\A\S+ \S+ pam_cognito\(")

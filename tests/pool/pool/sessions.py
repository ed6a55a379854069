# SPDX-License-Identifier: Apache-2.0
"""Sign-ins under way: SRP challenges and the Session texts behind them."""

import base64
import dataclasses
import secrets

from pool.errors import not_authorized

SECRET_BLOCK_BYTES = 1280  # the service's have 1.2-1.3 kB
SESSION_BYTES = 768        # 1024 characters
FORGET_S = 1200            # used and expired ones are remembered so long


@dataclasses.dataclass
class Login:
    """One person's way through the challenges of one sign-in."""
    user: object            # None: the user is simulated
    client: object
    name: str               # internal name: USERNAME of every answer
    flow: str = "USER_SRP_AUTH"
    factor_done: bool = False
    forced_done: bool = False
    can_choose: list = dataclasses.field(default_factory=list)
    mfa_setup_done: bool = False
    custom_round: int = 0   # which question of the script
    custom_tries: int = 0   # wrong answers to it
    device_key: str = ""    # the device that was told, if it is known
    device_srp: object = None


@dataclasses.dataclass
class SrpChallenge:
    """One PASSWORD_VERIFIER challenge: good for one answer."""
    login: Login
    a_public: int
    b_public: int
    b: int
    verifier: int
    secret_block: bytes
    session: str            # "" when none was sent
    made: float


@dataclasses.dataclass
class Session:
    """One Session text: good for one success."""
    login: Login
    challenge: str
    made: float
    used: bool = False


class Sessions:
    """All sign-ins under way."""

    def __init__(self, settings, clock):
        self.settings = settings
        self.clock = clock
        self._srp = {}
        self._sessions = {}

    def open_srp(self, login, a_public, b_public, b, verifier):
        block = secrets.token_bytes(SECRET_BLOCK_BYTES)
        session = (self.open(login, "PASSWORD_VERIFIER")
                   if self.settings.first_session else "")
        challenge = SrpChallenge(login, a_public, b_public, b, verifier,
                                 block, session, self.clock.now())
        self._prune(self._srp)
        self._srp[base64.b64encode(block).decode()] = challenge
        return challenge

    def peek_srp(self, secret_block):
        return self._srp.get(secret_block)

    def take_srp(self, secret_block):
        """The challenge of this SECRET_BLOCK, which is spent by that."""
        return self._srp.pop(secret_block, None)

    def open(self, login, challenge):
        """A new Session text for the next challenge."""
        text = base64.urlsafe_b64encode(
            secrets.token_bytes(SESSION_BYTES)).decode()
        self._prune(self._sessions)
        self._sessions[text] = Session(login, challenge, self.clock.now())
        return text

    def peek(self, text):
        return self._sessions.get(text)

    def forget(self, text):
        """This Session is not valid any more."""
        self._sessions.pop(text, None)

    def check(self, text, client, challenge=None):
        """The live Session of this text; use() it after a success."""
        session = self._sessions.get(text)
        if not session or session.login.client is not client:
            raise not_authorized("Invalid session for the user.",
                                 "unknown session")
        if session.used:
            raise not_authorized("Invalid session for the user, session can "
                                 "only be used once.", "session reused")
        if self.clock.now() - session.made > self.settings.session_s:
            raise not_authorized("Invalid session for the user, session is "
                                 "expired.", "session expired")
        if challenge and session.challenge != challenge:
            raise not_authorized("Invalid session for the user.",
                                 f"session is for {session.challenge}")
        return session

    def _prune(self, table):
        """Forget what is old; tables are in the order of making."""
        limit = self.clock.now() - FORGET_S
        while table:
            oldest = next(iter(table))
            if table[oldest].made >= limit:
                break
            del table[oldest]

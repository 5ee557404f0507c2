"""Who may look at the page.

LINK      an address with a token in it, good once and for a minute; made for whoever may speak to
          the daemon through its control socket
SESSION   what a link is traded for: a cookie, and a token that every form carries

Loopback is open to every user of the machine, and a browser sends cookies to whatever page asks
for it; so a token is needed even there, the Host must be our own, and a change must come from a
form of ours.
"""

from __future__ import annotations

import hmac
import secrets
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import NamedTuple

_LINK_LASTS = timedelta(seconds=60)
_SESSION_LASTS = timedelta(hours=12)
_MOST_SESSIONS = 32
_BYTES = 24
_NO_KEYS = ("syncd-keys", "off")
_KEPT_FOR = timedelta(days=365)


class Session(NamedTuple):
    """One browser that was let in.

    `home` is where it finds the page. Browsers send a cookie to every server of a host, whatever
    its port; they do not send one that is for an address which nobody else has.
    `has_keys`: whether single keys press buttons there. Who speaks to the computer, or hits keys
    by chance, has to be able to do without (WCAG 2.1.4).
    """

    cookie: str
    form_token: str
    home: str = "/"
    has_keys: bool = True


class Access:
    """Makes links, trades them for sessions, and knows sessions again. Thread-safe.

    `elapsed` is a clock that nobody sets back; `name` tells the cookies of daemons apart, since
    they ignore the port.
    """

    def __init__(self, elapsed: Callable[[], timedelta], name: str) -> None:
        self._elapsed = elapsed
        self.cookie_name = f"syncd-{name}"
        self._lock = threading.Lock()
        self._links: dict[str, timedelta] = {}
        self._sessions: dict[str, tuple[Session, timedelta]] = {}

    def make_link(self) -> str:
        """Return a token that lets one browser in, once."""
        token = secrets.token_urlsafe(_BYTES)
        with self._lock:
            self._forget_old()
            self._links[token] = self._elapsed() + _LINK_LASTS
        return token

    def redeem(self, token: str) -> Session | None:
        """Trade a link's token for a session; None where it is none, too old, or was used."""
        with self._lock:
            self._forget_old()
            if self._links.pop(token, None) is None:
                return None
            cookie, form_token = secrets.token_urlsafe(_BYTES), secrets.token_urlsafe(_BYTES)
            session = Session(cookie, form_token, f"/{secrets.token_urlsafe(_BYTES)}/")
            while len(self._sessions) >= _MOST_SESSIONS:
                self._sessions.pop(next(iter(self._sessions)))
            self._sessions[session.cookie] = session, self._elapsed() + _SESSION_LASTS
            return session

    def find_session(self, cookies: str) -> Session | None:
        """Return the session that a Cookie header is of, if it is of any."""
        # Others at this host may have left cookies that no parser likes.
        pairs = [each.strip().partition("=")[::2] for each in cookies.split(";")]
        values = [value for name, value in pairs if name == self.cookie_name]
        with self._lock:
            self._forget_old()
            found = [self._sessions[value] for value in values if value in self._sessions]
        return found[0][0]._replace(has_keys=_NO_KEYS not in pairs) if found else None

    def within_home(self, path: str) -> str:
        """Return what an address means in the home of the session that it begins with, if any."""
        head, slash, rest = path.removeprefix("/").partition("/")
        with self._lock:
            homes = {session.home for session, _ in self._sessions.values()}
        return f"/{rest}" if slash and f"/{head}/" in homes else path

    def _forget_old(self) -> None:
        now = self._elapsed()
        self._links = {token: until for token, until in self._links.items() if until > now}
        self._sessions = {
            cookie: (session, until)
            for cookie, (session, until) in self._sessions.items()
            if until > now
        }


def keys_cookie(*, on: bool) -> str:
    """Return the cookie by which a browser remembers whether single keys press buttons.

    It is no secret, and outlives the session: whoever wants it does so on every day.
    """
    name, value = _NO_KEYS
    lasts = 0 if on else int(_KEPT_FOR.total_seconds())
    return f"{name}={value}; HttpOnly; SameSite=Strict; Path=/; Max-Age={lasts}"


def is_from_own_form(
    session: Session,
    form_token: str,
    fetch_site: str | None,
    origin: str | None,
    *own: str,
) -> bool:
    """Say whether a change was asked for by a form of ours, shown in this very session.

    `fetch_site` and `origin` are what the browser says about where the request comes from, `own` is
    where we are. A page
    that sends no referrer has "null" for its origin (observed); so has one in a sandbox, which is
    another site.
    """
    known = {None, *own, *(["null"] if fetch_site == "same-origin" else [])}
    return (
        hmac.compare_digest(form_token.encode(), session.form_token.encode())
        and fetch_site in (None, "same-origin", "none")
        and origin in known
    )

"""The page of one daemon: opened where the settings ask for it, and told of where they do not."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from syncd.app.naming import Names
from syncd.control.protocol import ask
from syncd.ledger.statements import let_go
from syncd.ledger.store import Ledger
from syncd.notify.metrics import Metrics
from syncd.page.access import Access
from syncd.page.metrics import MetricsAccess
from syncd.page.questions import Ask, Questions
from syncd.page.replies import Pages
from syncd.page.routes import Routes
from syncd.page.server import PageServer
from syncd.page.views import Views
from syncd.settings import Settings
from syncd.system.clock import Clock
from syncd.system.memory import share_arenas

_SOCKET_NAME = "socket"
_TEMPLATES = "page-templates.bin"
"""What the templates were compiled to, in the state directory; made anew where it is missing."""


class Page:
    """A page that listens. Raises `StateError` where it cannot, `ImportError` without Jinja2."""

    def __init__(
        self,
        settings: Settings,
        ledger: Ledger,
        state_dir: Path,
        document: Callable[[], Mapping[str, Any]],
        metrics: Metrics,
        clock: Clock,
    ) -> None:
        if find_spec("jinja2") is None:
            # It is loaded when somebody looks at a page; whether it is there is said now.
            raise ImportError("jinja2")
        # Each connection is a thread.
        share_arenas()
        self._settings = settings.page
        self._server = PageServer(settings.page)
        port = self._server.server_port
        self._access = Access(clock.elapsed, str(port) if port else _SOCKET_NAME)
        names = Names(settings, ledger)

        def asked(command: str, arguments: Mapping[str, Any]) -> Any:
            try:
                return ask(state_dir, command, arguments)
            finally:
                # The daemon looks many things up for an answer, and waits long for the next one.
                let_go()

        def libraries() -> list[str]:
            return [library["name"] for library in document()["libraries"]]

        views = Views(ledger, asked, libraries, names.find)
        self._questions = Questions(ledger, asked, libraries, names.find, clock.elapsed)
        told = MetricsAccess(
            lambda: metrics.text(document()), settings.metrics.token_file, is_free=not port
        )
        pages = Pages(state_dir / _TEMPLATES)
        Routes(self._server, self._access, views, self._questions, document, told, pages)
        self._server.start()

    def answer(self, _request: Mapping[str, Any], _progress: Callable[[Any], None]) -> Any:
        """Return a link that lets one browser in, once."""
        token = self._access.make_link()
        if self._settings.socket is not None:
            # Whoever has a proxy before the socket knows under which address it answers.
            return {"link": f"/?token={token}", "socket": str(self._settings.socket)}
        return {"link": f"http://127.0.0.1:{self._server.server_port}/?token={token}"}

    def close(self, ask: Ask) -> None:
        """Answer nobody any more; `ask` carries out the answers that wait."""
        self._server.stop()
        self._questions.close(ask)

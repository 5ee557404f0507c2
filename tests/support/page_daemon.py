"""A daemon with a page, as a process, and someone who speaks HTTP with it by hand."""

from __future__ import annotations

import http.client
import re
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlencode, urlsplit

_MARK = re.compile(r'name="question" value="([^"]+)"')
_FORM_TOKEN = re.compile(r'name="form_token" value="([^"]+)"')


class Answered(NamedTuple):
    """What came back."""

    status: int
    headers: Mapping[str, str]
    text: str


class PageDaemon:
    """`syncd run` over a file library, with a page at a free port."""

    def __init__(
        self,
        root: Path,
        environ: Mapping[str, str],
        more: str = "",
        listen: str = "127.0.0.1:0",
    ) -> None:
        self.drop = root / "drop"
        self.drop.mkdir()
        self._config = root / "syncd.toml"
        self._config.write_text(
            f'[[library]]\nname = "mine"\nadapter = "file"\npath = "{root / "library"}"\n'
            f'[[folder]]\npath = "{self.drop}"\nlibrary = "mine"\nsettle = "100ms"\n'
            f'[page]\nlisten = "{listen}"\n{more}'
        )
        self._where = ("--config", str(self._config), "--state", str(root / "state"))
        self._environ = {"XDG_RUNTIME_DIR": environ["HOME"], **environ}
        self.log = root / "log"
        self._process = self._begin()

    def _begin(self) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen([*_SYNCD, "run", *self._where], stderr=log, env=self._environ)

    @property
    def pid(self) -> int:
        """The number of its process."""
        return self._process.pid

    def begin_again(self) -> None:
        """Start it once more after `stop`."""
        self._process = self._begin()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._process.kill()
        self._process.wait(10)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command on the same state."""
        command = [*_SYNCD, *arguments, *self._where]
        return subprocess.run(
            command, capture_output=True, text=True, env=self._environ, timeout=60, check=False
        )

    def link(self) -> str:
        """Return a fresh link, as soon as the daemon gives one."""
        until = time.monotonic() + 60
        while True:
            printed = self.command("page")
            if printed.returncode == 0:
                return printed.stdout.strip()
            assert time.monotonic() < until, printed.stderr + self.log.read_text()
            time.sleep(0.2)

    def stop(self) -> int:
        """End it with SIGTERM; return its exit code."""
        self._process.send_signal(signal.SIGTERM)
        return self._process.wait(20)


_SYNCD = (sys.executable, "-m", "syncd.cli")


class Visitor:
    """Someone who opens a page with nothing but HTTP."""

    def __init__(self, link: str) -> None:
        split = urlsplit(link)
        self.host = split.netloc
        self.token = split.query
        self.cookie = ""

    def enter(self) -> Answered:
        """Trade the link for a cookie."""
        answered = self.get(f"/?{self.token}")
        self.cookie = answered.headers.get("set-cookie", "").partition(";")[0]
        return answered

    def get(self, path: str, **headers: str) -> Answered:
        """Ask for a page."""
        return self.ask("GET", path, None, headers)

    def post(
        self, path: str, form: Mapping[str, str] | Sequence[tuple[str, str]], **headers: str
    ) -> Answered:
        """Send a form."""
        return self.ask("POST", path, urlencode(form), headers)

    def ask(self, method: str, path: str, body: str | None, headers: Mapping[str, str]) -> Answered:
        """Send a request; a header's name is given with underscores."""
        sent = {"Host": self.host, **({"Cookie": self.cookie} if self.cookie else {})}
        if body is not None:
            sent["Content-Type"] = "application/x-www-form-urlencoded"
        sent |= {name.replace("_", "-"): value for name, value in headers.items()}
        connection = http.client.HTTPConnection(self.host, timeout=20)
        try:
            connection.putrequest(method, path, skip_host=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body.encode() if body is not None else None)
            response = connection.getresponse()
            named = {name.lower(): value for name, value in response.getheaders()}
            return Answered(response.status, named, response.read().decode())
        finally:
            connection.close()

    def form_token(self) -> str:
        """Return the token that this session's forms carry."""
        found = _FORM_TOKEN.search(self.get("/").text)
        assert found
        return found[1]

    def question(self, number: int) -> str:
        """Return by what a question is named while it stands as it is shown."""
        found = _MARK.search(self.get(f"/question?id={number}").text)
        assert found
        return found[1]

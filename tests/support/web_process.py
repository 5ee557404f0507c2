"""syncd as a process that serves an account on the test server."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.runs import let_time_pass

_ROOT = Path(__file__).resolve().parents[2]


class SyncdProcess:
    """One syncd with a configuration, a drop folder and a state of its own."""

    def __init__(self, base: Path, server: ZoteroServer, account: Account) -> None:
        self._base = base
        self.drop = base / "drop"
        self.drop.mkdir(parents=True)
        key = base / "key"
        key.write_text(account.key)
        key.chmod(0o600)
        kind, _, number = account.library.partition("/")
        (base / "syncd.toml").write_text(
            f"""
            [[library]]
            name = "mine"
            adapter = "zotero-web"
            library_type = "{kind.removesuffix("s")}"
            library_id = {number}
            api_url = "{server.url}"
            key_file = "{key}"

            [[folder]]
            path = "{self.drop}"
            library = "mine"
            collection = "In/Web"
            settle = "0s"
            """
        )

    @property
    def place(self) -> list[str]:
        """Return the options that name its configuration and state."""
        return ["--config", str(self._base / "syncd.toml"), "--state", str(self._base / "state")]

    def once(self, *exports: Path) -> subprocess.Popen[str]:
        """Begin `syncd once`, over the drop folder or with these exports."""
        return self._begin("once", "--json", *map(str, exports))

    def run(self) -> subprocess.Popen[str]:
        """Begin `syncd run`."""
        return self._begin("run")

    def reconcile(self, *options: str) -> subprocess.Popen[str]:
        """Begin `syncd reconcile`."""
        return self._begin("reconcile", "--json", *options)

    def let_time_pass(self) -> None:
        """Make what was sent so long ago that the server cannot carry it out any more."""
        let_time_pass(self._base / "state")

    def _begin(self, command: str, *arguments: str) -> subprocess.Popen[str]:
        call = [sys.executable, "-m", "syncd.cli", command, *arguments]
        call += self.place
        return subprocess.Popen(
            call, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

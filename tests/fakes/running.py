"""The daemon of `daemon_main` in a process of its own, with a test in the place of systemd."""

from __future__ import annotations

import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

from tests.fakes.works import wait_until

_REPOSITORY = Path(__file__).resolve().parents[2]


class Running:
    """A daemon in a process of its own."""

    def __init__(self, tmp_path: Path, *folders: Path, **config: float) -> None:
        self.state = tmp_path / "state"
        self.config = tmp_path / "config.json"
        self.log = tmp_path / "log"
        self.write_config(*folders, **config)
        self.notify = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        address = str(tmp_path / "notify")
        Path(address).unlink(missing_ok=True)
        self.notify.bind(address)
        self.environ = os.environ | {"NOTIFY_SOCKET": address, "PYTHONPATH": str(_REPOSITORY)}
        self.start()

    def write_config(self, *folders: Path, **config: float) -> None:
        self.config.write_text(json.dumps({"folders": [str(each) for each in folders], **config}))

    def start(self, **environ: str) -> None:
        main = [sys.executable, "-m", "tests.fakes.daemon_main"]
        command = [*main, str(self.state), str(self.config)]
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environ | environ, stdout=log, stderr=log
            )

    def hears(self, word: str, within: float = 10) -> bool:
        """Wait until systemd would have been told this."""
        until = time.monotonic() + within
        self.notify.settimeout(within)
        while time.monotonic() < until:
            try:
                message = self.notify.recv(4096).decode()
            except TimeoutError:
                return False
            if word in message:
                return True
        return False

    def send(self, number: signal.Signals) -> None:
        self.process.send_signal(number)

    def ends(self, within: float = 10) -> int:
        return self.process.wait(within)

    def has(self, content: bytes) -> bool:
        path = self.state / "kept" / hashlib.sha256(content).hexdigest()
        return wait_until(path.exists)

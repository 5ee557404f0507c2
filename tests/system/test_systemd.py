"""The units under a real systemd: start, kill, hang, reload, stop, and what is not tried again."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.system.machine import REPOSITORY, SYNCD, Machine, MachineError, why_impossible

UNITS = REPOSITORY / "systemd"
CONFIG = """
[[library]]
name = "mine"
adapter = "file"
path = "{library}"

[[folder]]
path = "{folder}"
library = "mine"
settle = "100ms"
"""
# In a hurry, for the tests: what is left is as shipped.
QUICK = """
[Service]
RestartSec=100ms
WatchdogSec=2s
"""
RECORD = "TY  - JOUR\nTI  - {0}\nAU  - Author, An\nPY  - 2020\nDO  - 10.5555/{0}\nER  - \n"


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    reason = why_impossible()
    if reason:
        pytest.skip(reason)
    try:
        with Machine(tmp_path_factory.mktemp("machine")) as booted:
            yield booted
    except MachineError as error:
        pytest.skip(f"no systemd can be booted here: {error}")


class Service:
    """One of our units, installed in the machine."""

    def __init__(self, machine: Machine, unit: str, items: str, folder: str) -> None:
        self.machine = machine
        self.unit = unit
        self.items = items
        self.folder = folder

    def drop(self, name: str) -> None:
        self.machine.write(f"{self.folder}/{name}.ris", RECORD.format(name))

    def has(self, count: int) -> bool:
        return self.machine.wait_for(lambda: self.count() >= count)

    def count(self) -> int:
        return len(self.machine.run("ls", self.items, check=False).split())

    def pid(self) -> str:
        return self.machine.show(self.unit, "MainPID")

    def comes_back(self, after: str, within: float = 20) -> bool:
        """Wait until it runs again, under another process id."""

        def is_back() -> bool:
            state = self.machine.show(self.unit, "ActiveState")
            return state == "active" and self.pid() not in ("0", after)

        return self.machine.wait_for(is_back, within)


@pytest.fixture
def service(machine: Machine) -> Iterator[Service]:
    """Give the machine's own service, started."""
    machine.run("mkdir", "-p", "/srv/exports")
    library = "/var/lib/syncd/library"
    machine.write("/etc/syncd/syncd.toml", CONFIG.format(library=library, folder="/srv/exports"))
    machine.write("/etc/systemd/system/syncd.service", (UNITS / "syncd-system.service").read_text())
    machine.write("/etc/systemd/system/syncd.service.d/quick.conf", QUICK)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "syncd")
    yield Service(machine, "syncd", f"{library}/items", "/srv/exports")
    machine.run("systemctl", "stop", "syncd", check=False)
    machine.run("systemctl", "reset-failed", "syncd", check=False)
    machine.run("sh", "-c", "rm -rf /srv/exports /var/lib/private/syncd")


def test_started_means_watching_and_what_is_dropped_arrives(service: Service) -> None:
    assert service.machine.show("syncd", "StatusText") == "watching 1 folder"

    service.drop("one")

    assert service.has(1), service.machine.journal("syncd")
    assert service.machine.show("syncd", "NRestarts") == "0"


def test_after_kill_9_it_is_back_and_takes_up_what_was_left(service: Service) -> None:
    before = service.pid()
    service.drop("one")
    service.machine.run("kill", "-9", before)

    assert service.comes_back(after=before)
    service.drop("two")

    assert service.has(2)


def test_a_frozen_daemon_is_started_anew_by_the_watchdog(service: Service) -> None:
    before = service.pid()

    service.machine.run("kill", "-STOP", before)

    assert service.comes_back(after=before)
    assert "Watchdog timeout" in service.machine.run("journalctl", "-u", "syncd", "--no-pager")
    service.drop("one")
    assert service.has(1)


def test_reload_applies_a_new_configuration_and_refuses_a_bad_one(service: Service) -> None:
    machine, before = service.machine, service.pid()
    good = machine.run("cat", "/etc/syncd/syncd.toml")
    machine.run("mkdir", "-p", "/srv/exports/more")
    more = '\n[[folder]]\npath = "/srv/exports/more"\nlibrary = "mine"\nsettle = "100ms"\n'

    machine.write("/etc/syncd/syncd.toml", good + more)
    machine.run("systemctl", "reload", "syncd")
    assert machine.wait_for(lambda: machine.show("syncd", "StatusText") == "watching 2 folders")
    machine.write("/etc/syncd/syncd.toml", "nonsense = 1")
    machine.run("systemctl", "reload", "syncd")
    assert machine.wait_for(lambda: "was not applied" in machine.show("syncd", "StatusText"))

    service.drop("more/one")
    assert service.has(1)
    assert service.pid() == before


def test_stop_is_quick_and_no_failure(service: Service) -> None:
    service.machine.run("systemctl", "stop", "syncd")

    assert service.machine.show("syncd", "Result") == "success"
    assert service.machine.show("syncd", "ExecMainStatus") == "0"


def test_a_configuration_that_cannot_be_used_is_not_tried_again(service: Service) -> None:
    machine = service.machine
    machine.run("systemctl", "stop", "syncd")
    machine.write("/etc/syncd/syncd.toml", "nonsense = 1")

    machine.run("systemctl", "start", "syncd", check=False)

    assert machine.wait_for(lambda: machine.show("syncd", "ActiveState") == "failed")
    assert machine.show("syncd", "ExecMainStatus") == "78"
    assert machine.show("syncd", "NRestarts") == "0"
    assert "nonsense" in machine.journal("syncd")


def test_a_missing_credential_is_not_tried_again(service: Service) -> None:
    machine = service.machine
    machine.run("systemctl", "stop", "syncd")
    lost = "[Service]\nLoadCredential=syncd.mine:/etc/syncd/nowhere\n"
    machine.write("/run/systemd/system/syncd.service.d/lost.conf", lost)
    machine.run("systemctl", "daemon-reload")

    machine.run("systemctl", "start", "syncd", check=False)
    status = machine.show("syncd", "ExecMainStatus")
    restarts = machine.show("syncd", "NRestarts")
    machine.run("rm", "-r", "/run/systemd/system/syncd.service.d")
    machine.run("systemctl", "daemon-reload")

    assert (status, restarts) == ("243", "0")


def test_a_thread_that_hangs_starves_the_watchdog(machine: Machine) -> None:
    text = (UNITS / "syncd-system.service").read_text()
    fake = f"ExecStart={SYNCD.with_name('fake-syncd')} /var/lib/syncd-hang /etc/syncd/hang.json"
    text = re.sub(r"^ExecStart=.*", fake, text, flags=re.MULTILINE)
    text = text.replace("StateDirectory=syncd\n", "StateDirectory=syncd-hang\n")
    machine.run("mkdir", "-p", "/srv/hang")
    machine.write("/etc/syncd/hang.json", '{"folders": ["/srv/hang"], "hanging": 1}')
    machine.write("/etc/systemd/system/syncd-hang.service", text)
    machine.write("/etc/systemd/system/syncd-hang.service.d/quick.conf", QUICK)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "syncd-hang")
    before = machine.show("syncd-hang", "MainPID")

    machine.write("/srv/hang/a.ris", "hang\nER  - \n")

    restarted = machine.wait_for(lambda: machine.show("syncd-hang", "NRestarts") != "0")
    machine.run("rm", "/srv/hang/a.ris")
    assert restarted
    assert "library mine has not moved for" in machine.journal("syncd-hang")
    hang = Service(machine, "syncd-hang", "", "")
    assert hang.comes_back(after=before)
    machine.run("systemctl", "stop", "syncd-hang")


def test_a_person_can_run_it_under_their_own_systemd(machine: Machine) -> None:
    home = "/home/alice"
    machine.run("useradd", "--create-home", "alice")
    config = CONFIG.format(library=f"{home}/library", folder=f"{home}/drop")
    machine.write(f"{home}/.config/syncd/syncd.toml", config)
    unit = (UNITS / "syncd.service").read_text()
    machine.write(f"{home}/.config/systemd/user/syncd.service", unit)
    machine.run("mkdir", "-p", f"{home}/.local/bin", f"{home}/drop")
    machine.run("ln", "-s", str(SYNCD), f"{home}/.local/bin/syncd")
    machine.run("chown", "-R", "alice:", home)
    machine.run("loginctl", "enable-linger", "alice")
    number = machine.run("id", "-u", "alice")
    assert machine.wait_for(
        lambda: machine.show(f"user@{number}.service", "ActiveState") == "active"
    )

    machine.run_as("alice", "systemctl", "--user", "start", "syncd")
    machine.write(f"{home}/drop/one.ris", RECORD.format("one"))

    assert machine.wait_for(lambda: bool(machine.run("ls", f"{home}/library/items", check=False)))
    machine.run_as("alice", "systemctl", "--user", "stop", "syncd")
    result = machine.run_as("alice", "systemctl", "--user", "show", "-P", "Result", "syncd")
    assert result == "success"


def test_every_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    paths = []
    for unit in sorted(UNITS.iterdir()):
        path = tmp_path / unit.name.replace("syncd@", "syncd@somebody")
        text = re.sub(
            r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE
        )
        path.write_text(text)
        paths.append(str(path))

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *paths],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in verified.stderr.splitlines() if "syncd" in line] == []

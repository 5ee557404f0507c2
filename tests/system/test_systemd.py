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


def test_in_a_shared_folder_people_keep_their_access_to_what_was_moved(machine: Machine) -> None:
    drop, config = "/srv/shared", CONFIG + 'after = "move"\n'
    machine.run("groupadd", "exports")
    machine.run("useradd", "--groups", "exports", "bob")
    machine.run("install", "-d", "-m", "2770", "-g", "exports", drop)
    library = "/var/lib/syncd-shared/library"
    machine.write("/etc/syncd/shared.toml", config.format(library=library, folder=drop))
    text = (UNITS / "syncd-system.service").read_text()
    text = text.replace("syncd.toml", "shared.toml").replace(
        "Directory=syncd", "Directory=syncd-shared"
    )
    machine.write("/etc/systemd/system/syncd-shared.service", text)
    mine = f"[Service]\nSupplementaryGroups=exports\nReadWritePaths={drop}\n"
    machine.write("/etc/systemd/system/syncd-shared.service.d/mine.conf", mine)
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "syncd-shared")

    for name, content in (("good", RECORD.format("good")), ("bad", "nothing\nER  - \n")):
        put = f"umask 027; cat >{drop}/.{name} && mv {drop}/.{name} {drop}/{name}.ris"
        machine.run("runuser", "-u", "bob", "--", "sh", "-c", put, text=content)
    shown = ("done", "done/good.ris", "failed", "failed/bad.ris", "failed/bad.ris.txt")
    paths = [f"{drop}/{name}" for name in shown]
    every = f"ls -d {' '.join(paths)} >/dev/null 2>&1 && echo all"
    arrived = machine.wait_for(lambda: machine.run("sh", "-c", every, check=False) == "all")

    assert arrived, machine.journal("syncd-shared")
    modes = machine.run("stat", "-c", "%A %U %G", *paths).splitlines()
    service = modes[0].split()[1]
    assert modes == [
        f"drwxrws--- {service} exports",
        "-rw-r----- bob exports",
        f"drwxrws--- {service} exports",
        "-rw-r----- bob exports",
        f"-rw-rw---- {service} exports",
    ]
    read = machine.run("runuser", "-u", "bob", "--", "cat", f"{drop}/failed/bad.ris.txt")
    assert read != ""
    machine.run("systemctl", "stop", "syncd-shared")


def test_an_account_can_be_served_without_its_being_logged_in(machine: Machine) -> None:
    home = "/home/carol"
    machine.run("useradd", "--create-home", "carol")
    machine.run("install", "-d", "-o", "carol", f"{home}/drop", f"{home}/library")
    config = CONFIG.format(library=f"{home}/library", folder=f"{home}/drop") + 'after = "move"\n'
    machine.write(f"{home}/.config/syncd/syncd.toml", config)
    machine.write("/etc/systemd/system/syncd@.service", (UNITS / "syncd@.service").read_text())
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", "syncd@carol")

    machine.write(f"{home}/drop/.one", RECORD.format("one"))
    machine.run("chown", "carol:", f"{home}/drop/.one")
    machine.run("mv", f"{home}/drop/.one", f"{home}/drop/one.ris")

    carol = Service(machine, "syncd@carol", f"{home}/library/items", f"{home}/drop")
    assert carol.has(1), machine.journal("syncd@carol")
    done = f"{home}/drop/done"
    assert machine.wait_for(lambda: machine.run("ls", done, check=False) == "one.ris")
    seen = machine.run("nsenter", "-t", carol.pid(), "-m", "ls", "/home")
    assert seen == "carol"
    machine.run("systemctl", "stop", "syncd@carol")


@pytest.mark.parametrize("unit", ["syncd@.service", "syncd-system.service"])
def test_commands_find_a_service_whose_state_is_elsewhere(machine: Machine, unit: str) -> None:
    of_account = "@" in unit
    owner, instance = ("hans", "hans") if of_account else ("syncd-system", "system")
    name = "syncd@hans" if of_account else "syncd"
    library = "/home/hans/library" if of_account else "/var/lib/syncd/library"
    machine.run("groupadd", "--force", "--system", "syncd")
    for user, *more in (("hans",), ("ida", "--groups", "syncd"), ("jan",)):
        machine.run("useradd", "--create-home", *more, user, check=False)
    machine.run("install", "-d", "-o", "hans", "/home/hans/library", "/home/hans/drop")
    machine.run("mkdir", "-p", "/srv/found")
    drop = "/home/hans/drop" if of_account else "/srv/found"
    config = CONFIG.format(library=library, folder=drop)
    for place in (
        "/etc/syncd",
        *(f"/home/{each}/.config/syncd" for each in ("hans", "ida", "jan")),
    ):
        machine.write(f"{place}/syncd.toml", config)
    machine.write(
        f"/etc/systemd/system/{name.replace('hans', '')}.service", (UNITS / unit).read_text()
    )
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", name)

    def ask(user: str) -> tuple[str, str]:
        """Return how a command of this user ended, and what it told them."""
        command = f"{SYNCD} reconcile 2>&1; echo $?; ls ~/.local/state/syncd 2>&1; true"
        told = machine.run("runuser", "-l", user, "-c", command).splitlines()
        assert "No such file" in told[-1], "a ledger was begun beside that of the service"
        return told[-2], "\n".join(told[:-2])

    try:
        # It keeps its group when the configuration is read again.
        machine.run("systemctl", "reload", name)
        modes = machine.run(
            "stat",
            "-c",
            "%a %G %n",
            *(f"/run/syncd/{instance}/{each}" for each in (".", "control.sock", "libraries.json")),
        ).splitlines()
        assert modes[1] == f"660 syncd /run/syncd/{instance}/control.sock"
        assert modes[2].startswith("644 ")
        for user in ("root", "ida"):
            code, told = ask(user)
            assert (code, f"the service {instance} (run by {owner}) answers" in told) == (
                "0",
                True,
            ), told
        code, told = ask("jan")
        assert (code, "which you have no right to ask" in told) == ("75", True), told
        assert f"(run by {owner})" in told
    finally:
        machine.run("systemctl", "stop", name)
    assert machine.run("ls", f"/run/syncd/{instance}", check=False) == ""


@pytest.mark.parametrize("unit", ["syncd@.service", "syncd-system.service"])
def test_while_a_service_is_started_anew_commands_wait_for_it(machine: Machine, unit: str) -> None:
    instance, name = ("otto", "syncd@otto") if "@" in unit else ("system", "syncd")
    library = "/home/otto/library" if "@" in unit else "/var/lib/syncd/library"
    for user in ("otto", "paul"):
        machine.run("useradd", "--create-home", user, check=False)
    machine.run("mkdir", "-p", "/srv/anew")
    machine.run("install", "-d", "-o", "otto", "/home/otto/library", "/home/otto/drop")
    config = CONFIG.format(
        library=library, folder="/home/otto/drop" if "@" in unit else "/srv/anew"
    )
    for place in ("/etc/syncd", *(f"/home/{user}/.config/syncd" for user in ("otto", "paul"))):
        machine.write(f"{place}/syncd.toml", config)
    template = f"/etc/systemd/system/{name.replace('otto', '')}.service"
    machine.write(template, (UNITS / unit).read_text())
    machine.write(f"{template}.d/slow.conf", "[Service]\nRestartSec=1h\n")
    machine.run("systemctl", "daemon-reload")
    machine.run("systemctl", "start", name)

    def ask() -> str:
        """Return what another account's command says, and its code."""
        return machine.run("runuser", "-l", "paul", "-c", f"{SYNCD} reconcile 2>&1; echo $?")

    try:
        machine.run("systemctl", "restart", name)
        machine.run("kill", "-9", machine.show(name, "MainPID"))
        assert machine.wait_for(lambda: machine.show(name, "SubState") == "auto-restart")

        told = ask().splitlines()
        assert told[-1] == "75", told
        assert f"mine is served by the service {instance}" in told[0]
    finally:
        machine.run("systemctl", "restart", name)
        machine.run("systemctl", "stop", name)
        machine.run("rm", "-r", f"{template}.d")
    assert machine.run("sh", "-c", f"ls -d /run/syncd/{instance}*", check=False) == ""


@pytest.mark.parametrize("hardened", [False, True])
def test_a_person_can_run_it_under_their_own_systemd(machine: Machine, hardened: bool) -> None:
    user = "dora" if hardened else "alice"
    home = f"/home/{user}"
    machine.run("useradd", "--create-home", user)
    config = CONFIG.format(library=f"{home}/library", folder=f"{home}/drop")
    machine.write(f"{home}/.config/syncd/syncd.toml", config)
    units = f"{home}/.config/systemd/user"
    machine.write(f"{units}/syncd.service", (UNITS / "syncd.service").read_text())
    if hardened:
        dropin = UNITS / "syncd.service.d" / "hardened.conf"
        mine = "[Service]\nReadWritePaths=%h/library\n"
        machine.write(f"{units}/syncd.service.d/hardened.conf", dropin.read_text())
        machine.write(f"{units}/syncd.service.d/mine.conf", mine)
    machine.run("mkdir", "-p", f"{home}/.local/bin", f"{home}/drop", f"{home}/library")
    machine.run("mkdir", "-p", f"{home}/.local/state/syncd")
    machine.run("ln", "-s", str(SYNCD), f"{home}/.local/bin/syncd")
    machine.run("chown", "-R", f"{user}:", home)
    machine.run("loginctl", "enable-linger", user)
    number = machine.run("id", "-u", user)
    assert machine.wait_for(
        lambda: machine.show(f"user@{number}.service", "ActiveState") == "active"
    )

    machine.run_as(user, "systemctl", "--user", "start", "syncd")
    machine.write(f"{home}/drop/one.ris", RECORD.format("one"))

    assert machine.wait_for(lambda: bool(machine.run("ls", f"{home}/library/items", check=False)))
    pid = machine.run_as(user, "systemctl", "--user", "show", "-P", "MainPID", "syncd")
    touch = f"nsenter -t {pid} -m touch {home}/drop/mark; test -e {home}/drop/mark; echo $?"
    assert machine.run("sh", "-c", touch) == ("1" if hardened else "0")
    status = machine.run("runuser", "-u", user, "--", str(SYNCD), "status", check=False)
    assert "syncd is running" in status
    elsewhere = ("env", f"SYNCD_STATE={home}/elsewhere", str(SYNCD), "status")
    assert "syncd is running" in machine.run("runuser", "-u", user, "--", *elsewhere, check=False)
    machine.run_as(user, "systemctl", "--user", "stop", "syncd")
    result = machine.run_as(user, "systemctl", "--user", "show", "-P", "Result", "syncd")
    assert result == "success"


@pytest.mark.parametrize(
    ("unit", "most"), [("syncd-system.service", 12), ("syncd@.service", 12), ("syncd.service", 20)]
)
def test_a_unit_is_exposed_as_little_as_its_work_allows(
    tmp_path: Path, unit: str, most: int
) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")
    copied = _copy_units(tmp_path)[unit]

    judged = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", f"--threshold={most}", str(copied)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert judged.returncode == 0, judged.stdout + judged.stderr


def test_every_unit_is_one_that_systemd_understands(tmp_path: Path) -> None:
    if shutil.which("systemd-analyze") is None:
        pytest.skip("needs systemd-analyze")

    verified = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, _copy_units(tmp_path).values())],
        capture_output=True,
        text=True,
        check=False,
    )

    assert [line for line in verified.stderr.splitlines() if "syncd" in line] == []


def _copy_units(target: Path) -> dict[str, Path]:
    """Copy the units with their drop-ins, to start a program that is there; name → place."""
    copied = {}
    for unit in sorted(path for path in UNITS.iterdir() if path.is_file()):
        text = re.sub(
            r"^ExecStart=\S+", "ExecStart=/bin/true", unit.read_text(), flags=re.MULTILINE
        )
        copied[unit.name] = target / unit.name.replace("syncd@", "syncd@somebody")
        copied[unit.name].write_text(text)
    for folder in UNITS.glob("*.d"):
        shutil.copytree(folder, target / folder.name)
    return copied

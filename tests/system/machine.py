"""A machine with a real systemd, for the tests that need one: this very one, seen through glass.

The root filesystem is an overlay of the running system's, so nothing has to be built and nothing
that happens inside is seen outside; `systemd-nspawn` boots it in two or three seconds. Needs root
and the packages systemd and systemd-container.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

REPOSITORY = Path(__file__).resolve().parents[2]
SYNCD = Path("/opt/syncd/bin/syncd")
"""Where the units expect the program; the machine has it there."""

_INIT = Path("/lib/systemd/systemd")
_ENVIRON = {
    "PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
    "LANG": "C.UTF-8",
    "SYSTEMD_PAGER": "",
    "SYSTEMD_COLORS": "0",
}
_WRAPPER = """\
#!/bin/sh
PYTHONPATH=/opt/syncd/source:/opt/syncd/site PYTHONDONTWRITEBYTECODE=1
export PYTHONPATH PYTHONDONTWRITEBYTECODE
exec /opt/syncd/python/bin/{python} -m {module} "$@"
"""


def why_impossible() -> str | None:
    """Say why no such machine can be had here; None where it can."""
    if os.geteuid() != 0:
        return "booting a systemd needs root"
    for program in ("systemd-nspawn", "nsenter", "mount"):
        if shutil.which(program) is None:
            return f"booting a systemd needs {program}"
    if not _INIT.exists():
        return "there is no systemd to boot"
    return None


class MachineError(Exception):
    """The machine cannot be booted here."""


class Machine:
    """One booted machine. Use it as a context manager; entering raises `MachineError`."""

    def __init__(self, base: Path) -> None:
        self._base = base
        self._root = base / "root"
        self._name = f"syncd-test-{os.getpid()}"
        self._nspawn: subprocess.Popen[bytes] | None = None
        self._leader = 0

    def __enter__(self) -> Self:
        try:
            self._mount()
            self._install()
            self._boot()
        except (subprocess.CalledProcessError, OSError) as error:
            output = getattr(error, "stderr", "") or ""
            self.__exit__()
            raise MachineError(f"{error} {output}".strip()) from error
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        if self._nspawn is not None:
            self._nspawn.terminate()
            try:
                self._nspawn.wait(15)
            except subprocess.TimeoutExpired:
                self._nspawn.kill()
                self._nspawn.wait()
        for place in (self._root, self._base):
            subprocess.run(["umount", "-R", str(place)], check=False, capture_output=True)
        for group in _control_groups():
            for folder in sorted((group / self._name).rglob("*/"), reverse=True):
                with suppress(OSError):
                    folder.rmdir()
            with suppress(OSError):
                (group / self._name).rmdir()

    # --- inside

    def run(self, *command: str, check: bool = True, text: str | None = None) -> str:
        """Run a command as root in the machine; return what it prints."""
        enter = ["nsenter", "-t", str(self._leader), "-a", "--", "env", "-i"]
        enter += [f"{name}={value}" for name, value in _ENVIRON.items()]
        ran = subprocess.run(
            [*enter, *command], input=text, capture_output=True, text=True, timeout=60, check=False
        )
        if check and ran.returncode:
            raise AssertionError(f"{command}: {ran.returncode}\n{ran.stdout}{ran.stderr}")
        return ran.stdout.strip()

    def run_as(self, user: str, *command: str) -> str:
        """Run a command as a user who has a systemd of their own."""
        number = self.run("id", "-u", user)
        runtime = f"/run/user/{number}"
        bus = f"unix:path={runtime}/bus"
        environ = [f"XDG_RUNTIME_DIR={runtime}", f"DBUS_SESSION_BUS_ADDRESS={bus}"]
        return self.run("runuser", "-u", user, "--", "env", *environ, *command)

    def write(self, path: str, content: str, mode: str = "644") -> None:
        """Write a file in the machine."""
        self.run("install", "-D", "-m", mode, "/dev/stdin", path, text=content)

    def show(self, unit: str, name: str) -> str:
        """Return a property of a unit."""
        return self.run("systemctl", "show", "-P", name, unit)

    def journal(self, unit: str) -> str:
        """Return what a unit has logged."""
        return self.run("journalctl", "-u", unit, "-o", "cat", "--no-pager", check=False)

    def wait_for(self, condition: Callable[[], bool], within: float = 20) -> bool:
        """Ask again and again until it is so."""
        until = time.monotonic() + within
        while time.monotonic() < until:
            if condition():
                return True
            time.sleep(0.05)
        return False

    # --- putting it together

    def _mount(self) -> None:
        self._base.mkdir(parents=True, exist_ok=True)
        # The upper layer must not itself be an overlay, as a container's root often is.
        _do("mount", "-t", "tmpfs", "-o", "mode=755", "tmpfs", str(self._base))
        for name in ("upper", "work", "root"):
            (self._base / name).mkdir()
        layers = f"lowerdir=/,upperdir={self._base}/upper,workdir={self._base}/work"
        _do("mount", "-t", "overlay", "overlay", "-o", layers, str(self._root))

    def _install(self) -> None:
        python = f"python{sys.version_info.major}.{sys.version_info.minor}"
        for name, module in (("syncd", "syncd.cli"), ("fake-syncd", "tests.fakes.daemon_main")):
            program = self._inside(SYNCD.with_name(name))
            program.parent.mkdir(parents=True, exist_ok=True)
            program.write_text(_WRAPPER.format(python=python, module=module))
            program.chmod(0o755)

    def _inside(self, path: Path) -> Path:
        return self._root / path.relative_to("/")

    def _boot(self) -> None:
        command = ["systemd-nspawn", "--quiet", "--boot", f"--directory={self._root}"]
        command += [f"--machine={self._name}", "--register=no", "--keep-unit", "--link-journal=no"]
        command += ["--console=pipe", "--private-network"]
        command += [f"--bind-ro={source}:{target}" for source, target in _bound()]
        # No more than the basis: whatever else this system runs is not wanted here.
        command.append("systemd.unit=basic.target")
        with (self._base / "console").open("wb") as console:
            self._nspawn = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=console,
                stderr=console,
                env=os.environ | {"SYSTEMD_NSPAWN_UNIFIED_HIERARCHY": "1"},
                preexec_fn=self._enter_own_group,
            )
        if not self.wait_for(self._is_up, within=30):
            raise MachineError((self._base / "console").read_text(errors="replace")[-2000:])

    def _enter_own_group(self) -> None:
        """Give the machine a control group: without one it would share, and empty, ours."""
        for group in _control_groups():
            own = group / self._name
            with suppress(OSError):
                own.mkdir(exist_ok=True)
                (own / "cgroup.procs").write_text(str(os.getpid()))

    def _is_up(self) -> bool:
        nspawn = self._nspawn
        if nspawn is None or nspawn.poll() is not None:
            return False
        children = Path(f"/proc/{nspawn.pid}/task/{nspawn.pid}/children").read_text().split()
        if not children:
            return False
        self._leader = int(children[0])
        state = self.run("systemctl", "is-system-running", check=False)
        return state in ("running", "degraded")


def _bound() -> Sequence[tuple[str, str]]:
    """What runs syncd: under one roof, where every user may go."""
    return (
        (sys.base_prefix, "/opt/syncd/python"),
        (sysconfig.get_paths()["purelib"], "/opt/syncd/site"),
        (str(REPOSITORY), "/opt/syncd/source"),
    )


def _control_groups() -> list[Path]:
    top = Path("/sys/fs/cgroup")
    if (top / "cgroup.controllers").exists():
        return [top]
    return [each for each in (top / "systemd", top / "unified") if each.is_dir()]


def _do(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, text=True)

"""Set the project up, show it at work, check all of it: `python3 dev.py demo | check | mutate`.

Needs nothing but Python 3.11 with pip and venv. Everything is installed into `.venv`, once.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
# Each file of tests on one core: many of them wait for what other processes do.
SIDE_BY_SIDE = ("-n", "logical", "--maxprocesses", "4", "--dist", "loadfile")
# The same examples each time: what chance would find is looked for by the long runs.
REPEATABLE = ("--hypothesis-profile", "ci")
CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("tests and documentation", ("pytest", *SIDE_BY_SIDE, *REPEATABLE)),
)


def main() -> int:
    """Do what was asked; return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - what is met first on an older machine
        print("syncd needs Python 3.11 or newer; run this with python3.11, say", file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser("demo", help="watch a folder, drop an export, look at the library")
    commands.add_parser("check", help="run every check and every test")
    commands.add_parser(
        "mutate",
        help="change the code in small ways, list what no test notices (see mutate --help)",
        add_help=False,
    )
    arguments, rest = parser.parse_known_args()
    if arguments.command == "mutate":
        set_up(groups=("dev", "mutation"))
        return mutate(rest)
    if rest:
        parser.error(f"unrecognized arguments: {' '.join(rest)}")
    set_up(groups=("dev",) if arguments.command == "check" else ())
    return check() if arguments.command == "check" else demo()


def set_up(groups: Sequence[str]) -> None:
    """Make `.venv` and install syncd into it, unless that was done for this pyproject.toml."""
    import tomllib

    pyproject = (ROOT / "pyproject.toml").read_bytes()
    # Read here, because pip knows `--group` only since 25.1 and Python 3.11 brings an older one.
    known = tomllib.loads(pyproject.decode())["dependency-groups"]
    requirements = [requirement for group in groups for requirement in known[group]]
    wanted = hashlib.sha256(pyproject).hexdigest()
    stamp = VENV / f"set-up-for-{'-'.join(groups) or 'use'}"
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    print("setting up .venv (once; this takes a minute) ...", flush=True)
    if not (BIN / "python").exists():
        _must((sys.executable, "-m", "venv", VENV), "Debian and Ubuntu need: python3-venv")
    pip = (BIN / "python", "-m", "pip", "install", "-qq", "--disable-pip-version-check")
    _must((*pip, "--editable", ROOT, *requirements), "is there a network?")
    stamp.write_text(wanted)


def _must(command: Sequence[str | Path], advice: str) -> None:
    if subprocess.call(command, cwd=ROOT) != 0:
        sys.exit(f"dev.py: could not set up .venv; {advice}")


def check() -> int:
    """Run every check, all of them even if one fails."""
    failed = []
    for name, (program, *arguments) in CHECKS:
        print(f"\n== {name}: {' '.join((program, *arguments))}", flush=True)
        started = time.monotonic()
        if subprocess.call([BIN / program, *arguments], cwd=ROOT) != 0:
            failed.append(name)
        print(f"== {name}: {time.monotonic() - started:.0f} s", flush=True)
    print("\nfailed: " + ", ".join(failed) if failed else "\nall checks passed")
    return 1 if failed else 0


def mutate(what: Sequence[str]) -> int:
    """Run the tests against mutants of a copy of the project; see tests/mutation."""
    copy, report = ROOT / "build" / "mutation", ROOT / "build" / "survivors.diff"
    shutil.rmtree(copy, ignore_errors=True)
    skipped = shutil.ignore_patterns(".*", "build", "dist", "__pycache__")
    shutil.copytree(ROOT, copy, ignore=skipped)
    command = (BIN.absolute() / "python", "-m", "tests.mutation", "--report", report)
    return subprocess.call([*command, *what], cwd=copy)


def demo() -> int:
    """Let the daemon watch a folder, drop an export three times, and look at the library."""
    with tempfile.TemporaryDirectory(prefix="syncd-demo-") as name:
        folder, library = Path(name, "drop"), Path(name, "library")
        folder.mkdir()
        options = ("--file-library", str(library))
        print(f"\n1. syncd run --file-library {library} --folder {folder}")
        daemon = subprocess.Popen([BIN / "syncd", "run", *options, "--folder", folder])
        try:
            story = _Story(folder, library, daemon)
            story.tell()
        finally:
            print("\n5. The daemon is told to stop (SIGTERM).")
            daemon.terminate()
            code = daemon.wait(timeout=15)
    story.expect(code == 0, f"the daemon left with exit code {code}")
    print("\nAll as promised." if not story.broken else f"\nBroken: {'; '.join(story.broken)}")
    return 1 if story.broken else 0


class _Story:
    """What the demonstration drops, waits for and checks."""

    def __init__(self, folder: Path, library: Path, daemon: subprocess.Popen[bytes]) -> None:
        self.folder = folder
        self.library = library
        self.daemon = daemon
        self.broken: list[str] = []

    def tell(self) -> None:
        example = (ROOT / "docs" / "example.ris").read_bytes()
        self.wait("the daemon runs", lambda: self.status()["running"])

        print("\n2. An export from Elsevier Pure arrives: pure.ris, one record.")
        started = time.monotonic()
        (self.folder / "pure.ris").write_bytes(example)
        self.wait("its item is in the library", lambda: bool(self.items()))
        print(
            f"   (after {time.monotonic() - started:.1f} s, 2 s of them to see that the file rests)"
        )
        self.show()

        print("\n3. The same record arrives twice more: renamed, with other line ends, and as")
        print("   Scopus itself exports it: other tags, other order, its number in the address.")
        (self.folder / "pure (1).ris").write_bytes(example.replace(b"\n", b"\r\n"))
        shutil.copy(ROOT / "docs" / "example-scopus.ris", self.folder / "scopus.ris")
        self.wait("both files were read", lambda: self.files_read() == 3)

        print("\n4. What is in the library now?")
        self.expect(len(self.items()) == 1, f"{len(self.items())} item for three files")
        dropped = sorted(path.name for path in self.folder.iterdir())
        self.expect(len(dropped) == 3, f"the folder is as it was: {', '.join(dropped)}")

    def wait(self, what: str, is_so: Callable[[], bool]) -> None:
        until = time.monotonic() + 30
        while not is_so():
            if self.daemon.poll() is not None or time.monotonic() > until:
                self.expect(False, what)
                raise SystemExit(f"dev.py: waited in vain: {what}")
            time.sleep(0.1)
        self.expect(True, what)

    def expect(self, is_so: bool, what: str) -> None:
        print(f"   {'ok ' if is_so else 'NOT'}  {what}", flush=True)
        if not is_so:
            self.broken.append(what)

    def status(self) -> dict[str, Any]:
        command = (BIN / "syncd", "status", "--json", "--file-library", self.library)
        answer = subprocess.run(command, capture_output=True, check=False).stdout
        return dict(json.loads(answer))

    def files_read(self) -> int:
        return sum(run["files"] for run in self.status()["runs"])

    def items(self) -> list[dict[str, Any]]:
        """Return the library's items, but for the notes that belong to them."""
        found = [json.loads(path.read_text()) for path in self.library.glob("items/*.json")]
        return [item for item in found if "parentItem" not in item.get("data", item)]

    def show(self) -> None:
        [item] = self.items()
        data = item.get("data", item)
        authors = ", ".join(creator["lastName"] for creator in data["creators"])
        print(f"   {item['key']}: {authors} ({data['date']})")
        print(f"     {data['title']}")
        print(f"     {data['publicationTitle']} {data['volume']}({data['issue']}), {data['pages']}")
        print(f"     {data['DOI']}; {data['extra']}")


if __name__ == "__main__":
    sys.exit(main())

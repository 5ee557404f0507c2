"""Set the project up, show it at work, and check all of it: `python3 dev.py demo | check`.

Needs nothing but Python 3.11 with pip and venv. Everything is installed into `.venv`, once.
"""

from __future__ import annotations

import argparse
import hashlib
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
BIN = VENV / ("Scripts" if sys.platform == "win32" else "bin")
CHECKS = (
    ("format", ("ruff", "format", "--check", ".")),
    ("lint", ("ruff", "check", ".")),
    ("types", ("mypy",)),
    ("tests and documentation", ("pytest",)),
)


def main() -> int:
    """Do what was asked; return the exit code."""
    if sys.version_info < (3, 11):  # noqa: UP036 - what is met first on an older machine
        print("syncd needs Python 3.11 or newer; run this with python3.11, say", file=sys.stderr)
        return 1
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("command", choices=("demo", "check"))
    command = parser.parse_args().command
    set_up(groups=("dev",) if command == "check" else ())
    if command == "check":
        return check()
    return subprocess.call([BIN / "python", ROOT / "docs" / "demo.py"])


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
    pip = (BIN / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
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


if __name__ == "__main__":
    sys.exit(main())

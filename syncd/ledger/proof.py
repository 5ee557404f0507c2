"""How long a ledger that was read through once counts as whole.

SQLite's check reads every page, which for a large library takes longer than all else that an
opening does. So what was proved is noted beside the ledger, and holds

* while the file is the very one that syncd closed: its inode, size and time of change;
* until the machine starts anew, since a power cut may lose what a disk said it had written;
* for a day, since disks also fail without a sign;
* until SQLite itself meets damage.

A process that is killed notes nothing, so the next opening reads the ledger through.
"""

from __future__ import annotations

import json
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import timedelta
from pathlib import Path

from syncd.system.private import write_private

_HOLDS = timedelta(days=1)

_BOOT = Path("/proc/sys/kernel/random/boot_id")


@dataclass(frozen=True, slots=True)
class Proof:
    """What was found whole, and when."""

    boot: str
    proved_at: float
    """Seconds on the clock that never jumps; tells something within one boot only."""
    inode: int
    size: int
    changed_at: int
    """Nanoseconds: when the file or its owner, mode or name last changed. Nobody can set it."""


def is_proved(ledger: Path, elapsed: timedelta) -> bool:
    """Say whether this file was found whole and is still as syncd left it."""
    proof = _read(ledger)
    if proof is None:
        return False
    age = elapsed.total_seconds() - proof.proved_at
    return 0 <= age < _HOLDS.total_seconds() and proof == _now(ledger, proof.proved_at)


def note(ledger: Path, elapsed: timedelta) -> None:
    """Note that this file was read through just now and is whole."""
    _write(ledger, _now(ledger, elapsed.total_seconds()))


def keep(ledger: Path) -> None:
    """Let what was proved hold for the file as syncd leaves it, if anything was proved of it."""
    proof = _read(ledger)
    now = _now(ledger, proof.proved_at) if proof else None
    # Another inode is another ledger that somebody has put there.
    if proof and now and (proof.boot, proof.inode) == (now.boot, now.inode):
        _write(ledger, replace(now, proved_at=proof.proved_at))


def forget(ledger: Path) -> None:
    """Have the next opening read the ledger through."""
    # Where it cannot be removed, a day or the next start of the machine ends it.
    with suppress(OSError):
        _note_of(ledger).unlink(missing_ok=True)


def _note_of(ledger: Path) -> Path:
    return ledger.with_name(f"{ledger.name}.proved")


def _now(ledger: Path, proved_at: float) -> Proof | None:
    """Return a proof of the file as it is; None where the machine does not tell enough."""
    try:
        boot = _BOOT.read_text("ascii").strip()
        file = ledger.stat()
    except OSError:
        return None
    return Proof(boot, proved_at, file.st_ino, file.st_size, file.st_ctime_ns)


def _read(ledger: Path) -> Proof | None:
    try:
        return Proof(**json.loads(_note_of(ledger).read_bytes()))
    except (OSError, ValueError, TypeError):
        return None


def _write(ledger: Path, proof: Proof | None) -> None:
    # Without the note the next opening takes longer, and that is all: a full disk is told of
    # by what has to be written.
    with suppress(OSError):
        if proof is not None:
            write_private(_note_of(ledger), json.dumps(asdict(proof)))

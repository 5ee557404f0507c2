"""A syncd reduced to its essentials, as a process of its own: push one export until it is there.

The library's key comes by standard input, as keys never stand among arguments.
"""

from __future__ import annotations

import os
import sys
import time
from datetime import timedelta
from pathlib import Path

from adapters.zotero_web.library import ZoteroWebLibrary
from adapters.zotero_web.options import Options
from syncd.errors import LibraryError, UnavailableError
from syncd.ledger.store import Ledger
from syncd.library import Surroundings
from syncd.sync.session import Helpers, LibraryRun
from syncd.system.clock import SystemClock
from tests.support.runs import delivery_of

_LONGEST_WAIT = timedelta(seconds=2)
_LATE_WRITES = timedelta(seconds=3)
"""The test server ends what it has begun within that."""


def main() -> None:
    url, user, state, export = sys.argv[1:]
    key = sys.stdin.readline().strip()
    options = Options.read({"library_type": "user", "library_id": int(user), "api_url": url})
    surroundings = Surroundings("mine", find_key=lambda: key)
    library = ZoteroWebLibrary(options, surroundings, late_writes=_LATE_WRITES)
    ledger = Ledger.open("", Path(state), SystemClock())
    # Different every time, as the real one: two that were refused together must part.
    helpers = Helpers(
        frozenset({"funding", "other"}),
        lambda wait: time.sleep(wait.total_seconds()),
        lambda: 0.5 + os.urandom(1)[0] / 256,
    )
    run = LibraryRun("mine", library, ledger, helpers)
    while not _worked(run, Path(export)):
        pass
    ledger.close()


def _worked(run: LibraryRun, export: Path) -> bool:
    try:
        run.open()
        summary = run.deliver([delivery_of(export)], "test")
        if summary.waiting is not None:
            raise summary.waiting
    except UnavailableError as error:
        wait = min(error.retry_after or timedelta(milliseconds=200), _LONGEST_WAIT)
        time.sleep(wait.total_seconds())
        return False
    except LibraryError as error:
        sys.exit(f"{type(error).__name__}: {error}")
    return True


if __name__ == "__main__":
    main()

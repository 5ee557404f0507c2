"""What a push to the Zotero on this machine takes, at the pace of a real one.

Run it by hand: `python -m tests.benchmarks.desktop [RECORDS]`. It starts the double, which takes
0.3 s for each item, one after the other, and compares `syncd once` with the bare sum of these.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.benchmarks.web import write_export
from tests.fakes.zotero_desktop.process import ZoteroDesktop

_ITEM_SECONDS = 0.3
_RECORDS = 500


def main() -> None:
    """Push as many records as were asked for, and print what it took."""
    records = int(sys.argv[1]) if len(sys.argv) > 1 else _RECORDS
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        export = write_export(base / "many.ris", range(records))
        with ZoteroDesktop(base / "zotero").start(item_seconds=_ITEM_SECONDS) as desktop:
            command = ["once", str(export), *_configure(base, desktop)]
            began = time.monotonic()
            subprocess.run([sys.executable, "-m", "syncd.cli", *command], check=True)
            took = time.monotonic() - began
            _report(desktop, took)
            spent = resource.getrusage(resource.RUSAGE_CHILDREN)
            print(f"syncd itself: {spent.ru_utime + spent.ru_stime:.1f} s of CPU")


def _configure(base: Path, desktop: ZoteroDesktop) -> list[str]:
    key = base / "key"
    key.touch(mode=0o600)
    key.write_text(desktop.allow())
    (base / "syncd.toml").write_text(
        f'[[library]]\nname = "desk"\nadapter = "zotero-desktop"\nurl = "{desktop.url}"\n'
        f'key_file = "{key}"\n[notes]\nkeep = []\n'
    )
    return ["--config", str(base / "syncd.toml"), "--state", str(base / "state")]


def _report(desktop: ZoteroDesktop, took: float) -> None:
    requests = desktop.requests()
    made = len(desktop.state()["items"])
    bare = made * _ITEM_SECONDS
    batches = [each["objects"] for each in requests if each["objects"]]
    print(f"{made} items in {took:.1f} s; {bare:.1f} s are Zotero's own: {took / bare:.3f} times")
    print(
        f"{len(requests)} requests, {len(batches)} of them writes of at most {max(batches)} items"
    )


if __name__ == "__main__":
    main()

"""Run the program: `python -m tests.fakes.zotero_desktop --data DIR --port 0` prints its port."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.fakes.zotero_desktop.server import Server
from tests.fakes.zotero_desktop.world import World


def main() -> None:
    """Serve until killed, or until standard input closes when `--until-eof` is given."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.zotero_desktop")
    parser.add_argument("--data", type=Path, required=True)
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--starts-in", type=float, default=0.0, help="seconds")
    parser.add_argument("--settings", type=json.loads, default={}, help="JSON")
    parser.add_argument("--until-eof", action="store_true", help="leave when stdin closes")
    options = parser.parse_args()
    world = World(options.data)
    world.settings |= options.settings
    server = Server(options.port, world, options.starts_in)
    server.run(until=sys.stdin if options.until_eof else None)


if __name__ == "__main__":
    main()

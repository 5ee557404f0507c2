"""Run the server: `python -m tests.fakes.zotero_server --port 0` prints its port and serves."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from tests.fakes.zotero_server.server import Server
from tests.fakes.zotero_server.world import World


def main() -> None:
    """Serve until killed, or until standard input closes when `--until-eof` is given."""
    parser = argparse.ArgumentParser(prog="python -m tests.fakes.zotero_server")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--config", type=Path, help="JSON: what POST /_test/setup takes")
    parser.add_argument("--until-eof", action="store_true", help="leave when stdin closes")
    options = parser.parse_args()
    world = World()
    if options.config:
        world.set_up(json.loads(options.config.read_text(encoding="utf-8")))
    server = Server(options.port, world)
    server.run(until=sys.stdin if options.until_eof else None)


if __name__ == "__main__":
    main()

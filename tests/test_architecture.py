"""Imports point one way: nothing upstream knows what is downstream of it.

A room is a module or package directly in `syncd`, or `adapters`. A room may import those of its
own layer and of the layers below; a new room is entered here first, which is when to ask where
it belongs.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from syncd import formats

ROOT = Path(__file__).parents[1]

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "__main__",
        "cli",
        "daemon page",
        "control",
        "report notify",
        "app",
        "adapters sync",
        "ledger inbox config",
        "formats matching item identity system",
        # Values and contracts: what every room speaks in.
        "plan schedule",
        "library settings",
        "record schema",
        "errors",
    )
)
PURE = frozenset({"formats", "matching", "item", "identity"}).union(*LAYERS[-4:])
IMPURE_MODULES = frozenset(
    {
        *("logging", "os", "socket", "subprocess", "random", "secrets", "tempfile", "shutil"),
        *("threading", "time", "sqlite3", "keyring", "pyzotero", "httpx2", "sqlalchemy"),
        *("alembic", "watchdog", "apscheduler", "click", "rich", "pydantic"),
    }
)
ADAPTERS_MAY_USE = PURE - {"formats", "matching", "identity"} | {"system"}
SYSTEM_FOR_ADAPTERS = frozenset({"clock", "resources", "filesystems", "packing"})
FENCES = {
    "pyzotero": {"adapters"},
    "httpx2": {"adapters", "notify"},
    "jeepney": {"notify"},
    "smtplib": {"notify"},
    # `sync` may hold a connection that the ledger gave it, and asks it nothing itself.
    "sqlalchemy": {"ledger", "sync"},
    "alembic": {"ledger"},
    "watchdog": {"inbox", "daemon"},
    "apscheduler": {"daemon"},
    "pydantic": {"config"},
    "keyring": {"system"},
    "click": {"cli"},
    "jinja2": {"page"},
    "pytest": {"adapters"},
    "markupsafe": {"page"},
    "rich": {"cli"},
    "adapters": {"adapters", "app"},
}


def _rooms() -> dict[str, list[Path]]:
    rooms = {"adapters": list((ROOT / "adapters").rglob("*.py"))}
    for path in (ROOT / "syncd").rglob("*.py"):
        name = path.relative_to(ROOT / "syncd").parts[0].removesuffix(".py")
        if name not in ("__init__", "data"):
            rooms.setdefault(name, []).append(path)
    return rooms


def _imports(paths: list[Path]) -> Iterator[str]:
    for path in paths:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{path}: import by the whole name"
                yield node.module or ""
                yield from (f"{node.module}.{alias.name}" for alias in node.names)


ROOMS = _rooms()
IMPORTED = {room: set(_imports(paths)) for room, paths in ROOMS.items()}
USED = {
    room: {
        parts[1] if parts[0] == "syncd" else parts[0]
        for parts in (name.split(".") for name in names)
        if parts[0] == "adapters" or (parts[0] == "syncd" and len(parts) > 1 and parts[1] in ROOMS)
    }
    - {room}
    for room, names in IMPORTED.items()
}


def _layer(room: str) -> int:
    found = [depth for depth, layer in enumerate(LAYERS) if room in layer]
    assert found, f"enter {room} in LAYERS: where does it belong?"
    return found[0]


@pytest.mark.parametrize("room", sorted(ROOMS))
def test_a_room_imports_only_its_own_layer_and_those_below(room: str) -> None:
    upward = {other for other in USED[room] if _layer(other) < _layer(room)}

    assert not upward


def test_no_two_rooms_want_each_other() -> None:
    list(TopologicalSorter(USED).static_order())


@pytest.mark.parametrize("room", sorted(PURE & ROOMS.keys()))
def test_a_pure_room_has_no_clock_file_socket_or_logger(room: str) -> None:
    roots = {name.partition(".")[0] for name in IMPORTED[room]}

    assert not roots & IMPURE_MODULES
    assert "datetime.datetime.now" not in IMPORTED[room]
    assert USED[room] <= PURE


def test_an_adapter_knows_the_contract_and_nothing_of_syncds_work() -> None:
    assert USED["adapters"] <= ADAPTERS_MAY_USE
    of_system = {name.split(".")[2] for name in IMPORTED["adapters"] if _is_in(name, "system")}
    assert of_system <= SYSTEM_FOR_ADAPTERS


def _is_in(name: str, room: str) -> bool:
    return name.startswith(f"syncd.{room}.")


def test_what_proves_adapters_is_no_part_of_the_daemon() -> None:
    suite = ROOT / "adapters" / "conformance"
    paths = [path for paths in ROOMS.values() for path in paths if suite not in path.parents]
    names = {name for path in paths for name in _imports([path])}

    assert not {name for name in names if name.partition(".")[0] in ("pytest", "_pytest")}
    assert not {name for name in names if name.startswith("adapters.conformance")}


def test_only_the_wiring_knows_the_adapters() -> None:
    users = {
        path
        for room, paths in ROOMS.items()
        if room != "adapters"
        for path in paths
        if any(name.partition(".")[0] == "adapters" for name in _imports([path]))
    }

    assert users == {ROOT / "syncd" / "app" / "wiring.py"}


@pytest.mark.parametrize("room", sorted(ROOMS.keys() - {"formats"}))
def test_tags_are_read_in_formats_alone(room: str) -> None:
    inner = {name for name in IMPORTED[room] if name.startswith("syncd.formats.")}

    # What others take from the room stands in its door; so another format changes nothing there.
    assert inner <= {f"syncd.formats.{name}" for name in formats.__all__}
    assert not inner & {f"syncd.formats.{path.stem}" for path in ROOMS["formats"]}


def test_knowing_the_formats_does_not_bring_their_readers_along() -> None:
    # `syncd status` looks at names of files and must not pay for what reading them takes.
    code = "import sys, syncd.formats; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout

    assert "syncd.formats.registry" in loaded
    assert "syncd.formats.sources" not in loaded


@pytest.mark.parametrize("dependency", sorted(FENCES))
def test_a_dependency_stays_in_the_rooms_that_are_for_it(dependency: str) -> None:
    users = {
        room
        for room, names in IMPORTED.items()
        if any(name == dependency or name.startswith(dependency + ".") for name in names)
    }

    assert users <= FENCES[dependency]


def test_sql_is_spoken_in_the_ledger_alone() -> None:
    used = {name for name in IMPORTED["sync"] if name.startswith("sqlalchemy")}

    assert used <= {"sqlalchemy", "sqlalchemy.Connection"}


def test_only_the_command_line_knows_standard_output() -> None:
    speakers = {
        room
        for room, paths in ROOMS.items()
        if any("sys.stdout" in path.read_text(encoding="utf-8") for path in paths)
    }

    assert speakers == {"cli"}

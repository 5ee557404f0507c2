"""Imports point one way: nothing upstream knows what is downstream of it.

A room is a module or package directly in `syncd`, or `adapters`. A room may import those of its
own layer and of the layers below; a new room is entered here first, which is when to ask where
it belongs.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]

LAYERS: tuple[frozenset[str], ...] = tuple(
    frozenset(layer.split())
    for layer in (
        "cli",
        "wiring handover",
        "adapters once answering",
        "work report",
        "daemon",
        "run preview inspect preflight setup_wizard",
        "pushing replanning reconciling review promising",
        "reading desk amending outcomes fates guards recognising",
        "ledger inbox watch status config",
        "clock control keys lock logs mounts notify places pulse resources",
        # From here on everything is pure: values in, values out.
        "planning plan schedule",
        "matching minting item sources",
        "identity ris library settings printable csl ris_format limits",
        "record schema",
        "errors",
    )
)
PURE = frozenset().union(*LAYERS[-5:])
IMPURE_MODULES = frozenset(
    {
        *("logging", "os", "socket", "subprocess", "random", "secrets", "tempfile", "shutil"),
        *("threading", "time", "sqlite3", "keyring", "pyzotero", "httpx2", "sqlalchemy"),
        *("alembic", "watchdog", "apscheduler", "click", "rich", "pydantic"),
    }
)
ADAPTERS_MAY_USE = PURE | {"resources", "clock"}
FENCES = {
    "pyzotero": {"adapters"},
    "httpx2": {"adapters"},
    # Others may hold a connection that the ledger gave them, and ask it nothing themselves.
    "sqlalchemy": {
        *("ledger", "promising", "outcomes", "reconciling"),
        *("replanning", "amending", "review"),
    },
    "alembic": {"ledger"},
    "watchdog": {"watch", "daemon"},
    "apscheduler": {"daemon", "schedule"},
    "pydantic": {"config"},
    "click": {"cli"},
    "rich": {"cli"},
    "adapters": {"adapters", "wiring"},
}


def _rooms() -> dict[str, list[Path]]:
    rooms = {"adapters": list((ROOT / "adapters").rglob("*.py"))}
    for path in (ROOT / "syncd").rglob("*.py"):
        name = path.relative_to(ROOT / "syncd").parts[0].removesuffix(".py")
        if name != "__init__":
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


@pytest.mark.parametrize("dependency", sorted(FENCES))
def test_a_dependency_stays_in_the_rooms_that_are_for_it(dependency: str) -> None:
    users = {
        room
        for room, names in IMPORTED.items()
        if any(name == dependency or name.startswith(dependency + ".") for name in names)
    }

    assert users <= FENCES[dependency]


def test_sql_is_spoken_in_the_ledger_alone() -> None:
    for room in FENCES["sqlalchemy"] - {"ledger"}:
        used = {name for name in IMPORTED[room] if name.startswith("sqlalchemy")}
        assert used <= {"sqlalchemy", "sqlalchemy.Connection"}, room


def test_only_the_command_line_knows_standard_output() -> None:
    speakers = {
        room
        for room, paths in ROOMS.items()
        if any("sys.stdout" in path.read_text(encoding="utf-8") for path in paths)
    }

    assert speakers == {"cli"}

"""What can be asked of syncd is documented, and what is documented is there."""

from __future__ import annotations

import re
from pathlib import Path

import click
import pytest

from syncd.app.documents import OURS
from syncd.cli.exits import Exit
from syncd.cli.program import COMMANDS, group
from syncd.cli.reference import PLACE, reference
from syncd.config.model import Document

ROOT = Path(__file__).parents[1]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
README = (ROOT / "README.md").read_text(encoding="utf-8")
REFERENCE = (ROOT / "docs" / "reference" / "configuration.md").read_text(encoding="utf-8")
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#+ +(.+?) *$", re.MULTILINE)


def test_the_reference_of_the_commands_is_current() -> None:
    written = (ROOT / PLACE).read_text(encoding="utf-8")

    assert written == reference(), "run: python -m syncd.cli.reference"


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_is_in_the_readme_and_explains_itself(name: str) -> None:
    context = click.Context(group)
    command = group.get_command(context, name)

    assert command is not None
    assert f"| `syncd {name}" in README
    assert len(command.help or "") > 80
    for parameter in command.params:
        if isinstance(parameter, click.Option):
            assert parameter.help, f"{name} {parameter.opts}"


def test_the_readme_names_no_command_that_does_not_exist() -> None:
    named = set(re.findall(r"`syncd ([a-z]+)", README))

    assert named <= COMMANDS.keys()


def test_the_exit_codes_in_the_readme_are_those_of_the_program() -> None:
    section = README.partition("## Exit codes")[2].partition("\n## ")[0]
    documented = [int(code) for code in re.findall(r"^\| (\d+) \|", section, re.MULTILINE)]

    assert documented == [code.value for code in Exit]


def test_every_key_of_the_configuration_is_in_the_reference() -> None:
    keys = [key for name in Document.model_fields for key in _keys(name)]
    keys += [option.name for options in OURS.values() for option in options]

    assert [key for key in keys if f"| `{key}` |" not in REFERENCE] == []


def _keys(table: str) -> list[str]:
    section = Document.model_json_schema()["properties"][table]
    name = section.get("items", section)["$ref"].rpartition("/")[2]
    properties = Document.model_json_schema()["$defs"][name]["properties"]
    return [key for key, value in properties.items() if "$ref" not in value]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        if "://" in target:
            continue
        linked = (page.parent / path) if path else page
        if not linked.exists() or (anchor and anchor not in _anchors(linked)):
            broken.append(target)

    assert broken == []


def _anchors(page: Path) -> set[str]:
    headings = HEADING.findall(page.read_text(encoding="utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


ROOMS = sorted(
    path.stem
    for package in ("syncd", "adapters")
    for path in (ROOT / package).iterdir()
    if not path.name.startswith(("_", "."))
    and (path.suffix == ".py" or (path / "__init__.py").is_file())
)


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_can_be_found_in_the_architecture(room: str) -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")

    assert re.search(rf"`{room}(\.py|/)?`|`{room}/", text)


TOLD_WHOLE = ("app", "control", "ledger", "sync")
"""The rooms of which every module is named."""


@pytest.mark.parametrize("room", TOLD_WHOLE)
def test_the_architecture_names_every_module_of_a_large_room(room: str) -> None:
    named = set(re.findall(r"`([a-z_]+)`", (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")))
    modules = {path.stem for path in (ROOT / "syncd" / room).glob("[!_]*.py")}

    assert modules - named == set()


def test_the_architecture_names_no_module_of_a_run_that_is_not_there() -> None:
    text = (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")
    table = text.partition("| Module | In one sentence |")[2].partition("\n\n")[0]
    first = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    named = {name for cell in first for name in re.findall(r"`([a-z_]+)`", cell)}

    assert len(named) > 30
    assert {name for name in named if not (ROOT / "syncd/sync" / f"{name}.py").exists()} == set()

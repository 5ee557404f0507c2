"""An adapter by somebody else works with an installed syncd, and touches no file of it.

The example in `tests/examples` is built and installed as its users would, beside a wheel of syncd
and into an environment of its own; nothing is downloaded.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
import venv
from collections.abc import Callable
from pathlib import Path

import jsonschema
import pytest

ROOT = Path(__file__).parents[2]
EXAMPLE = ROOT / "tests" / "examples" / "syncd-markdown"

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The Python of an environment with both installed."""
    base = tmp_path_factory.mktemp("installed")
    _pip("wheel", "--no-deps", "--no-build-isolation", "-w", base / "wheels", ROOT, EXAMPLE)
    venv.create(base / "venv")
    python = base / "venv" / "bin" / "python"
    # What both depend on comes from here, where it is; the two themselves do not.
    [packages] = (base / "venv" / "lib").glob("*/site-packages")
    (packages / "zz_dependencies.pth").write_text(sysconfig.get_path("purelib"))
    wheels = sorted((base / "wheels").iterdir())
    _pip("--python", python, "install", "--no-deps", *wheels)
    return python


def _pip(*arguments: str | Path) -> None:
    command = [sys.executable, "-m", "pip", "-q", "--disable-pip-version-check", "--no-input"]
    environ = {**os.environ, "PIP_NO_INDEX": "1"}
    subprocess.run([*command, *map(str, arguments)], check=True, env=environ, timeout=110)


@pytest.fixture
def syncd(python: Path, tmp_path: Path) -> Run:
    """Run a command of the installed syncd, in a home of its own."""
    environ = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], "LANG": "C.UTF-8"}

    def run(*arguments: str | Path) -> subprocess.CompletedProcess[str]:
        command = [python, "-m", "syncd", *arguments]
        return subprocess.run(
            command, cwd=tmp_path, env=environ, capture_output=True, text=True, timeout=60
        )

    return run


@pytest.fixture
def config(syncd: Run, tmp_path: Path) -> Path:
    """A configuration that `syncd init` wrote for the example."""
    place = tmp_path / "syncd.toml"
    asked = ("--adapter", "markdown", "--set", f"folder={tmp_path / 'notes'}")
    made = syncd("init", "--yes", *asked, "--folder", tmp_path / "drop", "--config", place)
    assert made.returncode == 0, made.stderr
    return place


def test_it_passes_the_suite_as_its_author_runs_it(python: Path, tmp_path: Path) -> None:
    shutil.copytree(EXAMPLE / "tests", tmp_path / "tests")
    (tmp_path / "pytest.ini").write_text("[pytest]\nfilterwarnings = error\n")

    ended = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "tests"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert ended.returncode == 0, ended.stdout
    summary = re.match(r"(\d+) passed, (\d+) skipped", ended.stdout.splitlines()[-1])
    assert summary is not None, ended.stdout
    assert int(summary[1]) > 80
    # It takes keys, so nothing has to be traced (3), stores no files (7) and has nothing to tell
    # people (2); all else was asked.
    assert int(summary[2]) == 3 + 7 + 2


def test_a_failure_in_the_suite_shows_what_was_compared(python: Path, tmp_path: Path) -> None:
    broken = EXAMPLE.joinpath("tests", "test_conformance.py").read_text()
    broken = broken.replace("{**page.data, **changes}", "page.data")
    (tmp_path / "test_broken.py").write_text(broken)

    ended = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "edited_by_hand"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=110,
    )

    assert ended.returncode == 1
    assert "not enough values to unpack" in ended.stdout


def test_what_init_writes_explains_its_keys_and_holds(config: Path, tmp_path: Path) -> None:
    text = config.read_text()

    [library] = tomllib.loads(text)["library"]
    assert library == {"name": "mine", "adapter": "markdown", "folder": str(tmp_path / "notes")}
    assert "# The folder that the notes are in.\nfolder = " in text


def test_init_asks_for_what_must_be_given(syncd: Run, tmp_path: Path) -> None:
    made = syncd("init", "--yes", "--adapter", "markdown", "--folder", tmp_path / "drop")

    assert made.returncode == 64
    assert "--set folder=… (The folder that the notes are in.)" in made.stderr


def test_records_arrive_in_it_once(syncd: Run, config: Path, tmp_path: Path) -> None:
    export = ROOT / "docs" / "example.ris"

    first = syncd("once", export, "--config", config, "--json")
    again = syncd("once", export, "--config", config, "--json")

    assert (first.returncode, again.returncode) == (0, 0), first.stderr + again.stderr
    counts = [json.loads(each.stdout)["counts"] for each in (first, again)]
    assert [each["create"] for each in counts] == [1, 0]
    notes = [path.read_text() for path in (tmp_path / "notes").glob("*.md")]
    assert sum(note.startswith('---\nitemType: "journalArticle"\n') for note in notes) == 1


def test_check_names_it_and_what_is_wrong_with_its_keys(
    syncd: Run, config: Path, tmp_path: Path
) -> None:
    well = syncd("check", "--config", config)
    config.write_text(config.read_text().replace("\nfolder = ", "\nfoldr = "))
    wrong = syncd("check", "--config", config)

    assert "installed with syncd-markdown 1.0; takes folder" in " ".join(well.stdout.split())
    assert "notes answers" in well.stdout
    assert wrong.returncode == 78
    told = " ".join(wrong.stdout.split())
    assert "`foldr` is not a key of this adapter; it takes folder" in told
    assert "`folder` is missing: the folder that the notes are in." in told


def test_the_schema_of_the_installation_knows_its_keys(syncd: Run) -> None:
    schema = json.loads(syncd("check", "--schema").stdout)
    accepts = jsonschema.Draft202012Validator(schema).is_valid
    library = {"name": "mine", "adapter": "markdown", "folder": "/notes"}

    assert accepts({"library": [library]})
    assert not accepts({"library": [{**library, "foldr": "/notes"}]})
    assert not accepts({"library": [{**library, "folder": 1}]})
    assert not accepts({"library": [{"name": "mine", "adapter": "markdown"}]})
    assert accepts({"library": [{"name": "mine", "adapter": "not-installed", "anything": 1}]})

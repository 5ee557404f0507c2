"""What a message suggests works when it is typed, wherever the command was pointed at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from syncd.system.suggestions import complete, point_at


@pytest.fixture(autouse=True)
def _forget_afterwards() -> Iterator[None]:
    yield
    point_at()


def test_without_options_nothing_is_added() -> None:
    point_at()

    assert complete("`syncd resume mine` goes on") == "`syncd resume mine` goes on"


@pytest.mark.parametrize(
    ("said", "completed"),
    [
        ("`syncd review` shows", "`syncd review --file-library /my/lib` shows"),
        ("`syncd resume mine --new`", "`syncd resume mine --new --file-library /my/lib`"),
        ("`syncd run`", "`syncd run --file-library /my/lib --folder PATH`"),
        ("`syncd run --folder /d`", "`syncd run --folder /d --file-library /my/lib`"),
        ("`syncd undo 1`, `syncd runs`", None),
        ("`syncd once --file-library DIR`", "`syncd once --file-library DIR`"),
        ("`syncd login mine`, `syncd init`", "`syncd login mine`, `syncd init`"),
        ("syncd is not `syncd`", "syncd is not `syncd`"),
    ],
)
def test_a_file_library_is_named_with_each_command_that_takes_it(
    said: str, completed: str | None
) -> None:
    point_at(file_library=Path("/my/lib"))

    both = "`syncd undo 1 --file-library /my/lib`, `syncd runs --file-library /my/lib`"
    assert complete(said) == (completed or both)
    assert complete(complete(said)) == complete(said)


def test_configuration_and_state_are_named_for_a_shell_and_from_any_folder(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    point_at(config=Path("my syncd.toml"), state=Path("/s"))

    assert complete("`syncd status`") == (
        f"`syncd status --config '{tmp_path}/my syncd.toml' --state /s`"
    )
    assert complete("`syncd logout mine`").endswith(".toml'`")

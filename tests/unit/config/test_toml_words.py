"""What is no TOML is told with its reason, and never with what stands there."""

from __future__ import annotations

from pathlib import Path

import pytest

from syncd.config import load_settings
from syncd.errors import ConfigError


@pytest.mark.parametrize(
    ("text", "line", "why"),
    [
        ("a = [1\nb = 2\n", 2, "needs ]"),
        ('[[library]\nname = "x"\n', 1, "[[library]]"),
        ('a = "c4n4ry\n', 1, "needs a quote at both"),
        ("[[folder]]\npath = ~/c4n4ry\n", 2, "straight quotes"),
        ("a = \u201cc4n4ry\u201d\n", 1, "straight quotes"),
        ("a = 1\na = 2\n", 2, "given twice"),
        ("[c4n4ry]\n[c4n4ry]\n", 2, "given twice"),
        ('path = "C:\\Users\\c4n4ry"\n', 1, "backslash"),
        ("c4n4ry\n", 1, "="),
        ("a = 1 2\n", 1, "more on the line"),
    ],
)
def test_each_slip_has_its_line_and_its_reason(
    tmp_path: Path, text: str, line: int, why: str
) -> None:
    path = tmp_path / "syncd.toml"
    path.write_text(text, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_settings(path)

    [problem] = caught.value.problems
    assert problem.line == line
    assert why in problem.message
    assert "c4n4ry" not in problem.message

"""Every key of a TOML file is found on the line where it is written."""

from __future__ import annotations

import tomllib

from syncd.config.lines import TomlLines

TEXT = '''\
top = 1
[[folder]]
path = "a" # [[folder]] in a comment
"quoted key" = { inner = [1,
  2] }
text = """
[folder]
path = "inside a text"
"""
other = "# no comment"
[folder.duplicates]
when_found = "x"

[[folder]]
path = \'\'\'
[x]\'\'\'
duplicates.when_found = 2
[ schedule ]
rescan = "]["
'''


def test_keys_are_found_in_tables_arrays_and_around_long_values() -> None:
    tomllib.loads(TEXT)
    lines = TomlLines(TEXT)

    assert lines.find(("top",)) == 1
    assert lines.find(("folder", 0)) == 2
    assert lines.find(("folder", 0, "path")) == 3
    assert lines.find(("folder", 0, "quoted key")) == 4
    assert lines.find(("folder", 0, "text")) == 6
    assert lines.find(("folder", 0, "other")) == 10
    assert lines.find(("folder", 0, "duplicates", "when_found")) == 12
    assert lines.find(("folder", 1, "path")) == 15
    assert lines.find(("folder", 1, "duplicates", "when_found")) == 17
    assert lines.find(("schedule", "rescan")) == 19


def test_what_has_no_line_of_its_own_is_told_by_its_table() -> None:
    lines = TomlLines(TEXT)

    assert lines.find(("folder", 1, "settle")) == 14
    assert lines.find(("folder", 0, "quoted key", "inner", 1)) == 4
    assert lines.find(("nothing",)) is None

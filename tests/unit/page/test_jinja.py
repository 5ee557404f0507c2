"""Jinja2 without its compiler: the same pages, and all of it where a template is to be compiled."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from syncd.page.rendering import keep

# In a process of its own: this one may have Jinja2 already.
SHOW = """
import sys
from pathlib import Path
from syncd.page import compiling
from syncd.page.rendering import Renderer, keep
values = {"home": "/", "form_token": "t", "has_keys": True, "news": ["<b>"], "given": None,
          "waiting": 1, "message": ""}
def show(kept):
    page = Renderer(Path(kept)).render("refused.html", values)
    assert b"<p>&lt;b&gt;</p>" in page, page
    return page, "jinja2.compiler" in sys.modules
if sys.argv[2] == "used by others":
    first = show(sys.argv[1])
    import jinja2
    assert jinja2.Environment().from_string("{{ 1 + 1 }}").render() == "2"
    second = show(sys.argv[1])
elif sys.argv[2] == "compiled here":
    sys.executable = "/no/such/python"
    first, second = show(sys.argv[1]), show(sys.argv[1] + ".none")
else:
    import jinja2.compiler
    first, second = show(sys.argv[1]), show(sys.argv[1])
assert first[0] == second[0]
print(first[1], second[1])
"""


def told(kept: Path, how: str) -> str:
    ran = subprocess.run(
        [sys.executable, "-c", SHOW, str(kept), how], capture_output=True, text=True, check=False
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout.strip()


def test_what_is_compiled_is_shown_without_the_compiler_which_is_there_once_needed(
    tmp_path: Path,
) -> None:
    keep(str(tmp_path / "kept"))

    assert told(tmp_path / "kept", "compiled here") == "False True"


def test_others_who_compile_templates_get_all_of_jinja(tmp_path: Path) -> None:
    keep(str(tmp_path / "kept"))

    assert told(tmp_path / "kept", "used by others") == "False True"


def test_whoever_has_all_of_jinja_already_goes_on_with_it(tmp_path: Path) -> None:
    keep(str(tmp_path / "kept"))

    assert told(tmp_path / "kept", "loaded before") == "True True"

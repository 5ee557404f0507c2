"""Templates as code: compiled by a process of its own, and kept beside the ledger.

What compiling takes for a moment lies between what stays, so a process that has done it does not
get rid of that any more (observed: three times what the code itself takes). So another one does it,
once for each version of the templates, of Jinja2 and of Python. Jinja2's own cache of bytecode does
not know its version, and ends with an error where a file of it is damaged.
"""

from __future__ import annotations

import hashlib
import importlib.util
import logging
import marshal
import subprocess
import sys
from collections.abc import Mapping, MutableMapping
from datetime import timedelta
from functools import cache
from importlib.metadata import version
from importlib.resources import files
from pathlib import Path
from types import CodeType
from typing import TYPE_CHECKING, Any

from syncd.system.private import write_private

if TYPE_CHECKING:
    from jinja2 import BaseLoader, Environment, Template

log = logging.getLogger(__name__)

Codes = Mapping[str, CodeType]
"""The code of each template, by its name."""

_LONGEST = timedelta(seconds=60)
_SUM = hashlib.sha256
_SUM_BYTES = 32
# -P: nothing that happens to lie where the daemon was started is taken for a part of it.
_COMPILE = ("-P", "-c", "import sys; from syncd.page.rendering import keep; keep(sys.argv[1])")


def loader_of(codes: Codes) -> BaseLoader:
    """Return what gives Jinja2 templates of which there is nothing but the code."""
    from jinja2 import BaseLoader, TemplateNotFound

    class Compiled(BaseLoader):
        def load(
            self,
            environment: Environment,
            name: str,
            globals: MutableMapping[str, Any] | None = None,  # noqa: A002 - the base class's
        ) -> Template:
            code = codes.get(name)
            if code is None:
                raise TemplateNotFound(name)
            made = {} if globals is None else globals
            return environment.template_class.from_code(environment, code, made)

    return Compiled()


def find_codes(kept: Path) -> Codes | None:
    """Return the templates' code from the file in which it is kept, having it made if need be.

    None where no other process can be had for that.
    """
    if (codes := _read(kept)) is not None:
        return codes
    try:
        subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, *_COMPILE, str(kept)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_LONGEST.total_seconds(),
            check=True,
        )
    except (OSError, ValueError, subprocess.SubprocessError) as error:
        log.info("templates are compiled here, which takes some memory: %s", error)
    return _read(kept)


def compile_all(environment: Environment) -> Codes:
    """Return the code of each template."""
    return {name: environment.compile(text, name, name) for name, text in _sources().items()}


def write(kept: Path, codes: Codes) -> None:
    """Keep what was compiled. Raises `OSError`."""
    made = marshal.dumps(dict(codes))
    write_private(kept, _made_of() + _SUM(made).digest() + made)


def _read(kept: Path) -> Codes | None:
    """Return what is kept; None where that is nothing, damaged, or of other versions."""
    try:
        whole = kept.read_bytes()
    except OSError:
        return None
    made_of, named, made = (
        whole[:_SUM_BYTES],
        whole[_SUM_BYTES:][:_SUM_BYTES],
        whole[2 * _SUM_BYTES :],
    )
    if made_of != _made_of() or named != _SUM(made).digest():
        return None
    codes: Codes = marshal.loads(made)  # noqa: S302 - what we wrote, where nobody else can write
    return codes


def _made_of() -> bytes:
    """Return by what code is known to be that of these templates for this interpreter."""
    parts = (version("jinja2"), importlib.util.MAGIC_NUMBER.hex(), *sorted(_sources().items()))
    return _SUM(repr(parts).encode()).digest()


@cache
def _sources() -> Mapping[str, str]:
    found = files("syncd.page").joinpath("templates").iterdir()
    return {each.name: each.read_text("utf-8") for each in found if each.name.endswith(".html")}

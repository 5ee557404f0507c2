"""A format and a container that syncd does not know, as somebody would add them.

JSON lines hold one record a line: `{"title": "...", "doi": "..."}`. A BUNDLE begins with a line
`BUNDLE`; each member is a line with its size and its name, and then its bytes; `END` ends it.
"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any, BinaryIO

from syncd.errors import InputError, Problem
from syncd.formats import Container, Format, Member, ReadEntry
from syncd.record import Doi, Identity, Origin, Record


@dataclass
class JsonLinesReading:
    """`Reading` of JSON lines; `handed_on` counts the entries that somebody asked for."""

    stream: BinaryIO
    file: str
    encoding: str = "utf-8"
    encoding_certain: bool = True
    problems: list[Problem] = field(default_factory=list)
    alarms: list[str] = field(default_factory=list)
    handed_on: int = 0

    def batches(self) -> Iterator[Sequence[ReadEntry]]:
        for number, line in enumerate(self.stream, 1):
            self.handed_on += 1
            yield [self._entry(line, number)]

    def _entry(self, line: bytes, number: int) -> ReadEntry:
        written = line.decode().removesuffix("\n")
        is_cut_off = not line.endswith(b"\n")
        problems = [Problem("the last line has no end", number)] if is_cut_off else []
        if is_cut_off:
            self.alarms.append("the last line was cut short; export it again")
        result = _record(json.loads(written), Origin(self.file, number, number, None, "jsonl"))
        return ReadEntry(
            number, number, [written], lambda: written, result, problems, is_cut_off=is_cut_off
        )


def _record(said: Mapping[str, Any], origin: Origin) -> Record | InputError:
    if not said.get("title"):
        return InputError("no title", line=origin.line)
    fields = {"title": said["title"]}
    identity = Identity()
    if "doi" in said:
        fields["DOI"] = said["doi"]
        identity = Identity(doi=Doi(said["doi"]))
    return Record(origin, "journalArticle", fields, identity=identity)


JSON_LINES = Format(
    "JSON lines",
    (".jsonl",),
    lambda head: head.startswith(b'{"title"'),
    lambda tail: tail.endswith(b"\n"),
    JsonLinesReading,
)


def json_line(title: str, doi: str = "") -> bytes:
    said = {"title": title, "doi": doi} if doi else {"title": title}
    return json.dumps(said).encode() + b"\n"


def _members(stream: BinaryIO) -> list[Member]:
    stream.readline()
    members = []
    while (line := stream.readline()) != b"END\n":
        size, _, name = line.decode().removesuffix("\n").partition(" ")
        if not name:
            raise InputError("this bundle is damaged")
        content = stream.read(int(size))
        members.append(Member(name, partial(io.BytesIO, content)))
    return members


BUNDLE = Container(
    "bundle",
    (".bundle",),
    lambda head: head.startswith(b"BUNDLE\n"),
    lambda tail: tail.endswith(b"END\n"),
    _members,
)


def bundle(**members: bytes) -> bytes:
    """Put members into a bundle; a name's first underscore stands for its dot."""
    parts = [
        f"{len(content)} {name.replace('_', '.', 1)}\n".encode() + content
        for name, content in members.items()
    ]
    return b"BUNDLE\n" + b"".join(parts) + b"END\n"

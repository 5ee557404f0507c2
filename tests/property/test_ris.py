"""Reading holds for any bytes, any cut of the stream, and any entries that were written well."""

from __future__ import annotations

import io
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import InputError
from syncd.formats.ris import Ending, Entry, Reader, damage
from syncd.formats.ris.lines import Lines
from syncd.formats.ris.tags import KNOWN

few = settings(max_examples=80, deadline=None)

PIECES = [
    b"TY  - JOUR\n",
    b"TY - BOOK\r\n",
    b"ER  - \n",
    b"ER  -",
    b"ER  - was seen\n",
    b"TI  - On tides\n",
    b"AB  - ",
    b"KW  - sand\n",
    b"PD  - 1 blockade\n",
    b"IL - 6\n",
    b"> ",
    b"text\n",
    b"\n",
    b"\r",
    b"\n\r",
    b" ",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"\xc3\xa9",
    b"\xe9",
    b"\x8e",
    b"\xc3\x83\xc2\xa9",
    b"\xed\xa0\xbd",
    b"\xc2\x85",
    b"e\xcc\x88",
    b"\x00",
    b"\x0c",
]
damaged = st.lists(st.sampled_from(PIECES) | st.binary(max_size=6), max_size=60).map(b"".join)


class Trickle(io.RawIOBase):
    """A stream that gives a few bytes at a time, as a pipe may."""

    def __init__(self, content: bytes, step: int) -> None:
        self._content = content
        self._step = step

    def read(self, size: int = -1) -> bytes:
        size = min(self._step, size) if size >= 0 else self._step
        piece, self._content = self._content[:size], self._content[size:]
        return piece


def outcome(content: bytes) -> tuple[list[Entry], Reader | None, str]:
    try:
        reader = Reader(io.BytesIO(content))
        return list(reader), reader, ""
    except InputError as error:
        return [], None, str(error)


@few
@given(st.binary(max_size=2000) | damaged | damaged.map(lambda some: b"TY  - JOUR\n" + some))
def test_any_bytes_give_entries_in_order_or_an_input_error(content: bytes) -> None:
    entries, reader, error = outcome(content)

    assert bool(error) == (not entries)
    for before, after in pairwise(entries):
        assert before.end_line <= after.line
    for index, entry in enumerate(entries, 1):
        numbers = [line.line for line in entry.lines]
        assert entry.index == index
        assert numbers == sorted(numbers)
        assert entry.line == numbers[0]
        assert numbers[-1] <= entry.end_line
        assert sum(line.tag == "TY" for line in entry.lines) <= 1
        assert all(line.tag != "ER" for line in entry.lines)
    assert reader is None or reader.entries_read == len(entries)


@few
@given(damaged.map(lambda some: b"TY  - JOUR\n" + some), st.integers(1, 50))
def test_how_the_stream_is_cut_changes_nothing(content: bytes, step: int) -> None:
    whole = outcome(content)
    try:
        reader = Reader(Trickle(content, step))  # type: ignore[arg-type]
        entries, error = list(reader), ""
    except InputError as failure:
        entries, error = [], str(failure)

    assert entries == whole[0]
    assert [entry.lines for entry in entries] == [entry.lines for entry in whole[0]]
    assert error == whole[2]


@few
@given(damaged, st.integers(1, 40), st.integers(0, 30))
def test_the_size_of_blocks_changes_nothing(content: bytes, block: int, odd: int) -> None:
    head = b"TY  - JOUR\nTI  - \xc3\xa9\r\nAB  - x\n"
    content += b"\r" * (odd % 3)

    small = [text for part in Lines(head, io.BytesIO(content), block) for text in part]
    large = [text for part in Lines(head, io.BytesIO(content)) for text in part]

    assert small == large


words = st.text(
    st.characters(
        codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp", "Cf", "Mn", "Mc", "Zs", "Cn")
    ),
    min_size=1,
    max_size=12,
)
values = st.lists(words, min_size=1, max_size=8).map(" ".join)
damaged_lines = st.sampled_from(["", "a   KW  - b", "a\n\nb", "a\nAB - b", "\u200b", "a\u0301"])
tagged = st.tuples(st.sampled_from(sorted(KNOWN - {"TY", "ER"})), values)
written_entries = st.lists(st.lists(tagged, min_size=1, max_size=12), min_size=1, max_size=8)


@few
@given(written_entries, st.sampled_from(["\n", "\r\n", "\r"]), st.sampled_from(["  - ", " - "]))
def test_entries_written_well_come_back_as_they_were(
    wanted: list[list[tuple[str, str]]], end: str, separator: str
) -> None:
    text = "".join(
        "".join(f"{tag}{separator}{value}{end}" for tag, value in [("TY", "JOUR"), *pairs])
        + f"ER{separator}{end}{end}"
        for pairs in wanted
    )

    reader = Reader(io.BytesIO(text.encode()))
    entries = list(reader)

    folded = [[(tag, damage.clean(value)[0].strip()) for tag, value in pairs] for pairs in wanted]
    assert [[(line.tag, line.value) for line in entry.lines[1:]] for entry in entries] == folded
    assert {entry.ending for entry in entries} == {Ending.ER}
    assert [line.line for entry in entries for line in entry.lines] == [
        number
        for number, line in enumerate(text.split(end), 1)
        if line and not line.startswith("ER")
    ]


@few
@given(
    st.lists(
        st.lists(st.tuples(st.sampled_from(["TY", "AB", "KW", "ZZ"]), words | damaged_lines))
    ).filter(any)
)
def test_entries_read_whole_are_what_they_are_line_by_line(
    wanted: list[list[tuple[str, str]]],
) -> None:
    lines = [
        "TY  - JOUR\n" + "".join(f"{tag}  - {value}\n" for tag, value in pairs) for pairs in wanted
    ]
    # Two blanks behind ER are no plain line, so that these entries are looked at more closely.
    whole, apart = (
        outcome("".join(entry + end for entry in lines).encode())[0]
        for end in ("ER  - \n\n", "ER  -  \n\n")
    )

    assert whole == apart
    assert [entry.lines for entry in whole] == [entry.lines for entry in apart]


@few
@given(damaged, damaged)
def test_no_entry_swallows_what_stands_before_or_after_it(before: bytes, after: bytes) -> None:
    whole = b"TY  - JOUR\nTI  - The one in the middle\nDO  - 10.5555/middle\nER  - \n"
    content = b"TY  - JOUR\nTI  - first\n" + before + b"\n" + whole + b"TY  - BOOK\n" + after
    if b"\x00" in content or b"\xff\xfe" in content:
        content = content.replace(b"\x00", b"").replace(b"\xff\xfe", b"")

    entries, _, error = outcome(content)

    middle = [
        [(line.tag, line.value) for line in entry.lines]
        for entry in entries
        if any(line.value == "10.5555/middle" for line in entry.lines)
    ]
    assert error or middle == [
        [("TY", "JOUR"), ("TI", "The one in the middle"), ("DO", "10.5555/middle")]
    ]


@few
@given(st.text(max_size=300))
def test_the_quick_look_agrees_with_the_thorough_one(text: str) -> None:
    text = text.replace("\n", "").replace("\r", "")

    if not damage.suspect_lines(text.encode()):
        assert damage.clean(text) == (text, [])

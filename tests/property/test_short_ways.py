"""Where most entries are plain a short way is taken: it ends where the long one does."""

from __future__ import annotations

import io
import re

from hypothesis import example, given
from hypothesis import strategies as st

from syncd.errors import InputError, Problem
from syncd.formats.ris import Entry, Reader
from syncd.formats.ris.group import dash_finder
from syncd.formats.ris.reader import _Piece
from syncd.formats.sources.content import _add_odd_keywords, add_keywords
from syncd.formats.sources.draft import Draft
from syncd.formats.sources.generic import GENERIC
from syncd.formats.sources.group_names import _GROUP, _INSTITUTION, names_a_group
from syncd.formats.sources.name_lists import split_names, without_more
from syncd.formats.sources.names import initialled_people, person, plain_people
from syncd.formats.sources.naming import is_same
from syncd.formats.sources.people import (
    _find_plain,
    _names_in,
    _plain_list,
    _reader_of,
    _without_signs,
)
from syncd.formats.sources.roles import Named, part_roles
from syncd.formats.sources.size import too_large
from syncd.formats.sources.titles import _is_beginning, _shortens

families = st.sampled_from(
    [
        "Xu",
        "van der Berg",
        "O'Hara",
        "Müller",
        "Institute",
        "Poe-Lee",
        "王",
        "et al",
        "Smith2",
        "",
        "and Li",
        "Winston Roe",
        "Šerić",
    ]
)
givens = st.sampled_from(["J", "J. A.", "Jörg", "others", "Et Al", "Ed", "Inc", "小明", "*", "…"])
names = st.builds("{}, {}".format, families, givens) | families | givens


@given(st.lists(names, min_size=1, max_size=4), st.sampled_from(["; ", ";", " ; "]))
@example(["Xu, J", "Poe-Lee, Et Al"], "; ")
@example(["Xu, J", "Li, Ed"], "; ")
def test_a_plain_list_of_names_is_what_each_name_is(some: list[str], between: str) -> None:
    value = between.join(some)

    people = _plain_list(value, "author")

    if people is not None:
        assert people == [person(name, "author") for name in split_names(without_more(value))]
        assert part_roles(value) == [Named(value)]


@given(st.lists(names, min_size=2, max_size=4))
@example(["Xu, J", "Li, X"])
def test_a_list_of_nothing_but_plain_names_is_taken_for_one(some: list[str]) -> None:
    plain = re.compile(r"(?:Xu|Li|Müller|O'Hara|Poe-Lee), J[. A]*\.?")
    if all(map(plain.fullmatch, some)):
        assert _plain_list("; ".join(some), "author") is not None


words_of_families = st.sampled_from(
    """Li Xu and De VAN da van JA SMITH Bo Roe2 Winston McPherson La Poste Example University Ed Von
    By Šerić Lucas‐Borja d'Arc Jr U. E.U. P. J.-P. Hepatitis Office Hg İpek""".split()
)
given_names = st.sampled_from(
    ["J", "J. A.", "Emil ter", "Jessica da Silva", "IM da", "Office", "Hg", "Ed", "eds", "Inc.",
     "Ltd", "Şule", "Ji‐Zheng", "None", "V", "Et Al", "A.B.C.", "K.-T.", ""]
)  # fmt: skip
spelled_names = st.builds(
    lambda words, between, given: f"{' '.join(words)}{between if given else ''}{given}",
    st.lists(words_of_families, min_size=1, max_size=3),
    st.sampled_from([", ", ",", " "]),
    given_names,
).filter(lambda name: not name.startswith("and,"))


@given(spelled_names)
@example("JA Smith, AB Roe")
@example("Ed Von Roe, J")
@example("U.S. Roe")
@example("P. Hg")
def test_a_plain_name_is_what_a_closer_look_makes_of_it(name: str) -> None:
    people = plain_people(name, "author") or initialled_people(name, "author")

    if people is not None:
        assert part_roles(name) == [Named(name)]
        assert people == [person(each, "author") for each in split_names(name)]


@given(st.lists(spelled_names, min_size=1, max_size=4))
@example(["Zeggini E.", "J. Ahrens"])
def test_initialled_names_are_read_alone_as_they_are_in_a_list(some: list[str]) -> None:
    people = initialled_people("\n".join(some), "author")

    if people is not None:
        read = _reader_of(some)
        assert people == [read(name, "author") for name in some]


@given(names, st.lists(st.sampled_from(["Roe, J*", "Poe1, A", "…", "Xu, J", "et al."]), max_size=3))
@example("Poe-Lee, Et Al", ["Xu, J*"])
def test_a_plain_name_among_others_is_read_as_they_are(name: str, others: list[str]) -> None:
    value = _find_plain(name, "author")

    if value is not None:
        draft = _draft_with([])
        read = _names_in(draft, "AU", name, _without_signs(draft, "AU", name))
        reader = _reader_of([*others, *read])
        assert [reader(each, "author") for each in read] == value
        assert not draft.unused
        assert not draft.warnings


cases = st.sampled_from([str.lower, str.upper, str.title, str])
words = st.sampled_from(
    """university hospital dépt département institut ministerium Bundesministerium ministeriums
    company office officer center the of İstanbul UNİVERSİTY ﬁ group studies-unit""".split()
)


@given(st.lists(words, max_size=4).map(" ".join), cases)
@example("İNSTİTUT", str)
def test_a_group_is_one_in_letters_of_any_size(text: str, written: type[str]) -> None:
    text = written(text)

    minding_no_case = [re.compile(each.pattern, re.IGNORECASE) for each in (_INSTITUTION, _GROUP)]

    turkish = text.replace("i\u0307", "i")  # what its capital I becomes
    assert names_a_group(text) == any(each.search(turkish) for each in minding_no_case)


keywords = st.sampled_from(
    ["ant", "Ant", "bee", "wasp", "n/a", "null", "No terms assigned", "İ", "i\u0307", "ﬁ", "fi"]
)


@given(st.lists(keywords, min_size=1, max_size=6), st.booleans())
def test_keywords_are_the_same_when_taken_together(values: list[str], in_one: bool) -> None:
    together, one_by_one = _draft_with(["; ".join(values)] if in_one else values), _draft_with([])
    if not in_one:
        one_by_one.unused = {tag: [*left] for tag, left in together.unused.items()}
        values = together.tags.get("KW", [])

    add_keywords(together)
    _add_odd_keywords(one_by_one, values)

    assert together.keywords == one_by_one.keywords
    assert together.unused == one_by_one.unused


def _draft_with(keywords: list[str]) -> Draft:
    tags = ["TY", *["KW"] * len(keywords)]
    draft = Draft(Entry(1, 1, 9, tags, ["JOUR", *keywords], range(1, len(tags) + 1)))
    draft.source = GENERIC
    return draft


pieces_of_titles = st.sampled_from(
    ["Immun", "ology", " ", ": ", "2020", "_", "ß", "Σ", "Ὀδυσσεύς", "'", "\u0301", "Roe", "(", "½"]
)


@given(*[st.lists(pieces_of_titles, max_size=4).map("".join)] * 2)
@example("Immun", "ology in 2020")
@example("Immun", "ology" + " of more" * 99)
@example("Roe 2020", " and more")
def test_what_a_title_begins_with_is_a_short_form_of_it(text: str, rest: str) -> None:
    title = text + rest

    if _is_beginning(text, title):
        assert not is_same(text, title)
        assert _shortens(text, title)


lines = st.sampled_from(
    ["TI  - A title", "AU  - Müller, J", "N1  - more", "ER  - ", "TY  - JOUR", "", "loose text",
     "AB  - " + "long " * 400, "KW  - 王"]
)  # fmt: skip


class _LineByLine(Reader):
    """Gives every line the closer look that plain ones are spared."""

    def _read_next(self, piece: _Piece, at: int) -> int:
        if text := piece.texts[at]:
            self._look_closer(text, piece.first + at)
        else:
            self._blank_line(piece.first + at)
        return 1


odd_lines = st.sampled_from(
    ["ER", "ER  -", "  ", "AU - Roe, J", "N1  -", "ab  - small", "wrapped", "TY  - BOOK",
     "CY - London", "ER  - and more", "words that are part of", "T2  - Glued  AU  - Doe, J",
     "PY  - 2012   DO  - 10.1/x", "a - b\tVL  - 3", "XX  - unknown"]
)  # fmt: skip


@given(st.lists(lines | odd_lines, max_size=30).map(lambda some: "\n".join(["TY  - JOUR", *some])))
@example("TY  - JOUR\nAB  - one\n\ntwo\nER  - \n\nTY  - BOOK\nTI  - A title\nthat wraps\n\nER  - ")
@example("TY  - JOUR\nTI  - A title   AU  - Roe, J\nER  - ")
@example("TY  - JOUR\nTI  - A title\nwith words.\n\nCY - London\nER  - ")
@example("TY  - JOUR\nTI  - One\nER  - \nTI  - Left\nbehind\n\nTY  - BOOK\nTI  - Two\nER  - ")
@example("TY  - JOUR\nAB  - One\nER  - and more\nAU  - Roe, J\nER  - ")
def test_plain_lines_are_read_together_as_one_by_one(written: str) -> None:
    assert _read(Reader, written) == _read(_LineByLine, written)


def _read(kind: type[Reader], written: str) -> tuple[list[object], list[Problem]]:
    reader = kind(io.BytesIO(written.encode()))
    try:
        entries: list[object] = [(entry, [*entry.numbers]) for entry in reader]
    except InputError as error:
        entries = [str(error)]
    return entries, reader.problems


@given(st.text("a -‐\n", max_size=12), st.sampled_from(["-", " -", " --", "\t-", " ‐"]))
def test_a_dash_is_found_where_it_is(text: str, dash: str) -> None:
    assert (dash_finder(dash)(text) is not None) == (dash in text)


@given(st.lists(lines, max_size=30).map(lambda some: "\n".join(["TY  - JOUR", *some])))
def test_what_an_entry_promises_of_its_values_is_true(written: str) -> None:
    try:
        entries = list(Reader(io.BytesIO(written.encode())))
    except InputError:
        return
    for entry in entries:
        assert not entry.is_ascii or "".join(entry.values).isascii()
        assert not entry.is_short or sum(map(len, entry.values)) <= len(written)
        if entry.is_short:
            entry.is_short = False
            assert too_large(entry) is None

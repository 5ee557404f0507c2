"""Most items are plain and take a short way to the exports: it ends where the long one does."""

from __future__ import annotations

import html
from html.entities import html5

from hypothesis import example, given
from hypothesis import strategies as st

from syncd.item.bibtex_text import _format_name, format_names
from syncd.item.letters import has_controls, has_references
from syncd.item.ris_writing import _PLAIN, _are_plain, _fits_a_line, _is_plain

families = st.sampled_from(
    """Xu|van der Berg|Van der Berg|O'Hara|Müller|Poe-Lee|王|Smith2|Li and Xu|Ng, J. and Ho|de|A{b|
    R&D|McDonald|Au  Yeung|Λι|None|""".split("|")
)
givens = st.sampled_from(
    "J.|J. and |J. A.|J.-P.|Jörg|J. van|A., Jr.|III|小明|and|J and K|K. M|j.|R_|".split("|")
)
people = st.builds(
    lambda family, given: {"creatorType": "author", "lastName": family, "firstName": given},
    families,
    givens,
)
groups = st.sampled_from(
    [
        {"creatorType": "author", "name": "The Group"},
        {"creatorType": "author", "name": "", "lastName": "Xu", "firstName": "J."},
        {"creatorType": "author", "lastName": "Xu"},
        {"creatorType": "author", "lastName": "Xu", "firstName": None},
    ]
)


@given(st.lists(people | groups, max_size=4))
@example([{"lastName": "Ng, J. and Ho", "firstName": "K."}])
@example([{"lastName": "Xu", "firstName": "J. and "}])
@example([{"lastName": "Ng, J. and Ho", "firstName": "K."}, {"name": "Group"}])
def test_a_plain_list_of_people_is_what_each_of_them_is(creators: list[dict[str, str]]) -> None:
    one_by_one = [name for creator in creators if (name := _format_name(creator))]

    assert format_names(creators) == " and ".join(one_by_one)


@given(st.text() | st.text(alphabet='a"\\\n\x00\x1f\x7f\x85\ud800é'))
@example("")
@example('"')
@example("\\\\n")
def test_controls_are_found_without_looking_at_each_letter(text: str) -> None:
    expected = any(c < " " or c == "\x7f" or "\ud800" <= c <= "\udfff" for c in text)

    assert has_controls(text) == expected


@given(st.lists(st.sampled_from([*html5, *"&&&&;;# 3xX9\n<", "#x", "art", "é"]), max_size=6))
@example(["&", "amp"])
@example(["&", "para", "meter=1"])
@example(["&", "part", "nerID=40"])
@example(["&", "notit", ";"])
@example(["&", "#", "X", "41"])
def test_references_are_found_without_looking_each_of_them_up(parts: list[str]) -> None:
    text = "".join(parts)

    assert has_references(text) == (html.unescape(text) != text)


odd = st.text(
    alphabet="aé  <&;#3x\n\xa0\xad\x85\u0301\u0338\u2028\ufeff\u00c3\u00a9=汉", max_size=4
)


@given(st.lists(odd | st.sampled_from(["Xu", "&am", "p;", "&lt", "A\u030a"]), max_size=4))
@example([""])
@example(["a", " b"])
@example(["&lt", ";"])
def test_values_are_plain_together_where_each_of_them_is(values: list[str]) -> None:
    assert _are_plain(values) == all(map(_is_plain, values))


@given(st.text(max_size=4) | odd)
def test_a_value_fits_a_line_where_the_pattern_says_so(value: str) -> None:
    assert _fits_a_line(value) == (_PLAIN.fullmatch(value) is not None)

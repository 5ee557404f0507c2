"""Two items side by side: nothing is lost, and what differs is marked."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.page.differing import compare, mark, shown

TEXTS = st.text(alphabet="ab c\n", max_size=30)


@given(TEXTS, TEXTS)
def test_the_pieces_are_the_texts(one: str, other: str) -> None:
    left, right = mark(one, other)

    assert "".join(piece.text for piece in left) == one
    assert "".join(piece.text for piece in right) == other


@given(TEXTS, TEXTS)
def test_what_is_not_marked_is_equal(one: str, other: str) -> None:
    left, right = mark(one, other)

    same = ["".join(p.text for p in side if not p.differs) for side in (left, right)]
    assert same[0] == same[1]


def test_one_word_that_differs_is_marked_alone() -> None:
    left, right = mark("effects on maternal health", "effects on paternal health")

    assert [piece.text for piece in left if piece.differs] == ["maternal"]
    assert [piece.text for piece in right if piece.differs] == ["paternal"]


def test_fields_that_differ_come_first_and_say_who_has_them() -> None:
    record = {"title": "A", "date": "2020", "pages": "1-2", "collections": ["X"]}
    item = {"title": "A", "date": "2021", "volume": "3"}

    pairs = compare(record, item)

    assert [(pair.name, pair.state) for pair in pairs] == [
        ("date", "different"),
        ("pages", "record alone"),
        ("volume", "item alone"),
        ("title", "same"),
    ]


def test_people_and_tags_are_read_as_text() -> None:
    people = [{"creatorType": "author", "lastName": "Moss", "firstName": "Ada"}, {"name": "WHO"}]

    assert shown(people) == "Moss, Ada; WHO"
    assert shown([{"tag": "x"}, {"tag": "y"}]) == "x; y"


def test_long_texts_of_the_same_few_words_are_compared_as_wholes() -> None:
    one, other = "to be or not to be " * 60, "not to be or to be " * 60

    assert mark(one, other) == (((one, True),), ((other, True),))


def test_a_word_in_the_middle_of_a_long_text_is_marked_alone() -> None:
    words = [f"word{number}" for number in range(300)]
    one = " ".join(words)

    left, _ = mark(one, one.replace("word150", "another"))

    assert [piece.text for piece in left if piece.differs] == ["word150"]

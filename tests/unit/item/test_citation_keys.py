"""Citation keys: given once, for one work each, and the one that the work carries if it has one."""

from __future__ import annotations

from collections.abc import Iterator
from string import ascii_lowercase
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.item import citation_keys
from syncd.item.citation_keys import KeyRing, propose_key
from syncd.record import ItemKey

ONE, TWO, THREE = (ItemKey(key) for key in ("ABCD2345", "ABCD2346", "ABCD2347"))


def work(
    family: str = "Smith", title: str = "The territory of ants", **more: Any
) -> dict[str, Any]:
    creators = [{"creatorType": "author", "lastName": family, "firstName": "A"}]
    return {"itemType": "book", "title": title, "date": "2012", "creators": creators, **more}


@pytest.mark.parametrize(
    ("data", "key"),
    [
        (work(), "smith2012territory"),
        (work("van der Berg"), "vanderberg2012territory"),
        (work("Ørsted-Łódź", "Über Straßen"), "orstedlodz2012uber"),
        (work("王", "蚂蚁"), "item2012"),
        (work(title="<i>E. coli</i> ashore"), "smith2012coli"),
        ({"itemType": "book"}, "itemabcd2345"),
        ({"itemType": "book", "title": "1984"}, "item1984"),
    ],
)
def test_a_key_says_what_the_work_is(data: dict[str, Any], key: str) -> None:
    assert propose_key(ONE, data) == key


def test_works_of_one_look_have_keys_of_their_own() -> None:
    ring = KeyRing(())

    keys = [ring.key_for(ItemKey(f"MANY{n:04}".replace("0", "2")), work()) for n in range(2, 9)]

    assert keys[:3] == ["smith2012territory", "smith2012territorya", "smith2012territoryb"]
    assert len(set(keys)) == len(keys)


def test_a_key_stays_whatever_becomes_of_the_work() -> None:
    ring = KeyRing([(ONE, "smith2012territory")])

    assert ring.key_for(ONE, work("Jones", "Another title")) == "smith2012territory"
    assert ring.given == []


@pytest.mark.parametrize(
    "more",
    [{"citationKey": "ford:1999"}, {"extra": "PMID: 1\nCitation Key: ford:1999"},
     {"extra": "bibtex: ford:1999"}, {"citationKey": " {ford:1999}, "}],
)  # fmt: skip
def test_the_key_that_a_work_carries_is_its_key(more: dict[str, str]) -> None:
    ring = KeyRing([(ONE, "smith2012territory")])

    assert ring.key_for(ONE, work(**more)) == "ford:1999"
    assert ring.given == [(ONE, "ford:1999")]


def test_a_key_that_two_works_carry_is_that_of_the_first() -> None:
    ring = KeyRing(())
    first = ring.key_for(ONE, work(citationKey="Ford1999"))
    second = ring.key_for(TWO, work(citationKey="ford1999"))

    assert (first, second) == ("Ford1999", "ford1999a")
    assert KeyRing(ring.given).key_for(TWO, work(citationKey="ford1999")) == "ford1999a"


def test_a_key_is_never_given_to_another_work() -> None:
    ring = KeyRing([(ONE, "smith2012territory"), (ONE, "mine"), (TWO, "SMITH2012territory")])

    assert ring.key_for(ONE, work()) == "mine"
    assert ring.key_for(TWO, work()) == "smith2012territorya"
    assert ring.key_for(THREE, work(citationKey="mine")) == "minea"


def test_keys_that_many_works_want_are_not_asked_for_again(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []
    endings = citation_keys._endings

    def counted() -> Iterator[str]:
        for ending in endings():
            asked.append(ending)
            yield ending

    monkeypatch.setattr(citation_keys, "_endings", counted)
    ring = KeyRing(())
    keys = {ring.key_for(ItemKey(f"MANY{number}"), work()) for number in range(800)}

    assert len(keys) == 800
    assert len(asked) <= 2 * len(keys)


WANTED = st.sampled_from(["x", "X", "xa", "xA", "xaa", "y"])


@given(
    known=st.lists(st.tuples(st.integers(0, 9), WANTED)),
    asked=st.lists(st.tuples(st.integers(0, 9), WANTED), max_size=60),
)
def test_each_work_gets_the_first_key_that_is_no_others(
    known: list[tuple[int, str]], asked: list[tuple[int, str]]
) -> None:
    ring = KeyRing([(ItemKey(str(number)), key) for number, key in known])
    owner_of: dict[str, int] = {}
    for number, key in known:
        owner_of.setdefault(key.casefold(), number)
    has = {number: key for number, key in known if owner_of[key.casefold()] == number}
    for number, wanted in asked:
        got = ring.key_for(ItemKey(str(number)), work(citationKey=wanted))
        before = [wanted + ending for ending in ("", *ascii_lowercase)]
        if has.get(number) != got:
            free = (key for key in before if owner_of.get(key.casefold(), number) == number)
            assert got == next(free)
        owner_of[got.casefold()], has[number] = number, got

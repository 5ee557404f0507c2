"""Keys follow from works, and only from works."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from syncd.item.minting import ALPHABET, mint_key, name_of
from syncd.record import Citation, Doi, Eid, Identity


def test_the_same_work_gets_the_same_key_today_and_in_years() -> None:
    # Written out: a change of these would make every earlier item unknown to its own key.
    assert mint_key("file:/library", ("scopus", "2-s2.0-84857789296")) == "J3T7Q5TD"
    assert mint_key("file:/library", ("scopus", "2-s2.0-84857789296"), 1) == "7XWXJB9P"


@given(st.text(), st.tuples(st.text(), st.text()), st.integers(0, 1000))
def test_a_key_is_eight_of_zoteros_characters(
    library: str, name: tuple[str, str], ordinal: int
) -> None:
    key = mint_key(library, name, ordinal)

    assert len(key) == 8
    assert set(key) <= set(ALPHABET)


def test_keys_differ_by_library_name_and_ordinal() -> None:
    keys = {
        mint_key(library, name, ordinal)
        for library in ("file:/a", "file:/b")
        for name in (("doi", "10.1000/1"), ("scopus", "10.1000/1"), ("doi", "10.1000/12"))
        for ordinal in (0, 1, 2)
    }

    assert len(keys) == 2 * 3 * 3


def test_the_strongest_identifier_names_a_work() -> None:
    both = Identity(scopus=Eid("2-s2.0-0000000001"), doi=Doi("10.1000/1"))

    assert name_of(Citation("book", "A", identity=both), "f") == ("scopus", "2-s2.0-0000000001")
    assert name_of(Citation("book", "A", identity=both._replace(scopus=None)), "f") == (
        "doi",
        "10.1000/1",
    )
    assert name_of(Citation("book", "A"), "f") == ("fingerprint", "f")

"""The keys of a few works are looked for in `citation-keys.tsv` as if all of it were read."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from hypothesis import given
from hypothesis import strategies as st

from adapters.file.citation_keys import read_keys
from syncd.record import ItemKey

ITEMS = st.sampled_from([ItemKey(f"ABCD234{number}") for number in range(2, 8)])
CITED = st.sampled_from(
    "smith2012ants Smith2012Ants smith2012antsa SMITH2012antsB smith2012 ford:1999 x item".split()
)
LINES = st.one_of(
    st.builds("{}\t{}".format, ITEMS, CITED),
    st.sampled_from(["", "abcd2342\tsmith2012ants", "ABCD2342\t", "ABCD2343\tx\r", "no line"]),
)
WORKS = st.dictionaries(
    ITEMS,
    st.fixed_dictionaries(
        {"itemType": st.just("book"), "date": st.just("2012")},
        optional={
            "title": st.sampled_from(["Ants", "Bees"]),
            "creators": st.just([{"creatorType": "author", "lastName": "Smith"}]),
            "citationKey": CITED,
        },
    ),
    min_size=1,
    max_size=4,
)


@given(st.lists(LINES, max_size=14), WORKS, st.sampled_from(["", "\n"]))
def test_a_few_works_get_the_keys_that_they_would_get_of_all(
    lines: list[str], works: dict[ItemKey, dict[str, object]], end: str
) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "citation-keys.tsv")
        path.write_bytes(("\n".join(lines) + end).encode())
        few, whole = read_keys(path, works), read_keys(path)

    assert [few.key_for(key, works[key]) for key in works] == [
        whole.key_for(key, works[key]) for key in works
    ]
    assert few.given == whole.given

"""A merge of any three sides: what people wrote stays, nothing is lost, and twice is once."""

from __future__ import annotations

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from syncd.item.bases import base_after
from syncd.item.equality import is_same
from syncd.item.merging import MAKER, Merge, merge
from syncd.item.own_lines import lines_of_ours
from syncd.item.precision import says_less
from syncd.item.sameness import says_same
from syncd.record import Provenance
from syncd.system.resources import shipped_schema

FIELDS = shipped_schema().fields["journalArticle"]
NAMES = ("title", "volume", "date", "pages", "DOI", "PMID", "abstractNote")
WORDS = st.lists(st.sampled_from(["moss", "fen", "7", "2024", "Ä.", "…"]), max_size=3)
TEXTS = st.one_of(WORDS.map(" ".join), st.text("aäA .7-…\x07", max_size=6))
LINES = st.lists(
    st.sampled_from(
        [
            "PMID: 1",
            "PMID: 2",
            "PMCID: PMC3",
            " note ",
            "",
            "mine: a",
            "Scopus EID: 2-s2.0-85",
            "x\t",
        ]
    ),
    max_size=5,
).map("\n".join)
PEOPLE = st.lists(
    st.builds(
        lambda family, given: {"creatorType": "author", "lastName": family, "firstName": given},
        st.sampled_from(["Ash", "Bø"]),
        st.sampled_from(["", "C.", "Cora"]),
    ),
    max_size=3,
)
TAGS = st.lists(st.sampled_from(["a", "b", "c"]), unique=True, max_size=3).map(
    lambda names: [{"tag": name} for name in names]
)
ITEMS = st.builds(
    lambda fields, extra, people, tags: {
        "itemType": "journalArticle",
        **fields,
        "extra": extra,
        "creators": people,
        "tags": tags,
    },
    st.dictionaries(st.sampled_from(NAMES), TEXTS),
    LINES,
    PEOPLE,
    TAGS,
)
BASES = st.one_of(st.none(), ITEMS)
DATES = st.sampled_from(["", "2025-01-01", "2025-02-01", "2025-02-01T10:00:00Z"])
WHO = st.builds(Provenance, st.sampled_from(["scopus", "ovid"]), DATES)
WRITTEN = st.one_of(
    st.builds(lambda who: {MAKER: who}, WHO),
    st.dictionaries(st.sampled_from(NAMES), WHO).flatmap(
        lambda some: st.builds(lambda who: {MAKER: who, **some}, WHO)
    ),
)
PATIENT = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
"""How long it takes says nothing on a machine that others use too."""
SIDES = {"base": BASES, "theirs": ITEMS, "ours": ITEMS, "who": WHO, "written": WRITTEN}


def _merge(base: Any, theirs: Any, ours: Any, who: Any, written: Any) -> Merge:
    known = written if base is not None else {k: v for k, v in written.items() if k != MAKER}
    return merge(base, theirs, ours, who=who, written=known, fields=FIELDS)


@PATIENT
@given(**SIDES)
def test_nothing_moves_to_nothing_or_to_less(
    base: Any, theirs: Any, ours: Any, who: Any, written: Any
) -> None:
    for name, value in _merge(base, theirs, ours, who, written).data.items():
        assert value
        if theirs.get(name) and name not in ("extra", "tags"):
            assert not says_less(name, theirs[name], value)


@PATIENT
@given(**SIDES)
def test_what_differs_from_base_never_moves(
    base: Any, theirs: Any, ours: Any, who: Any, written: Any
) -> None:
    found = _merge(base, theirs, ours, who, written)

    for name in [*NAMES, "creators"]:
        there = theirs.get(name)
        if name in found.data and there and not is_same(there, ""):  # Blanks alone are nothing.
            assert base is not None
            assert says_same(name, theirs[name], base.get(name))


@PATIENT
@given(**SIDES)
def test_lines_of_others_survive_byte_for_byte_in_their_order(
    base: Any, theirs: Any, ours: Any, who: Any, written: Any
) -> None:
    found = _merge(base, theirs, ours, who, written).data.get("extra", theirs["extra"])

    own = lines_of_ours((base or {}).get("extra", ""))
    others = [line for line in theirs["extra"].split("\n") if line.strip() not in own]
    left = iter(found.split("\n"))
    assert all(line in left for line in others if line.strip())
    if not own and theirs["extra"]:
        assert found.startswith(theirs["extra"])


@PATIENT
@given(**SIDES)
def test_what_a_merge_wrote_is_not_written_again(
    base: Any, theirs: Any, ours: Any, who: Any, written: Any
) -> None:
    found = _merge(base, theirs, ours, who, written)
    after = {**theirs, **found.data}
    said = {**written, **dict.fromkeys((change.field for change in found.changes), who)}
    renewed = None if base is None else base_after(base, found.data, ours, theirs)

    assert _merge(renewed, after, ours, who, said).data == {}


@PATIENT
@given(theirs=ITEMS, ours=ITEMS, who=WHO)
def test_no_field_that_others_filled_is_touched_in_their_items(
    theirs: Any, ours: Any, who: Any
) -> None:
    found = merge(None, theirs, ours, who=who, written={}, fields=FIELDS)

    assert not found.conflicts
    for name in found.data.keys() - {"extra"}:
        assert not str(theirs.get(name) or "").strip()


@PATIENT
@given(base=ITEMS, theirs=ITEMS, who=WHO, written=WRITTEN)
def test_a_record_that_says_what_was_written_changes_nothing(
    base: Any, theirs: Any, who: Any, written: Any
) -> None:
    found = _merge(base, theirs, base, who, written)

    assert found.data == {}
    assert found.conflicts == ()

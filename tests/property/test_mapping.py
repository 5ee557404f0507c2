"""Whatever an entry holds: nothing disappears, and what is sent is what a library takes."""

from __future__ import annotations

import io
import re
from typing import Any
from unittest import mock

from hypothesis import given, settings
from hypothesis import strategies as st

from syncd.errors import InputError
from syncd.formats.ris import Entry, Reader
from syncd.formats.sources import generic, read_record, read_records
from syncd.formats.sources.text import clean
from syncd.item.making import item_data, notes_for
from syncd.item.reading import citation_of, identity_of
from syncd.item.ris_writing import format_ris
from syncd.record import Record
from syncd.system.resources import shipped_schema
from tests.support.entries import entry_of

SCHEMA = shipped_schema()
TYPES = """JOUR JOUR JOUR JOUR CONF CONF CHAP CHAP BOOK BOOK ABST ADVS AGGR ART BILL BLOG BOOK CASE
    CHAP COMP CONF CPAPER DATA DICT EDBOOK ELEC ENCYC GEN HEAR ICOMM INPR JOUR LEGAL MANSCPT
    MAP MGZN MPCT MULTI MUSIC NEWS PAT PCOMM RPRT SER SLIDE SOUND STAND STAT THES UNPB VIDEO
    WEB CITATION""".split()
FREE_TAGS = """A1 A2 A3 A4 AB AD AN AU AV BT C1 C2 C3 C4 C5 C6 C7 C8 CA CN CP CR CT CY DB DP ED
    ET FU H1 H2 ID IP IS J1 J2 J9 JA JF JI JO KW LA LB M1 M2 M3 MA N1 N2 NV OP PA PB PI PP PU RI
    RN SE SO SP ST SV T1 T2 T3 TA TI TT U1 U2 U3 VL VO WE""".split()

words = st.text(alphabet="abdgkmoprtuvzäéñ", min_size=2, max_size=9)
phrases = st.lists(words, min_size=1, max_size=5).map(" ".join)
years = st.integers(1950, 2030)
SHAPED = {
    "AU": st.builds("{}, {}".format, words, words),
    "ED": st.builds("{}, {}.".format, words, words),
    "DA": st.builds("{}/{:02}/{:02}/".format, years, st.integers(1, 12), st.integers(1, 28)),
    "PY": years.map(str),
    "Y2": st.builds("{}/{:02}/{:02}".format, years, st.integers(1, 12), st.integers(1, 28)),
    "DO": st.builds("10.{}/{}".format, st.integers(1000, 9999), words),
    "UR": st.builds("https://{}.example/{}".format, words, words),
    "L1": st.builds("https://{}.example/{}.pdf".format, words, words),
    "L2": phrases,
    "SN": st.sampled_from(["1474-1776", "0378-5955", "978-3-16-148410-0", "1234-1234", "R 12"]),
    "BN": st.sampled_from(["978-3-16-148410-0", "0-306-40615-2"]),
    "SP": st.integers(1, 999).map(str),
    "EP": st.integers(1, 999).map(str),
    "KW": st.builds("{}; {}".format, phrases, phrases),
    "N1": st.builds("{}: {}; {}".format, st.sampled_from(["Export Date", "Funding details", "x"]),
                    phrases, phrases),
}  # fmt: skip
lines = st.one_of(
    st.sampled_from(sorted(SHAPED)).flatmap(lambda tag: SHAPED[tag].map(lambda text: (tag, text))),
    st.tuples(st.sampled_from(FREE_TAGS), phrases),
)


def names_a_work(entry: Entry) -> bool:
    return isinstance(read_records([entry], "x.ris")[0], Record)


@st.composite
def any_entries(draw: st.DrawFn) -> Entry:
    pairs = [("TY", draw(st.sampled_from(TYPES))), *draw(st.lists(lines, min_size=1, max_size=14))]
    return entry_of(pairs)


def entries() -> st.SearchStrategy[Entry]:
    return any_entries().filter(names_a_work)


def words_of(text: str) -> set[str]:
    return {word.lstrip("0") for word in re.findall(r"[^\W_]+", text.casefold())} - {""}


def everything_in(record: Record) -> set[str]:
    return words_of(str(record) + str(item_data(record, SCHEMA)))


@settings(max_examples=150, deadline=None)
@given(entries())
def test_every_word_of_an_entry_is_in_the_item_or_named_as_unused(entry: Entry) -> None:
    record = read_record(entry, "x.ris")

    kept = everything_in(record)
    for line in entry.lines[1:]:
        assert words_of(line.value) <= kept, line


@settings(max_examples=100, deadline=None)
@given(entries())
def test_only_fields_and_roles_that_the_schema_knows_are_sent(entry: Entry) -> None:
    data = item_data(read_record(entry, "x.ris"), SCHEMA)

    item_type = data["itemType"]
    lists = {"itemType", "creators", "tags", "collections", "relations"}
    assert set(data) - lists <= SCHEMA.fields[item_type]
    assert {c["creatorType"] for c in data["creators"]} <= set(SCHEMA.creator_types[item_type])
    assert all(isinstance(data[field], str) and data[field] for field in set(data) - lists)


@settings(max_examples=100, deadline=None)
@given(entries())
def test_an_item_read_again_has_the_identity_of_its_record(entry: Entry) -> None:
    record = read_record(entry, "x.ris")

    assert identity_of(item_data(record, SCHEMA)) == record.identity


@settings(max_examples=150, deadline=None)
@given(entries())
def test_our_ris_read_again_gives_the_same_item_and_notes(entry: Entry) -> None:
    record = read_record(entry, "x.ris")
    data, notes = item_data(record, SCHEMA), notes_for(record, ["other", "funding"])

    again = _read_text(format_ris(data, notes))

    assert item_data(again, SCHEMA) == data
    assert notes_for(again, ["other"]) == notes
    assert again.identity == record.identity


@settings(max_examples=200, deadline=None)
@given(entries())
def test_a_step_that_is_left_out_would_have_done_nothing(entry: Entry) -> None:
    chosen = read_record(entry, "x.ris")

    with mock.patch.object(generic, "_steps_for", lambda _: frozenset(dict(generic._STEPS))):
        assert str(read_record(entry, "x.ris")) == str(chosen)


@settings(max_examples=100, deadline=None)
@given(st.lists(any_entries() | st.just(entry_of([("TY", "JOUR")])), max_size=6))
def test_entries_say_together_what_each_says_alone(some: list[Entry]) -> None:
    together = read_records(some, "x.ris")

    alone = [read_records([entry], "x.ris")[0] for entry in some]
    assert list(map(str, together)) == list(map(str, alone))


texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30).map(str.strip)
loose_lines = st.tuples(st.sampled_from([*FREE_TAGS, *SHAPED]), texts)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*TYPES, "", "?"]), st.lists(loose_lines, max_size=12))
def test_no_text_whatever_breaks_the_mapping(ty: str, pairs: list[tuple[str, str]]) -> None:
    entry = entry_of([("TY", ty), *pairs])

    try:
        record = read_record(entry, "x.ris")
    except InputError:
        titles = [value for tag, value in pairs if tag in ("TI", "T1")]
        assert not any(clean(value).strip() for value in titles)
        return

    data = item_data(record, SCHEMA)
    citation_of(data)
    assert item_data(_read_text(format_ris(data)), SCHEMA) == data


def _read_text(text: str) -> Record:
    found = list(Reader(io.BytesIO(text.encode())))
    assert len(found) == 1
    return read_record(found[0], "library.ris")


@settings(max_examples=100, deadline=None)
@given(st.dictionaries(st.sampled_from(["title", "extra", "date", "pages", "url"]), texts))
def test_any_text_a_person_typed_survives_our_ris(fields: dict[str, str]) -> None:
    kept = {name: text for name, text in fields.items() if text}
    data: dict[str, Any] = {
        "itemType": "journalArticle", **kept,
        "creators": [{"creatorType": "editor", "name": text} for text in kept.values()],
        "tags": [{"tag": text, "type": 1} for text in sorted(set(kept.values()))],
        "collections": [], "relations": {},
    }  # fmt: skip

    again = item_data(_read_text(format_ris(data)), SCHEMA)

    assert again == data

"""Bytes become text: by a mark, by evidence, or not at all."""

from __future__ import annotations

import io

import pytest

from syncd.errors import InputError, Problem
from syncd.formats.ris import Entry, Reader

FRENCH = ("Étude de la variabilité génétique chez les espèces méditerranéennes", "Lefèvre, Zoë")
FRENCH_TOO = ("Le rôle de la forêt dans l’économie française : où va-t-on ?", "Benoît, Jérôme")
GERMAN = ("Über die Entstehung der größten Städte Mitteleuropas", "Müller, Jörg")
PORTUGUESE = ("Avaliação da produção de energia em regiões tropicais", "Conceição, João")
DANISH = ("Børn og unges trivsel på større skoler", "Sørensen, Jørgen")
ICELANDIC = ("Áhrif loftslagsbreytinga á þorsk og síld við Ísland", "Þórðarson, Guðmundur")
POLISH = ("Wpływ zanieczyszczeń powietrza na zdrowie młodzieży w Łodzi", "Wiśniewska, Łucja")
CZECH = ("Příčiny a důsledky změn klimatu v českých zemích", "Dvořák, Jiří")
HUNGARIAN = ("Az erdőgazdálkodás jövője és a természetvédelem kérdései", "Szűcs, Gergő")
TURKISH = ("Türkiye’de iklim değişikliğinin tarım üzerindeki etkileri", "Yılmaz, Işık")
RUSSIAN = ("Исследование влияния климата на здоровье населения", "Иванов, Сергей")
GREEK = ("Η επίδραση της κλιματικής αλλαγής στην υγεία", "Παπαδόπουλος, Γιώργος")
CHINESE = ("气候变化对中国农业生产的影响研究", "王, 小明")
TAIWANESE = ("氣候變遷對臺灣農業生產的影響", "陳, 大文")
JAPANESE = ("気候変動が日本の農業生産に与える影響についての研究", "田中, 太郎")
KOREAN = ("기후 변화가 한국의 농업 생산에 미치는 영향에 관한 연구", "김, 철수")

Work = tuple[str, str]


def export(*works: Work) -> str:
    return "".join(
        f"TY  - JOUR\nTI  - {title}\nAU  - {author}\nER  - \n" for title, author in works
    )


def read(content: bytes) -> tuple[Reader, list[Entry]]:
    reader = Reader(io.BytesIO(content))
    return reader, list(reader)


def works_in(entries: list[Entry]) -> list[Work]:
    return [(entry.lines[1].value, entry.lines[2].value) for entry in entries]


@pytest.mark.parametrize(
    "encoding",
    ["utf-8", "utf-8-sig", "utf-16", "utf-32", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be"],
)
def test_unicode_is_read_with_and_without_a_mark(encoding: str) -> None:
    reader, entries = read(export(POLISH, CHINESE, ("Rain 😀", "Sand, Ada")).encode(encoding))

    assert works_in(entries) == [POLISH, CHINESE, ("Rain 😀", "Sand, Ada")]
    assert reader.encoding_certain
    assert reader.problems == []
    assert reader.encoding == {
        "utf-8-sig": "utf-8",
        "utf-16": "utf-16-le",
        "utf-32": "utf-32-le",
    }.get(encoding, encoding)


OLDER = [
    ("windows-1252", FRENCH),
    ("windows-1252", FRENCH_TOO),
    ("windows-1252", GERMAN),
    ("windows-1252", PORTUGUESE),
    ("windows-1252", DANISH),
    ("windows-1252", ICELANDIC),
    ("mac-roman", FRENCH),
    ("mac-roman", GERMAN),
    ("mac-roman", PORTUGUESE),
    ("cp437", GERMAN),
    ("cp850", DANISH),
    ("windows-1250", POLISH),
    ("windows-1250", CZECH),
    ("windows-1250", HUNGARIAN),
    ("windows-1251", RUSSIAN),
    ("koi8-r", RUSSIAN),
    ("windows-1253", GREEK),
    ("windows-1254", TURKISH),
    ("gb18030", CHINESE),
    ("big5", TAIWANESE),
    ("shift_jis", JAPANESE),
    ("euc_jp", JAPANESE),
    ("euc_kr", KOREAN),
]


@pytest.mark.parametrize(("encoding", "work"), OLDER)
def test_older_encodings_are_told_by_their_words_and_the_guess_is_said(
    encoding: str, work: Work
) -> None:
    reader, entries = read(export(work).encode(encoding))

    assert works_in(entries) == [work]
    assert reader.encoding == encoding
    assert [encoding in problem.message for problem in reader.problems] == [True]


def test_much_text_that_fits_makes_the_guess_certain() -> None:
    few, _ = read(export(GERMAN).encode("windows-1252"))
    many, _ = read(export(*[GERMAN, FRENCH] * 9).encode("windows-1252"))

    assert not few.encoding_certain
    assert many.encoding_certain


def test_the_encoding_is_told_where_the_first_odd_byte_stands_far_into_the_file() -> None:
    content = export(*[("On tides", "Sand, Ada")] * 9000, CZECH).encode("windows-1250")

    reader, entries = read(content)

    assert works_in(entries)[-1] == CZECH
    assert reader.encoding == "windows-1250"


@pytest.mark.parametrize(
    "content",
    [
        "TI  - 기후 변화".encode("euc_kr"),
        "TI  - כותרת בעברית".encode("cp1255"),
        "AU  - Lefèvre, Zoë".encode("cp850"),
        b"TI  - " + bytes(range(0x80, 0xFF)),
    ],
)
def test_bytes_that_several_encodings_or_none_explain_are_refused(content: bytes) -> None:
    with pytest.raises(InputError, match="encoding"):
        read(b"TY  - JOUR\n" + content + b"\nER  - \n")


def test_a_bad_byte_condemns_its_own_line_only() -> None:
    content = export(POLISH, GERMAN, POLISH).encode().replace("ü".encode(), b"\xfc")

    reader, entries = read(content)

    assert works_in(entries) == [POLISH, GERMAN, POLISH]
    assert reader.encoding == "utf-8"
    assert [len(entry.problems) for entry in entries] == [0, 1, 0]
    assert entries[1].problems[0].line == 7


def test_what_is_well_formed_in_a_damaged_line_stays() -> None:
    content = export(POLISH, ("Słońce nad – Zoë", "x")).encode().replace("ë".encode(), b"\xeb")

    assert works_in(read(content)[1])[1] == ("Słońce nad – Zoë", "x")


def test_surrogates_encoded_one_by_one_are_joined() -> None:
    content = export(("Rain 😀", "x")).encode().replace("😀".encode(), b"\xed\xa0\xbd\xed\xb8\x80")

    _, entries = read(content)

    assert works_in(entries) == [("Rain 😀", "x")]
    assert entries[0].problems


@pytest.mark.parametrize("control", ["\x00", "\x08", "\x0b", "\x0c", "\x1a", "\x1e", "\x7f"])
def test_a_control_character_becomes_a_blank_and_is_named(control: str) -> None:
    _, entries = read(export((f"On{control}tides", "Müller"), POLISH).encode())

    assert works_in(entries) == [("On tides", "Müller"), POLISH]
    assert [problem.line for problem in entries[0].problems] == [2]
    assert f"U+{ord(control):04X}" in entries[0].problems[0].message
    assert entries[1].problems == []


@pytest.mark.parametrize("mark_before", ["TY  - JOUR\nTI  - b", "TI  - b"])
def test_a_byte_order_mark_vanishes_wherever_it_stands(mark_before: str) -> None:
    text = export(("a", "x"), ("b", "y")).replace(mark_before, "\ufeff" + mark_before)

    assert works_in(read(text.encode())[1]) == [("a", "x"), ("b", "y")]


def test_text_is_composed() -> None:
    assert works_in(read(export(("Zoe\u0308", "A\u030angstrom")).encode())[1]) == [
        ("Zoë", "Ångstrom")
    ]


@pytest.mark.parametrize("work", [GERMAN, FRENCH, FRENCH_TOO, POLISH, RUSSIAN])
def test_text_encoded_twice_is_repaired_and_the_repair_is_said(work: Work) -> None:
    content = export(work).encode().decode("windows-1252", "surrogateescape")
    twice = "".join(chr(ord(c) - 0xDC00) if "\udc80" <= c <= "\udcff" else c for c in content)

    _, entries = read(twice.encode())

    assert works_in(entries) == [work]
    assert any("twice" in problem.message for problem in entries[0].problems)


@pytest.mark.parametrize(
    "title", ["Voilà « É… » et Ã©", "CAFÉ… ou THÉ’", "Â and Ã are letters", "«NOÊ»"]
)
def test_text_that_only_resembles_text_encoded_twice_is_left_alone(title: str) -> None:
    assert works_in(read(export((title, "x")).encode())[1]) == [(title, "x")]


def test_what_is_lost_already_is_flagged_and_kept() -> None:
    _, entries = read(export(("Pe\ufffda", "O\x92Neill")).encode())

    assert works_in(entries) == [("Pe\ufffda", "O’Neill")]
    assert entries[0].problems == [
        Problem("U+FFFD: a character was lost before this file was written", 2),
        Problem("control character U+0092 read as windows-1252", 3),
    ]


def test_a_line_too_long_for_any_library_is_cut_and_the_loss_is_named() -> None:
    content = b"TY  - JOUR\nTI  - x\nAB  - " + b"a" * 20_000_000 + b"\nPY  - 2020\nER  - \n"

    _, (entry,) = read(content)

    assert 8_000_000 < len(entry.lines[2].value) < 9_000_000
    assert entry.problems == [
        Problem(
            f"a line this long fits no library; its last {20_000_006 - 2**23} bytes were left out",
            3,
        )
    ]
    assert entry.lines[3] == ("PY", "2020", 4)


def test_many_bad_lines_are_not_all_told() -> None:
    content = b"TY  - JOUR\n" + b"TI  - \xc3\xa9\nAB  - \xff\n" * 40_000 + b"ER  - \n"

    _, (entry,) = read(content)

    assert 100 < len(entry.problems) < 1500

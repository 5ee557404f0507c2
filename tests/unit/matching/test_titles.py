"""What a title says besides its words."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from syncd.matching import features_of
from syncd.matching.folding import fold, is_ideographic
from syncd.matching.likeness import are_unrelated, numbers_in
from syncd.matching.signs import read_tex
from syncd.matching.titles import Marker, is_generic, read_title, weight
from syncd.record import Citation

TITLE = "Seasonal drift of glacial meltwater"
WORDS = "seasonal drift of glacial meltwater"


@pytest.mark.parametrize(
    ("text", "marker"),
    [
        (f"Erratum to: {TITLE}", Marker.ERRATUM),
        (f"Erratum: {TITLE}", Marker.ERRATUM),
        (f"Corrigendum to “{TITLE}”", Marker.ERRATUM),
        (f"Correction to: {TITLE}", Marker.ERRATUM),
        (f"Author Correction: {TITLE}", Marker.ERRATUM),
        (f"Publisher's correction: {TITLE}", Marker.ERRATUM),
        (f"{TITLE} (vol 85, pg 553, 2010)", Marker.ERRATUM),
        (f"{TITLE} (vol 110, 105859, 2020)", Marker.ERRATUM),
        (f"{TITLE} [Erratum]", Marker.ERRATUM),
        (f"RETRACTED: {TITLE}", Marker.RETRACTION),
        (f"Retracted article: {TITLE}", Marker.RETRACTION),
        (f"Retraction notice to “{TITLE}”", Marker.RETRACTION),
        (f"{TITLE} (Retracted article. See vol. 12, pg. 34, 2010)", Marker.RETRACTION),
        (f"WITHDRAWN: {TITLE}", Marker.RETRACTION),
        (f"Reply to: {TITLE}", Marker.REPLY),
        (f"Authors' response to {TITLE}", Marker.REPLY),
        (f"Re: {TITLE}", Marker.REPLY),
        (f"{TITLE} - Reply", Marker.REPLY),
        (f"Comment on “{TITLE}”", Marker.COMMENT),
        (f"Commentary: {TITLE}", Marker.COMMENT),
        (f"{TITLE}: a commentary", Marker.COMMENT),
    ],
)
def test_a_marker_makes_it_another_work(text: str, marker: Marker) -> None:
    assert read_title(text).markers == marker


BEGINNINGS = {
    Marker.ERRATUM: "Erratum to:|Corrigendum to:|Addendum to:|Correction to:|Amendment to:|"
    "Clarification to:|Publisher correction:|Author correction:|Editor's correction:|"
    "Expression of concern:|Berichtigung zu|Korrektur zu|Nachtrag zu|Fe de erratas:|Retificação:|"
    "Исправление к|Поправка к|Опечатки:|Виправлення до|Ispravlenie:|Popravka:|Rättelse:|Oikaisu:|"
    "Sprostowanie:|Oprava:|Düzeltme:|Helyesbítés:|Javítás:|Διόρθωση:|תיקון:|تصحيح:|اصلاحیه:|"
    "訂正|勘误|更正|正誤|정정",
    Marker.RETRACTION: "Retracted:|Rétraction:|Rückzug:|Zurückziehung:|Editorial retraction:|"
    "Notice of retraction|Statement of retraction|Withdrawn:|Ritrattazione:|Отзыв статьи:|"
    "Ретракция:|撤回:|철회:",
    Marker.REPLY: "Reply to|Réponse à|The author's reply to|Author response to|Editor's reply to|"
    "In reply to|A reply to|Our response to|Antwort auf|Erwiderung auf|Risposta a|Svar:|Odpowiedź:|"
    "Ответ на",
    Marker.SUPPLEMENT: "Supplementary material for|Additional file 1 for|Figure 3 from|Table 2 of|"
    "Video abstract of|Movie 1 from|Data from:|Appendix A to|Image 1 from|Text 1 from|"
    "Replication data for:|Raw data from:|Source data for:|Code for:|Scripts for:|"
    "Graphical abstract:|Plain language summary of|Press release:|Audio 1 from",
    Marker.REVIEW: "Peer review of:|Open peer review of:|Referee report:|"
    "Faculty opinions recommendation of|Decision letter:|Author response:|Editorial assessment:|"
    "Book review:|Rezension zu|Compte rendu:|Рецензия на",
    Marker.COMMENT: "Invited comment on|Editorial comment on|Guest commentary on|Expert comment on|"
    "A comment on|Comment on|Letter regarding|Discussion of|Kommentar zu|Комментарий к",
}


@pytest.mark.parametrize(
    ("beginning", "marker"),
    [(each, marker) for marker, said in BEGINNINGS.items() for each in said.split("|")],
)
def test_a_marker_is_known_by_whichever_word_it_begins_with(beginning: str, marker: Marker) -> None:
    assert read_title(f"{beginning} {TITLE}").markers & marker


@pytest.mark.parametrize("sign", ["- ", ": ", "(", "[", ". ", "– ", "— "])
def test_a_marker_at_the_end_is_known_behind_each_sign(sign: str) -> None:
    assert read_title(f"{TITLE} {sign}correction").markers == Marker.ERRATUM


def test_a_marker_at_the_end_needs_a_sign_or_ideographs() -> None:
    assert read_title(f"{TITLE} correction").markers == Marker.NONE
    assert read_title(f"{TITLE} 訂正").markers == Marker.ERRATUM


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Flux of Na+", "flux of na plus"),
        ("Flux of Na-", "flux of na minus"),
        ("C# for all", "c sharp for all"),
        ("Mass <5", "mass lessthan 5"),
        ("Mass >5", "mass morethan 5"),
        ("Below -5 degrees", "below minus 5 degrees"),
        ("A well-known tide", "well known tide"),
    ],
)
def test_a_sign_that_means_something_becomes_a_word(text: str, words: str) -> None:
    assert read_title(text).words == words


@given(st.text([*map(chr, range(127))]).filter(lambda text: "'" not in text))
def test_folding_leaves_the_words_of_ascii_and_one_blank_between_them(text: str) -> None:
    assert fold(text) == " ".join(re.findall("[a-z0-9]+", text.lower()))


@pytest.mark.parametrize(
    "text",
    [
        TITLE,
        f"{TITLE}. [Erratum appears in J Inv Hydrol. 2010 Nov;85(11):911]",
        f"{TITLE} [Review] [33 refs]",
        f"{TITLE} (Review)",
        f"{TITLE}. [Chinese]",
        f"{TITLE} [see comment]",
        "<i>Seasonal</i> drift of glacial melt<sup>water</sup>",
        "Seasonal drift of glacial   meltwater.",
        "The Seasonal Drift of Glacial Meltwater",
        "Séasonal drift of glacial meltwater**",
        r"{S}easonal drift of \emph{glacial} meltwater",
    ],
)
def test_notes_and_markup_are_no_part_of_a_title(text: str) -> None:
    title = read_title(text)

    assert title.words == WORDS
    assert title.markers == Marker.NONE


@pytest.mark.parametrize(
    "text",
    ["Correction of hyponatremia in glaciologists", "Response surface methods in ice cores",
     "Commentaries in stone", "Errant glaciers", "Discussion groups at sea",
     "Atlas of northern fjords (vol. 3)"],
)  # fmt: skip
def test_words_that_only_sound_like_a_marker_are_none(text: str) -> None:
    assert read_title(text).markers == Marker.NONE


def test_a_title_in_brackets_is_a_translation() -> None:
    title = read_title("[Seasonal drift of glacial meltwater]. [German]")

    assert title.translated
    assert title.words == WORDS


def test_a_title_in_two_languages_has_both() -> None:
    title = read_title(f"{TITLE} [Jahreszeitliche Drift von Schmelzwasser]")

    assert title.words == WORDS
    assert title.others == ("jahreszeitliche drift von schmelzwasser",)


def test_greek_and_cyrillic_letters_are_written_in_latin_ones() -> None:
    assert read_title("β-carotene").words == read_title("beta-carotene").words
    assert read_title("Дрейф льда").words == "dreif lda"


def test_a_decimal_is_another_number_than_its_digits() -> None:
    assert read_title("Doses of 2.5 mg").words != read_title("Doses of 25 mg").words


@pytest.mark.parametrize("text", ["", "[Not Available].", "No title available", "Untitled"])
def test_a_title_that_says_so_is_none(text: str) -> None:
    assert read_title(text).words == ""


@pytest.mark.parametrize(
    "text",
    ["editorial", "editors comments", "guest editorial", "preface",
     "introduction to the special issue",
     "conference abstracts", "escon 2017 abstracts", "book reviews", "letters to the editor",
     "remarks from mis quarterly editor editors comments", ""],
)  # fmt: skip
def test_a_title_that_many_works_bear_is_generic(text: str) -> None:
    assert is_generic(text)


@pytest.mark.parametrize(
    "text",
    ["seasonal drift of glacial meltwater", "clock towers", "an introduction to glaciology",
     "reviews of glaciers by mountaineers"],
)  # fmt: skip
def test_a_title_of_its_own_is_not_generic(text: str) -> None:
    assert not is_generic(text)


def test_an_ideograph_weighs_more_than_a_letter() -> None:
    assert weight("北部峡湾冰川融水的季节漂移") > 25
    assert weight("editorial") == 9


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        (r"$\varepsilon$-greedy owls", "ε-greedy owls"),
        (r"$\alpha$ owls", "α owls"),
        (r"5\% of {DNA}", "5% of DNA"),
    ],
)
def test_tex_is_spelt_out(text: str, plain: str) -> None:
    assert read_tex(text) == plain


def test_braces_alone_are_tex() -> None:
    assert read_title("The {DNA} of marsh owls").words == "dna of marsh owls"


@pytest.mark.parametrize(
    ("words", "numbers"),
    [("owls part b", "b"), ("owls part i", "1"), ("owls b", ""), ("influenza type ii", "2")],
)
def test_a_letter_is_a_number_after_the_word_for_one(words: str, numbers: str) -> None:
    assert numbers_in(words) == numbers


def test_titles_without_a_word_in_common_are_unrelated() -> None:
    one, other = (
        features_of(Citation("journalArticle", title))
        for title in ("Winter roosts of marsh owls", "Hinge for a folding oar")
    )

    assert are_unrelated(one, other)
    assert not are_unrelated(one, features_of(Citation("journalArticle", "")))
    both = features_of(Citation("journalArticle", "Winterquartiere [Hinge for a folding oar]"))
    assert not are_unrelated(both, other)
    assert not are_unrelated(other, both)


@pytest.mark.parametrize(
    ("text", "is_so"), [("réponse à la mer", False), ("河口潮汐能", True), ("하구 조력", True)]
)
def test_which_letters_stand_for_words(text: str, is_so: bool) -> None:
    assert is_ideographic(text) is is_so

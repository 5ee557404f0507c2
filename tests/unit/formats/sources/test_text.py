"""Text that is fit for a library: what is no text goes, what is text stays."""

from __future__ import annotations

from typing import Any

import pytest

from syncd.formats.sources.text import clean, one_line, rich


def test_c1_controls_are_the_characters_of_windows_1252() -> None:
    assert clean("Doe\x92s \x93work\x94 \x96 and\x81more\x85") == "Doe’s “work” – and more…"


@pytest.mark.parametrize("separator", ["\x1d", "\x1e"])
def test_what_only_some_programs_take_for_a_line_end_is_a_blank(separator: str) -> None:
    assert clean(f"A{separator}work") == "A work"


def test_a_title_keeps_its_full_stop(item_of: Any) -> None:
    assert item_of("TY  - JOUR", "TI  - A work.")["title"] == "A work."


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ('<named-content content-type="x">E. coli</named-content> rays', "E. coli rays"),
        ("<ext-link>x</ext-link> rays", "x rays"),
        ("<jats:title>A <p>work</p></jats:title>", "A work"),
    ],
)
def test_publishers_markup_is_dissolved_in_a_title(value: str, expected: str) -> None:
    assert rich(value) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Shells</italic> ashore", "Shells ashore"),
        ("Shells <italic>ashore", "Shells ashore"),
        ("Shells</p> ashore</div>", "Shells ashore"),
        ("Shells <i> and p<0.05", "Shells <i> and p<0.05"),
        ("<dl><dt>•</dt><dd>Shells</dd></dl>", "• Shells"),
        ("<figure><figcaption>Shells</figcaption></figure>", "Shells"),
        ("<ul><li>Shells</li><li>Sand</li></ul>", "Shells Sand"),
        ("Shells<ul><li>white</li></ul>", "Shells white"),
        (
            "<dl><dt>Aim</dt><dd>Shells.</dd><dt>End</dt><dd>Sand.</dd></dl>",
            "Aim Shells. End Sand.",
        ),
        ("<![CDATA[Shells ashore]]>", "Shells ashore"),
        ("Shells<!-- not cached --> ashore", "Shells<!-- not cached --> ashore"),
        ("Shells<i/> ashore", "Shells ashore"),
        ("<kwd>Shells</kwd></kwd>", "Shells"),
        ("<ce:simple-para>Shells</ce:simple-para>", "Shells"),
        ("Shells &amp;amp; sand", "Shells & sand"),
        ("p &amp;lt; 0.05", "p < 0.05"),
        ("Doe&amp;#8217;s shells", "Doe’s shells"),
        ("Doe&#146;s shells", "Doe’s shells"),
        ("Shells &amp;nothing; sand", "Shells &nothing; sand"),
    ],
)
def test_stray_ends_lists_and_what_was_escaped_twice_are_undone(text: str, expected: str) -> None:
    assert one_line(text) == expected


@pytest.mark.parametrize("tag", ["TI", "AB"])
@pytest.mark.parametrize(
    ("above", "below", "expected"),
    [
        ("non\u00ad", "linear", "nonlinear"),
        ("non\u2010", "linear", "non\u2010linear"),
        ("non-", "linear", "non-linear"),
        ("pre-", "and post-war", "pre- and post-war"),
        ("sea -", "a study", "sea - a study"),
    ],
)
def test_a_line_that_breaks_inside_a_word_is_joined(
    tag: str, above: str, below: str, expected: str, item_of: Any
) -> None:
    data = item_of("TY  - JOUR", "AU  - A, B", f"{tag}  - Shells {above}", below)

    assert f"Shells {expected}" in (data.get("title"), data.get("abstractNote"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Ants \\& bees {&} wasps {\\&} flies", "Ants & bees & wasps & flies"),
        ("Ants  and   bees", "Ants and bees"),
    ],
)
def test_runs_of_blanks_and_signs_of_tex_are_no_text(
    text: str, expected: str, item_of: Any
) -> None:
    data = item_of("TY  - JOUR", f"TI  - {text}", f"JO  - {text}", f"LA  - {text}")

    assert data["title"] == data["publicationTitle"] == data["language"] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("<html><body><p>We went.</p></body></html>", "We went."),
        ("We went.<CopyrightInformation>© 2022.</CopyrightInformation>", "We went.\n\n© 2022."),
        ("AIMS: To go.\\nMETHODS: We went.", "AIMS: To go.\nMETHODS: We went."),
        ("We went.\\r\\n\\nThen back.\\n", "We went.\n\nThen back."),
        ("Of $\\nu$, \\nabla and C:\\new.", "Of $\\nu$, \\nabla and C:\\new."),
    ],
)
def test_an_abstract_is_taken_out_of_what_programs_put_it_in(
    text: str, expected: str, item_of: Any
) -> None:
    assert item_of("TY  - JOUR", "TI  - A", f"AB  - {text}")["abstractNote"] == expected


def test_keywords_are_parted_where_html_ends_a_line(item_of: Any) -> None:
    tags = item_of("TY  - JOUR", "TI  - A", "KW  - ants<br>bees<br/>wasps")["tags"]

    assert [tag["tag"] for tag in tags] == ["ants", "bees", "wasps"]

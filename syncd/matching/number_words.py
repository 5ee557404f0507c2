"""Numbers written as words."""

from __future__ import annotations

import re

NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one first", "two second", "three third", "four fourth", "five fifth", "six sixth",
            "seven seventh", "eight eighth", "nine ninth", "ten tenth", "eleven eleventh",
            "twelve twelfth", "thirteen thirteenth", "fourteen fourteenth", "fifteen fifteenth",
            "sixteen sixteenth", "seventeen seventeenth", "eighteen eighteenth",
            "nineteen nineteenth", "twenty twentieth",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip

_ORDINALS = """
    erste erster erstes ersten premier premiere primera primero primeira primeiro prima primo eerste
    forsta forste pierwsza pierwszy pierwsze prvni pervaia pervyi pervoe pervoi pervogo
    / zweite zweiter zweites zweiten deuxieme seconde segunda segundo seconda secondo tweede andra
    anden druga drugi drugie druhe vtoraia vtoroi vtoroe vtorogo
    / dritte dritter drittes dritten troisieme tercera tercero terceira terceiro terza terzo derde
    tredje trzecia trzeci trzecie treti tretia tretii trete tretei tretego
    / vierte vierter viertes vierten quatrieme cuarta cuarto quarta quarto vierde fjarde fjerde
    czwarta czwarty czwarte ctvrte chetvertaia chetvertyi chetvertoe chetvertoi chetvertogo
    / funfte funfter funftes funften cinquieme quinta quinto vijfde femte piata piaty piate pate
    piataia piatyi piatoe piatoi piatogo
    / sechste sechster sechstes sechsten sixieme sexta sexto sesta sesto zesde sjatte sjette szosta
    szosty szoste seste shestaia shestoi shestoe shestogo
    / siebte siebter siebtes siebten septieme septima septimo settima settimo zevende sjunde syvende
    / achte achter achtes achten huitieme octava octavo oitava oitavo ottava ottavo achtste attonde
    / neunte neunter neuntes neunten neuvieme novena noveno nona nono negende nionde niende
    / zehnte zehnter zehntes zehnten dixieme decima decimo tiende tionde
"""

ORDINAL_WORDS = {
    **{
        word: str(number)
        for number, words in enumerate(_ORDINALS.split("/"), 1)
        for word in words.split()
    },
    **dict(zip("一二三四五六七八九十", "1 2 3 4 5 6 7 8 9 10".split(), strict=True)),
    **dict(zip("上中下", "123", strict=True)),
    **{
        word: number
        for word, number in NUMBER_WORDS.items()
        if word.endswith(("st", "nd", "rd", "th"))
    },
    **dict(zip("thirtieth fortieth fiftieth".split(), "30 40 50".split(), strict=True)),
}  # fmt: skip
"""Which of its kind something is, in words of many languages: an edition, a volume, a meeting."""

_IDEOGRAPHIC = re.compile(r"第?([一二三四五六七八九十]{1,3}|[0-9]+)[版卷册冊巻届回輯辑部報报]?")


def read_ordinal(word: str) -> str:
    """Return the number that a folded word means: `dritte`, `第二版`; another word as it is."""
    if word in ORDINAL_WORDS:
        return ORDINAL_WORDS[word]
    if not word.isascii() and (found := _IDEOGRAPHIC.fullmatch(word)):
        return read_ideographs(found[1])
    return word


def read_ideographs(text: str) -> str:
    """Return the number below a hundred that ideographs write: 二十一 is 21; digits stay."""
    tens, ten, ones = text.partition("十")
    if not ten:
        return ORDINAL_WORDS.get(text, text)
    values = [int(ORDINAL_WORDS[each]) if each in ORDINAL_WORDS else 0 for each in (tens, ones)]
    return str(10 * (values[0] or 1) + values[1])

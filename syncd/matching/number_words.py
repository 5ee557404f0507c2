"""Numbers written as words."""

from __future__ import annotations

NUMBER_WORDS = {
    word: str(number)
    for number, words in enumerate(
        (
            "one first", "two second", "three third", "four fourth", "five fifth", "six sixth",
            "seven seventh", "eight eighth", "nine ninth", "ten tenth", "eleven eleventh",
            "twelve twelfth",
        ),
        1,
    )
    for word in words.split()
}  # fmt: skip

ORDINAL_WORDS = {
    **{
        word: number
        for word, number in NUMBER_WORDS.items()
        if word.endswith(("st", "nd", "rd", "th"))
    },
    **dict(zip(
        ("thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth"
         " thirtieth fortieth fiftieth").split(),
        ("13", "14", "15", "16", "17", "18", "19", "20", "30", "40", "50"),
        strict=True,
    )),
}  # fmt: skip

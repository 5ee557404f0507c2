r"""Signs that carry meaning, written as words before a title is folded.

TeX becomes the letters it stands for (`$\alpha$` is α), accents come off, and formatting goes.
A plus, minus or sharp at the end of a word stays: `Na+` and `Na-`, `p53-/-`, `C++` and `C#`.
"""

from __future__ import annotations

import re

_GREEK = dict(
    zip(
        (
            "alpha beta gamma delta epsilon zeta eta theta iota kappa lambda mu nu xi omicron pi"
            " rho sigma tau upsilon phi chi psi omega"
        ).split(),
        "αβγδεζηθικλμνξοπρστυφχψω",
        strict=True,
    )
)
_LETTERS = {"ss": "ß", "ae": "æ", "oe": "œ", "aa": "å", "o": "ø", "l": "ł", "i": "i", "j": "j"}
_SIGNS = {"pm": "±", "infty": "∞", "sharp": "#", "to": " ", "ell": "l", "hbar": "ħ", "textmu": "μ"}
_FORMAT = frozenset(
    """
    emph textit textbf textrm textsc texttt textsf text textsuperscript textsubscript textup mathrm
    mathbf mathit mathcal mathbb mathsf mathfrak boldsymbol bm rm it bf sc tt em sl cal ensuremath
    uppercase lowercase mbox hbox left right big bigl bigr quad qquad protect noindent textnormal
    operatorname overline underline bar hat tilde vec dot ddot acute grave check breve
    rightarrow leftarrow longrightarrow times cdot cdots ldots dots sim approx leq geq le ge circ
    prime dagger star ast langle rangle
    """.split()
)
"""Commands that say how something looks, or that a sign without letters stands here."""

_ACCENT = re.compile(r"\\(?:['`^\"~=.]|[uvHtcdbkr](?![a-zA-Z]))\s*+\{?+\s*+\\?+([a-zA-Z])\s*+\}?")
_COMMAND = re.compile(r"\\([a-zA-Z]+)\*?\s?")
_ESCAPED = re.compile(r"\\([&%#_$ ])")
_SYNTAX = re.compile(r"[{}$\\^_]")
_MINUSES = str.maketrans({"−": "-", "⁻": "-", "₋": "-", "⁺": "+", "₊": "+", "＋": "+", "♯": "#"})
_BELOW_ZERO = re.compile(r"(?:(?<=[^\W\d])\s|[(<>=]\s?)[-–](?=[0-9])")
"""A minus in front of a number; between numbers it is a dash."""

_MAY_SIGN = re.compile(r"[\s(<>=][-–][0-9]|[+#±∞−⁻₋⁺₊＋♯<>≤≥＜＞]|-(?=[\s),;:/.]|$)")
_ASCII_SIGNS = ("-", "+", "#", "<", ">")
"""What of it stands in texts of ASCII: to look for each takes a tenth of a pattern's time."""
_IN_BRACKETS = re.compile(r"(?<=\w)\(([0-9]*[+-]+(?:/[+-])?|[+-]/[+-])\)")
_OF_ROTATION = re.compile(r"\(([+±-])\)-(?=\w)")
"""What tells a compound from its mirror image: `(+)-pinene`."""
_BOUND = re.compile(r"(?<![<>])([<>≤≥＜＞])=?\s*(?=[0-9])")
_PAIR = re.compile(r"(?<=[^\W_])([+±-])/([+±-])(?![^\W_])")
_AT_END = re.compile(r"(?<=[^\W_])(?:[+#]+|±(?![0-9]))")
_MINUS = re.compile(
    r"(?<![^\W_])([^\W_]+)-(?=[\s),;:/.]|$)(?!\s*(?:and|or|und|oder|et|ou|y|e|o|to|bis|vs|versus|&|,)\b)"
)
_WORDS = {"+": " plus", "-": " minus", "#": " sharp", "±": " plusminus"}
_SPELT_DOTS = re.compile(r"\bhorizontal ellipsis\b")
"""What one database makes of three dots."""

_SHORT = 2


def read_tex(text: str) -> str:
    """Return text with its TeX spelt out."""
    text = _ESCAPED.sub(r"\1", text)
    text = _ACCENT.sub(r"\1", text)
    return _SYNTAX.sub("", _COMMAND.sub(_spell_command, text))


def _spell_command(found: re.Match[str]) -> str:
    name = found[1]
    if name in _FORMAT:
        return " " if found[0].endswith(" ") else ""
    greek = _GREEK.get(name.removeprefix("var").lower())
    if greek:
        return greek
    return _LETTERS.get(name.lower()) or _SIGNS.get(name) or f" {name} "


def spell_signs(text: str) -> str:
    """Return text with the signs at the end of its words spelt out."""
    if "horizontal" in text:
        text = _SPELT_DOTS.sub(" ", text)
    if text.isascii() and not any(map(text.__contains__, _ASCII_SIGNS)):
        return text
    if not _MAY_SIGN.search(text):
        return text
    true_minus = "−" in text or "⁻" in text
    text = text.translate(_MINUSES).replace("∞", " infinity ")
    text = _BELOW_ZERO.sub(" minus ", text)
    text = _OF_ROTATION.sub(lambda found: f"{_WORDS[found[1]]} ", text)
    text = _BOUND.sub(lambda found: " lessthan " if found[1] in "<≤＜" else " morethan ", text)
    text = _IN_BRACKETS.sub(r"\1", text)
    text = _PAIR.sub(lambda found: f"{_WORDS[found[1]]}{_WORDS[found[2]]} ", text)
    text = _AT_END.sub(lambda found: "".join(map(_WORDS.__getitem__, found[0])) + " ", text)
    shouts = text.isupper()

    def spell_minus(found: re.Match[str]) -> str:
        word = found[1]
        sure = true_minus or len(word) <= _SHORT or any(map(str.isdigit, word))
        return f"{word} minus" if sure or (word.isupper() and not shouts) else found[0]

    return _MINUS.sub(spell_minus, text)

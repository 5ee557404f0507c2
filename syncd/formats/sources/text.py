"""Makes the text of an export fit for Zotero: composed, without control characters, decoded once.

Zotero renders five kinds of markup in titles: `<i>`, `<b>`, `<sub>`, `<sup>` and small caps.
Publishers' own markup (HTML, JATS, MathML) is translated to those or reduced to its text. A `<`
that opens no known element is text, as in `p<0.05`.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from html.entities import html5

from syncd.formats.ris.damage import WESTERN_CONTROLS, parts_of

_UNWANTED = {
    **dict.fromkeys([*range(0x20), 0x7F], " "),
    **WESTERN_CONTROLS,
    **dict.fromkeys(range(0xD800, 0xE000), "\ufffd"),  # a lone surrogate cannot be sent at all
    0x09: "\t",
    0x0A: "\n",
    0x0D: "",
    0xFEFF: "",
}
_FIND_UNWANTED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ufeff\ud800-\udfff]")
_ENTITY = re.compile(r"&(?:#[xX]([0-9a-fA-F]{1,6})|#([0-9]{1,7})|([A-Za-z][A-Za-z0-9]{1,31}));")
_ESCAPED_AGAIN = re.compile(
    r"&(?:amp;)+(?=(?:#[xX][0-9a-fA-F]{1,6}|#[0-9]{1,7}|[A-Za-z][A-Za-z0-9]{1,31});)"
)
_ATTRIBUTE = r"""\s+[\w:.-]+\s*=\s*(?:"[^"<>]*"|'[^'<>]*'|[^\s"'<>]+)"""
_ELEMENT = re.compile(rf"<(/?)([A-Za-z][A-Za-z0-9:-]*)((?:{_ATTRIBUTE})*)\s*(/?)>")
_UNEVEN = re.compile(r"[<&\n\t]|  ")

_RENDERED = {
    "i": "i",
    "em": "i",
    "italic": "i",
    "b": "b",
    "strong": "b",
    "bold": "b",
    "sub": "sub",
    "inf": "sub",
    "sup": "sup",
    "sc": "sc",
    "scp": "sc",
}
"""Elements that Zotero renders, by the spellings in which exports write them."""

_DISSOLVED = frozenset(
    """a abstract alternatives annotation big blockquote body center cite code cross-ref del
    disp-formula email emph ext-link fn font formula graphic h5 h6 html img inline-formula ins
    inter-ref kwd kwd-group
    list mark math menclose meta mfenced mfrac mi mml mmultiscripts mn mo monospace mover mpadded
    mphantom mprescripts mroot mrow ms mspace msqrt mstyle msub msubsup msup mtable mtd mtext mtr
    munder munderover named-content nobr none ol overline pre q roman sans-serif semantics small
    strike styled-content tbody tex-math thead tr tt u ul underline uri xref""".split()
)
"""Elements of HTML, JATS and MathML of which only the text is kept."""

_LINES = frozenset(["br", "break", "dt", "hr", "li", "list-item"])
_CELLS = frozenset(["dd", "td", "th"])
_WITHOUT_END = frozenset(["br", "break", "hr", "img"])
_PARAGRAPHS = frozenset(
    """abstract-sec abstracttext article copyrightinformation disp-quote div dl figcaption figure
    footer h1 h2 h3 h4 header p para sec section section-title simple-para table title""".split()
)
_SECTION_LABEL = re.compile(r"""\slabel\s*=\s*(?:"([^"]*)"|'([^']*)')""", re.IGNORECASE)
_NO_LABELS = frozenset(["unassigned", "unlabelled"])
_SMALL_CAPS = ('<span style="font-variant:small-caps;">', "</span>")
_RENDERING = {
    **{name: (f"<{name}>", f"</{name}>") for name in ("i", "b", "sub", "sup")},
    "sc": _SMALL_CAPS,
    "span:small-caps": _SMALL_CAPS,
    "span": ("", ""),
}
_LONGEST_SIGN = 3
_LONG = 1 << 16
_NO_RENDERING = dict.fromkeys(_RENDERING, ("", ""))


_WITH_FRACTION = re.compile(r"([0-9]++)\.00?")


def without_fraction(value: str) -> str:
    """Return a whole number without the `.0` or `.00` that spreadsheets add to it.

    With three zeros it may be thousands.
    """
    found = _WITH_FRACTION.fullmatch(value)
    return found[1] if found else value


_QUOTES = frozenset("'\"")
_LIST_BEGINS = ("['", '["')
_VECTOR_BEGINS = ('c("', "c('")


_BRACKET = re.compile(r"[\[\]]")
_CLOSING = {"[": "]", "(": ")", "{": "}"}


def may_be_list(value: str) -> bool:
    """Tell quickly whether a value may be a list that a program wrote."""
    return value[:1] in _CLOSING or value[:3] in _VECTOR_BEGINS


def list_elements(value: str) -> list[str] | None:
    """Return the elements of a list that a program wrote, `['Ant', "Bee"]` or `[Ant; Bee]`.

    Tuples and sets are written with other brackets, `('Ant', 'Bee')`, and vectors of R with a
    letter in front.
    """
    if value[:3] in _VECTOR_BEGINS:
        value = value[1:]
    if _CLOSING.get(value[:1], "") != value[-1:]:
        return None
    is_quoted = value[1:].lstrip()[:1] in ("'", '"')
    if value[0] != "[" and not is_quoted:
        return None
    if not is_quoted and value[1:].strip() != "]":
        inside = value[1:-1]
        is_list = ";" in inside and not _BRACKET.search(inside)
        return [part for each in inside.split(";") if (part := each.strip())] if is_list else None
    elements = []
    at = 1
    while at < len(value) and (end := _find_closing(value, at)) is not None:
        if value[at] in _QUOTES and (text := value[at + 1 : end].replace("\\", "").strip()):
            elements.append(text)
        at = end + 1
    return elements


def unlisted(value: str) -> str:
    """Return what stands in a list that a program wrote where a single value was wanted."""
    if value[:2] not in _LIST_BEGINS:
        return value
    return "; ".join(list_elements(value) or ()) or value


def _find_closing(value: str, at: int) -> int | None:
    """Return where the quotation that begins here ends: here where none does, None if nowhere.

    An apostrophe between two letters closes nothing.
    """
    quote = value[at]
    if quote not in _QUOTES:
        return at
    end = value.find(quote, at + 1)
    while end >= 0:
        is_escaped = value[end - 1] == "\\"
        inside = quote == "'" and value[end - 1].isalnum() and value[end + 1 : end + 2].isalnum()
        if not (is_escaped or inside):
            return end
        end = value.find(quote, end + 1)
    return None


def clean(value: str) -> str:
    """Return text in NFC without control characters other than tab and line feed."""
    if not value.isprintable() and _FIND_UNWANTED.search(value):
        value = value.translate(_UNWANTED)
    if value.isascii():
        return value
    if len(value) < _LONG:
        return unicodedata.normalize("NFC", value)
    return join_long(unicodedata.normalize("NFC", part) for part in parts_of(value))


def fold_blanks(value: str) -> str:
    """Return the text on one line, with single blanks."""
    return " ".join(value.split())


def decode_entities(value: str) -> str:
    """Decode HTML entities, also those escaped again; an ampersand that begins none is text."""
    if "\\&" in value or "{&}" in value:  # as BibTeX has it
        value = value.replace("{\\&}", "&").replace("\\&", "&").replace("{&}", "&")
    if "&" not in value or ";" not in value:
        return value
    if "&amp;" in value:
        value = _replace(_ESCAPED_AGAIN, _unescape, value)
    return _replace(_ENTITY, _decode_entity, value)


def _replace(
    pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], value: str
) -> str:
    """Return what `re.sub` does; of a long text with little more than that takes itself."""
    if len(value) < _LONG:
        return pattern.sub(replacement, value)
    if not pattern.search(value):
        return value
    return join_long(_replaced(pattern, replacement, value))


def _replaced(
    pattern: re.Pattern[str], replacement: Callable[[re.Match[str]], str], value: str
) -> Iterator[str]:
    at = 0
    for match in pattern.finditer(value):
        yield from _slices(value, at, match.start())
        yield replacement(match)
        at = match.end()
    yield from _slices(value, at, len(value))


def _slices(value: str, begin: int, end: int) -> Iterator[str]:
    for at in range(begin, end, _LONG):
        yield value[at : min(at + _LONG, end)]


def join_long(parts: Iterable[str]) -> str:
    """Join the parts of a long text while little more than the text itself is kept.

    Each part kept as a text would cost fifty bytes more than it has characters, and one sign that
    is not in the first 65,536 makes all of a text four times as large.
    """
    written = bytearray()
    for part in parts:
        written += part.encode("utf-8", "surrogatepass")
    return written.decode("utf-8", "surrogatepass")


def _unescape(match: re.Match[str]) -> str:
    name = match.string[match.end() : match.string.index(";", match.end()) + 1]
    return "&" if name[0] == "#" or name in html5 else match[0]


def _decode_entity(match: re.Match[str]) -> str:
    hexadecimal, decimal, name = match.groups()
    if name:
        return html5.get(f"{name};", match[0])
    number = int(hexadecimal, 16) if hexadecimal else int(decimal)
    usable = 0x20 <= number < 0x110000 and not 0xD800 <= number < 0xE000
    if number in WESTERN_CONTROLS:
        return WESTERN_CONTROLS[number]
    return chr(number) if usable and number != 0x7F else match[0]


def _without_frame(value: str) -> str:
    """Return text without what says that it holds no markup."""
    if "<![CDATA[" not in value or value.count("<![CDATA[") != value.count("]]>"):
        return value
    return value.replace("<![CDATA[", "").replace("]]>", "")


def rich(value: str) -> str:
    """Decode text for a field whose markup Zotero renders, such as a title."""
    if "<" not in value and "&" not in value:
        return value
    value = _without_frame(decode_entities(value))
    return fold_blanks(_translate(value, _RENDERING)) if "<" in value else value


def plain(value: str) -> str:
    """Decode text for a field that shows markup as it is: known elements are taken out."""
    if "<" not in value and "&" not in value:
        return value
    value = _without_frame(decode_entities(value))
    return _translate(value, _NO_RENDERING).strip() if "<" in value else value


def one_line(value: str) -> str:
    """Decode text for a field of one line that shows markup as it is."""
    if value.isalnum():
        return value
    if value[:1] == "[":
        value = unlisted(value)
    return fold_blanks(plain(value)) if _UNEVEN.search(value) else value


def _translate(value: str, rendering: Mapping[str, tuple[str, str]]) -> str:
    """Write known elements as `rendering` says; what is not opened and closed stays text."""
    parts: list[str] = []
    opened: list[tuple[str, int, str]] = []
    open_names: Counter[str] = Counter()
    position = 0
    elements = list(_ELEMENT.finditer(value))
    closed = {match[2] for match in elements if match[1]}
    for match in elements:
        parts.append(value[position : match.start()])
        position = match.end()
        name = _rendered_name(match)
        if name is None:
            parts.append(_dissolve(match, closed))
            continue
        if match[4]:  # what is opened and closed at once holds nothing
            continue
        if not match[1]:
            opened.append((name, len(parts), match[2]))
            open_names[name.partition(":")[0]] += 1
        elif opened and opened[-1][0].partition(":")[0] == name:
            opened_as, index, _ = opened.pop()
            open_names[name] -= 1
            parts[index], end = rendering[opened_as]
            parts.append(end)
            continue
        # An end without a beginning is damage; `<i>` alone may be a sign, `<italic>` is none.
        parts.append("" if match[1] and not open_names[name] else match[0])
    for _, index, written in opened:
        if len(_local_name(written)) > _LONGEST_SIGN:
            parts[index] = ""
    parts.append(value[position:])
    return "".join(parts)


def _rendered_name(match: re.Match[str]) -> str | None:
    name = _local_name(match[2])
    if name == "span":
        return "span:small-caps" if "small-caps" in match[3] else "span"
    return _RENDERED.get(name)


def _dissolve(match: re.Match[str], closed: set[str]) -> str:
    """Return what is left of an element that is not rendered: itself, if it is none we know."""
    name = _local_name(match[2])
    if name in _LINES:
        return "\n" if match[1] or name in _WITHOUT_END else " "
    if name in _CELLS:
        return "" if match[1] else " "
    is_whole = bool(match[1] or match[4]) or match[2] in closed or name in _WITHOUT_END
    if name in _PARAGRAPHS and (is_whole or name != "title"):
        return _section_label(match) if match[3] and name == "abstracttext" else "\n\n"
    return "" if is_whole and name in _DISSOLVED else match[0]


def _section_label(match: re.Match[str]) -> str:
    """Return what begins a section of PubMed's abstract: its label, if that is not there yet."""
    found = _SECTION_LABEL.search(match[3])
    label = (found[1] or found[2] or "").strip(" :") if found else ""
    if not label or label.casefold() in _NO_LABELS:
        return "\n\n"
    start = match.start()
    before = match.string[max(0, start - len(label) - 3) : start].rstrip()
    return "" if before.casefold().endswith(f"{label.casefold()}:") else f"\n\n{label}: "


def _local_name(name: str) -> str:
    return name.rpartition(":")[2].lower()

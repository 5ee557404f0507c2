"""Notes in HTML: what Zotero's notes can show is kept, what does something is not."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape
from html.parser import HTMLParser
from itertools import chain

from syncd.formats.sources.text import decode_entities, join_long

_KEPT = frozenset(
    """b blockquote br code del em h1 h2 h3 h4 h5 h6 hr i li ol p pre s strike strong sub sup table
    tbody td th thead tr u ul""".split()
)
_EMPTY = frozenset(["br", "hr"])
_HIDDEN = frozenset(["script", "style", "head", "title", "template", "iframe", "object"])
_SAFE = re.compile(rf"(?:[^<>]++|</?(?:{'|'.join(sorted(_KEPT))})\s?/?>)*+", re.IGNORECASE)
# A sign that opens no tag: Python's parser would look for its end again at each one.
_NO_TAG = re.compile(r"<(?![^<>]+>)")
_WEB = ("http://", "https://", "mailto:", "zotero://")
_BREAK = "<br/>"
_PARAGRAPH = re.compile(r"\n[ \t]*\n")
_ONE_PARAGRAPH = re.compile(r"(?:<p>)?([^<>]*+(?:<br\s?/?>[^<>]*+)*+)(?:</p>)?", re.IGNORECASE)
_BLANK = re.compile(r"\s")
_BLANK_NOTE = re.compile(r"<p>\s*+</p>")
_LONG = 1 << 16
_LINE_BREAK = re.compile(r"<br\s?/?>\n?", re.IGNORECASE)


def note_html(text: str) -> str:
    """Write text as a note: a blank line parts paragraphs, a line end is a line break."""
    if "<" in text or ">" in text or "&" in text:
        if len(text) > _LONG and "\n" not in text and (html := _long_paragraph(text)):
            return html
        text = escape(decode_entities(text), quote=False)
    if "\n" not in text and text.strip():
        return f"<p>{text}</p>"
    lines = text.split("\n")
    if all(map(str.strip, lines)):
        return f"<p>{_BREAK.join(lines)}</p>"
    paragraphs = (paragraph.strip() for paragraph in _PARAGRAPH.split(text))
    return "".join(f"<p>{_line_breaks(paragraph)}</p>" for paragraph in paragraphs if paragraph)


def _long_paragraph(text: str) -> str:
    """Return what `note_html` says of a long text, if it is one paragraph; otherwise nothing."""
    parts = (escape(decode_entities(part), quote=False) for part in _between_blanks(text))
    html = join_long(chain(["<p>"], parts, ["</p>"]))
    return "" if "\n" in html or _BLANK_NOTE.fullmatch(html) else html


def _between_blanks(text: str) -> Iterator[str]:
    """Yield a text in parts that begin with a blank, as no entity has one in it."""
    begin = 0
    while begin < len(text):
        blank = _BLANK.search(text, begin + _LONG)
        end = blank.start() if blank else len(text)
        yield text[begin:end]
        begin = end


def _line_breaks(text: str) -> str:
    return text.replace("\n", _BREAK)


def text_of_paragraph(html: str) -> str | None:
    """Return the text of a note that is one paragraph without any markup, or None."""
    paragraph = _ONE_PARAGRAPH.fullmatch(html.strip())
    return decode_entities(_LINE_BREAK.sub("\n", paragraph[1])).strip() if paragraph else None


def sanitise(html: str) -> str:
    """Return a note that is HTML already, with nothing in it but text and its shape."""
    if _SAFE.fullmatch(html):
        return html
    cleaner = _Cleaner()
    cleaner.feed(_NO_TAG.sub("&lt;", html))
    cleaner.close()
    return "".join(cleaner.parts)


class _Cleaner(HTMLParser):
    """Writes the elements that are kept, without attributes but for the target of a link."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self._hidden = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _HIDDEN:
            self._hidden += 1
        elif tag in _KEPT:
            self.parts.append(f"<{tag}/>" if tag in _EMPTY else f"<{tag}>")
        elif tag == "a":
            target = dict(attrs).get("href") or ""
            known = target.casefold().startswith(_WEB)
            self.parts.append(f'<a href="{escape(target)}">' if known else "<a>")

    def handle_endtag(self, tag: str) -> None:
        if tag in _HIDDEN:
            self._hidden = max(0, self._hidden - 1)
        elif (tag in _KEPT or tag == "a") and tag not in _EMPTY:
            self.parts.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._hidden:
            self.parts.append(escape(data, quote=False))

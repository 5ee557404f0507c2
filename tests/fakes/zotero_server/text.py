"""What the server does to text before it keeps it."""

from __future__ import annotations

import html
import re
from html.parser import HTMLParser

_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_PHP_BLANKS = " \t\n\r\0\x0b"

_RENAMED = {"b": "strong", "i": "em", "strike": "s"}
_DROPPED_WITH_CONTENT = {"script", "style", "iframe", "object", "noscript"}
_INLINE = {"strong", "em", "s", "u", "span", "a", "sub", "sup", "code", "br", "img"}
_BLOCKS = {
    *("p", "div", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre"),
    *("table", "thead", "tbody", "tr", "td", "th", "hr", "dl", "dt", "dd"),
}
_VOID = {"br", "img", "hr"}
_ATTRIBUTES = {"href", "src", "style", "title", "class", "alt", "rel"}


def clean(text: str) -> str:
    """Drop control characters but TAB and LF, then trim as PHP does (a no-break space stays)."""
    return _CONTROL.sub("", text).strip(_PHP_BLANKS)


def clean_note(source: str) -> str:
    """Rewrite a note's HTML the way the server's sanitiser does."""
    writer = _NoteWriter()
    writer.feed(_CONTROL.sub("", source))
    writer.close()
    return writer.result()


class _NoteWriter(HTMLParser):
    """Write the HTML again, from what is allowed in it; loose text gets a paragraph."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self._out: list[str] = []
        self._open: list[str] = []
        self._dropping = 0
        self._loose = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping += 1
        elif not self._dropping and tag in _BLOCKS:
            self._end_loose()
            self._write_start(tag, attrs)
        elif not self._dropping and tag in _INLINE:
            self._begin_loose()
            self._write_start(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        tag = _RENAMED.get(tag, tag)
        if tag in _DROPPED_WITH_CONTENT:
            self._dropping = max(0, self._dropping - 1)
        elif not self._dropping and tag in self._open:
            while self._open:
                last = self._open.pop()
                self._out.append(f"</{last}>")
                if last == tag:
                    break

    def handle_data(self, data: str) -> None:
        if self._dropping or (not self._open and not data.strip()):
            if not self._dropping and not self._loose:
                self._out.append(data)
            return
        self._begin_loose()
        self._out.append(html.escape(data, quote=False))

    def result(self) -> str:
        self._end_loose()
        while self._open:
            self._out.append(f"</{self._open.pop()}>")
        return "".join(self._out).strip(_PHP_BLANKS)

    def _begin_loose(self) -> None:
        if not self._open:
            self._out.append("<p>")
            self._open.append("p")
            self._loose = True

    def _end_loose(self) -> None:
        if self._loose:
            while self._open:
                self._out.append(f"</{self._open.pop()}>")
            self._loose = False

    def _write_start(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        kept = "".join(
            f' {name}="{html.escape(value or "")}"' for name, value in attrs if name in _ATTRIBUTES
        )
        if tag in _VOID:
            self._out.append(f"<{tag}{kept} />")
        else:
            self._out.append(f"<{tag}{kept}>")
            self._open.append(tag)

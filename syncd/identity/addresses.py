"""Addresses on the web without what differs between two visits of one page."""

from __future__ import annotations

import re
from urllib.parse import parse_qsl, urlencode, urlsplit

_ARCHIVED = re.compile(r"^https?://web\.archive\.org/web/[0-9a-z_*]+/", re.IGNORECASE)
_TRACKING = re.compile(
    r"utm_.*|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref(?:_?src)?|source|cmp(?:id)?|share|"
    r"session(?:id)?|jsessionid|phpsessid|sid|si|feature|at_medium|at_campaign|trk|spm|origin|via",
    re.IGNORECASE,
)
_OF_DATABASES = re.compile(
    r"(?:^|\.)(?:scopus\.com|webofscience\.com|webofknowledge\.com|doi\.org|ovid\.com|ovidsp\..*"
    r"|proquest\.com|ebscohost\.com|pubmed\.ncbi\.nlm\.nih\.gov|embase\.com|jstor\.org)$"
)
_HOST_PREFIX = re.compile(r"^(?:www\d?|m|mobile|amp)\.")
_INDEX = re.compile(r"/(?:index|default|home)\.(?:html?|php|aspx?|jsp)$", re.IGNORECASE)


def normal_address(url: str) -> str:
    """Return what two addresses of one page have in common; empty for a database's own links."""
    text = _ARCHIVED.sub("", url.strip())
    if not text:
        return ""
    try:
        parts = urlsplit(text if "://" in text else f"//{text}")
        host = _HOST_PREFIX.sub("", (parts.hostname or "").lower())
    except ValueError:
        return text
    if "." not in host or _OF_DATABASES.search(host):
        return ""
    path = _INDEX.sub("", parts.path).partition(";jsessionid")[0].rstrip("/")
    if host == "youtu.be":
        return f"youtube.com/watch?v={path.strip('/')}"
    query = [pair for pair in parse_qsl(parts.query) if not _TRACKING.fullmatch(pair[0])]
    if host == "youtube.com" and path == "/watch":
        query = [pair for pair in query if pair[0] == "v"]
    asked = f"?{urlencode(sorted(query))}" if query else ""
    anchor = f"#{parts.fragment}" if parts.fragment.startswith(("!", "/")) else ""
    return f"{host}{path}{asked}{anchor}"

"""Languages under the names and codes that exports give them, all as two letters."""

from __future__ import annotations

_NAMES = {
    "en": "eng english englisch anglais ingles",
    "de": "ger deu german deutsch allemand aleman",
    "fr": "fre fra french francais franzosisch frances",
    "es": "spa spanish espanol castilian spanisch",
    "pt": "por portuguese portugues",
    "it": "ita italian italiano",
    "nl": "dut nld dutch nederlands",
    "pl": "pol polish polski",
    "ru": "rus russian russkii",
    "zh": "chi zho chinese zhongwen",
    "ja": "jpn japanese",
    "ko": "kor korean",
    "tr": "tur turkish turkce",
    "ar": "ara arabic",
    "fa": "per fas persian farsi",
    "sv": "swe swedish svenska",
    "da": "dan danish dansk",
    "no": "nor nob nno nb nn norwegian norsk bokmal",
    "fi": "fin finnish suomi",
    "cs": "cze ces czech cesky",
    "sk": "slo slk slovak",
    "hu": "hun hungarian magyar",
    "el": "gre ell greek ellinika",
    "he": "heb hebrew",
    "uk": "ukr ukrainian",
    "ro": "rum ron romanian romana",
    "bg": "bul bulgarian",
    "hr": "hrv croatian hrvatski",
    "sr": "srp serbian",
    "la": "lat latin",
}
CODES = {
    name: code for code, names in _NAMES.items() for name in (code, *names.split())
}  # fmt: skip

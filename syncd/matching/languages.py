"""Which language a title is in, guessed from its little words; enough to see a translation."""

from __future__ import annotations

from functools import lru_cache

from syncd.matching.folding import is_ideographic

_LITTLE_WORDS = {
    "en": "the of and in for with on to an by from at is are as its their between among during",
    "de": "der die das und von des im zur zum fur bei mit eine einer eines ein den dem auf als",
    "fr": "le la les des du et dans une un pour sur au aux chez par d l avec entre",
    "es": "el la los las del y en una un por para con al como entre sobre",
    "pt": "o a os as do da dos das e em uma um por para com no na nos nas",
    "it": "il lo la gli le dei della delle degli nel nella e di con per una un tra",
    "nl": "de het een van en bij met voor op tussen als",
    "pl": "w z i na u oraz do przez ze od po pod nad",
    "ru": "v i na s u pri dlia k po ot iz o kak za",
    "tr": "ve ile bir icin olan uzerine",
    "sv": "och av med hos till som pa ett en vid",
    "da": "og af med hos til som pa et en ved i",
}
_LANGUAGES = {name: frozenset(words.split()) for name, words in _LITTLE_WORDS.items()}


@lru_cache(maxsize=2048)
def guess_language(words: str) -> str | None:
    """Return the language that folded title `words` are in; None where that cannot be told."""
    if is_ideographic(words):
        return "cjk"
    if not words.isascii():
        return "other"
    found = words.split()
    hits = {name: sum(word in little for word in found) for name, little in _LANGUAGES.items()}
    best = max(hits.values())
    names = [name for name, count in hits.items() if count == best]
    return names[0] if best and len(names) == 1 else None

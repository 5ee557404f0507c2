"""Which letters languages write beside ASCII, and what stands for a vowel: facts, as tables.

They serve to tell encodings apart: read in the right one, each word fits some language.
"""

from __future__ import annotations

WESTERN = (
    "àâæçèéêëîïôùûüœÿ",  # French
    "äöüß",  # German
    "áéíñóúü",  # Spanish
    "áâãàçéêíóôõúü",  # Portuguese
    "àèéìíîòóùú",  # Italian
    "àçèéíïòóúü",  # Catalan
    "æøåéèêóòâôüäö",  # Danish, Norwegian, with names from their neighbours
    "åäöéüà",  # Swedish, Finnish
    "áéíóúýþæöð",  # Icelandic, Faroese
    "éëïóöüè",  # Dutch
    "äõöüšž",  # Estonian
)
CENTRAL = (
    "ąćęłńóśźż",  # Polish
    "áčďéěíňóřšťúůýž",  # Czech
    "áäčďéíĺľňóôŕšťúýž",  # Slovak
    "áéíóöőúüű",  # Hungarian
    "čćđšž",  # Slovene, Croatian, Bosnian
    "ăâîşţ",  # Romanian
    "äöüß",  # German
    "áéíóúñç",  # names from further west
)
TURKISH = ("çğıöşüâîû", "äöüß")
CYRILLIC = ("абвгдежзийклмнопрстуфхцчшщъыьэюяё", "абвгґдеєжзиіїйклмнопрстуфхцчшщьюя")
GREEK = ("αβγδεζηθικλμνξοπρσςτυφχψωάέήίόύώϊϋΐΰ",)

VOWELS = frozenset("aeiouyàáâãäåæèéêëìíîïòóôõöøùúûüýÿœąęěůőűăıаеёиоуыэюяіїєαεηιουωάέήίόύώ")
# Vowels that stand beside others: naïve, Noël, œuvre.
BESIDE_VOWELS = frozenset("ëïüœ")
# Words of one letter.
ALONE = frozenset("áÁàÀèÈéÉêóÓòôöÖåÅæíúøØаАвВиИкКоОсСуУяЯіІηΗοΟήάΟ")
# Rare letters of Russian; a text that teems with them is another text.
RARE_CYRILLIC = frozenset("ъщэфёґ")

"""What a title says besides its words: whose erratum it is, that it is a translation, nothing.

MARKER     makes a record another work than the one its title names: `Erratum to: …`, `Reply to …`
NOTE       says something about the work itself: `[Review] [33 refs]`, `[Erratum appears in …]`
GENERIC    said of a title that hundreds of works bear: `Editorial`, `Conference abstracts`
"""

from __future__ import annotations

import html
import re
from enum import IntFlag
from functools import cache
from typing import NamedTuple

from syncd.matching.folding import fold, is_ideographic
from syncd.matching.signs import read_tex, spell_signs


class Marker(IntFlag):
    """What sets a record apart from the article whose title it repeats."""

    NONE = 0
    ERRATUM = 1
    RETRACTION = 2
    REPLY = 4
    COMMENT = 8
    SUPPLEMENT = 16
    REVIEW = 32
    NOTICE = 64
    """A database calls it a correction, whatever its title says."""


class Title(NamedTuple):
    """A title taken apart: folded `words`, further `others` of the same work, and what it says."""

    words: str
    others: tuple[str, ...] = ()
    markers: Marker = Marker.NONE
    translated: bool = False


_ERRATUM = r"errat(?:um|a)|corrigend(?:um|a)|addend(?:um|a)"
_FOREIGN_ERRATUM = (
    r"berichtigung(?:en)?|korrektur|korrigendum|nachtrag|fe\s+de\s+err(?:ata|atas|ores)|correcci[oó]n"
    r"|corre[cç][aã]o|retifica[cç][aã]o|rectificaci[oó]n|rectificatifs?|rectificatie|rettifica"
    r"|errata\s+corrige|исправлени[ея]|поправк[аи]|опечатк[аи]|виправлення|ispravlenie|popravka"
    r"|rättelse|rettelse|korreksjon|korrektion|oikaisu|korjaus|sprostowanie|oprava|düzeltme"
    r"|helyesbítés|javítás|correzione|correctie|isprava?k[ai]?|popravek|corectur[aă]|erat[aă]"
    r"|διόρθωση|διορθωτικό|διορθώσεις|תיקון|تصحيح|تصويب|اصلاحیه"
)
_FOREIGN_RETRACTION = (
    r"rückzug|zurückziehung|r[ée]tract(?:at)?ion|retractaci[oó]n|retrata[cç][aã]o|ritrattazione"
    r"|ретракция|отзыв\s+статьи"
)
_FOREIGN_REPLY = (
    r"antwort|erwiderung|r[ée]ponse|respuesta|resposta|risposta|replica|antwoord|svar|odpowiedź"
    r"|ответ"
)
_FOREIGN_COMMENT = (
    r"kommentar|commentaire|comentario|comentário|commento|commentaar|komentarz|комментарий"
)
_TO = (
    r"zu[mr]?|auf|an|to|on|of|a|à|al|de|du|da|do|di|en|i|till?|van|bij|op|på|su|sul|sur|sobre|na"
    r"|к|на|k"
)
"""What stands between such a word and the title of the work that it is about."""

_IDEOGRAPHIC_ERRATUM = r"訂正|勘误|勘誤|更正|正誤表?|정정|정오표"
_BEGINNINGS = {
    Marker.ERRATUM: rf"""
        (?:(?:publisher|author|editor)(?:'?s'?)?\s+)?
        (?: (?:{_ERRATUM})\b
          | (?:corrections?|amendments?|clarification)
            (?:\s+(?:to|and\s+addition)\b|\s+for\b.{{1,60}}\bet\s+al\b|\s*[:.\]–—]|\s+-|\s*$)
          | expression\s+of\s+concern
          | (?:{_FOREIGN_ERRATUM})
            (?:\s+(?:{_TO}|до|για|στο)\b|\s*[:：.\]–—]|\s+-|\s*$)
          | (?:{_IDEOGRAPHIC_ERRATUM})
        )""",
    Marker.RETRACTION: rf"""
        (?:editorial\s+)?
        (?: \[?retracted\]?(?:\s+(?:article|paper|manuscript|chapter|publication))?
            \s*(?:[:.\]–—-]|$)
          | retraction\s*(?:\b(?:note|notice|of|statement|to)\b|[:.–—-]|$)
          | (?:notice|statement)\s+of\s+(?:\w+\s+)?retraction
          | (?:withdrawn|withdrawal|removed|removal)(?:\s+(?:article|notice|of))?\s*[:.–—-]
          | (?:{_FOREIGN_RETRACTION})(?:\s+(?:{_TO})\b|\s*[:.–—-]|\s*$)
          | (?:撤回|撤稿|철회)\s*[:：]
        )""",
    Marker.REPLY: rf"""
        (?: (?:(?:the\s+)?authors?(?:'?s?'?)?|editor(?:'?s)?|in|a|our)\s+)?
        (?:reply|replies|responses?|rejoinder|responds?)
        (?:\s+(?:to|from|by)\b|\s*[:.–—-]\s|\s*$)
        | re\s*:\s
        | (?:{_FOREIGN_REPLY})(?:\s+(?:{_TO})\b|\s*[:–—])""",
    Marker.SUPPLEMENT: r"""
        (?: (?:supplementa(?:ry|l)|supporting|additional)\s+
            (?:material|information|data(?:set)?|file|table|figure|video|appendix|document|text)s?
            (?:\s+[a-z]?\d+)?\s*(?:\b(?:for|to|from|of)\b|[:.–—-]|$)
          | supplement\s+(?:to|for)\b
          | (?:figure|fig\.?|table|video|movie|dataset|data|appendix|file|image|audio|text)\s+
            [a-z]?-?\d+\w*(?:\s*[-–]\s*\w+)?\s*(?:\b(?:from|of|for|to)\b|:)
          | (?:replication\s+|raw\s+|research\s+|source\s+)?data(?:set)?s?\s+
            (?:(?:from|for|to)\s*:|for\s*[:"“]|underlying\b|accompanying\b)
          | (?:replication\s+(?:data|files?|materials?|code|package)|code|software|scripts?)
            \s+(?:for|of|from)\b\s*[:"“]?
          | (?:visual|graphical|video)\s+abstract\b | plain[\s-]+language\s+summary\b
          | press\s+release\s*[:–—]
          | appendix(?:\s+[a-z0-9]{1,3})?\s*(?:\b(?:to|for|of)\b|[:–—])
        )""",
    Marker.REVIEW: rf"""
        (?: (?:open\s+)?peer[\s-]+review(?:er)?(?:\s+(?:report|comments?|file|history))?s?
            (?:\s*+\#?+\s*+\d+)?\s*+(?:\b(?:of|for|on)\b|[:"“])
          | (?:referee|reviewer)(?:'?s'?)?\s+(?:report|comments?)\b
          | faculty\s+opinions\s+recommendation\b | review\s+\d+\s*:
          | decision\s+letter\b | author\s+response\b | editorial\s+assessment\b
          | (?:book\s+)?review\s+of\s*[:"“«]
          | book\s+review\s*[:.–—-]
          | (?:re[cz]ensi(?:on|ón|one|e)|recenzja|recenze|рецензия|rese[nñ]a|compte[\s-]+rendu)
            (?:\s+(?:zu|von|van|{_TO})\b|\s*:)
        )""",
    Marker.COMMENT: rf"""
        (?:(?:invited|editorial|guest|expert|a)\s+)?
        (?: comment(?:s|ary|aries)?(?:\s+(?:on|to|upon)\b|\s*[:.–—-]\s|\s*$)
          | letter\s+(?:to\s+the\s+editor\s+)?(?:regarding|concerning|re\b|on\b)
          | discussion(?:\s+(?:of|on)\b|\s*:)
          | (?:{_FOREIGN_COMMENT})(?:\s+(?:{_TO})\b|\s*:)
        )""",
}
_BEGINNING_WORDS = re.compile(
    r"errat|corrig|addend|corre[czç]|amend|clarif|publisher|author|editor|express|retract|notice|"
    r"statement|withdraw|remov|reply|replies|respon|rejoin|the |in |our |re\b|comment|invited|"
    r"guest|expert|letter|discuss|a |beric|korr|nacht|fe |ret|rect|исп|попр|опеч|випр|ispr|popr|"
    r"rätt|oika|spro|opra|düz|hely|訂|勘|更|正|정|suppl|suppo|addit|fig|table|video|movie|data|append|"
    r"file|image|audio|text|repli|raw|resea|source|peer|open|refer|review|decis|book|re[cz]en|"
    r"jav|korj|διορ|διόρ|תיק|تصح|تصو|اصل|corect|erat|rück|zurück|r[ée]t|ritr|отз|ретр|撤|철|antw|"
    r"erwid|facul|visual|graph|plain|press|r[ée]p|resp|risp|svar|odp|отв|kom|com|комм|code|softw|script|rese|rez|рец"
)

_FIRST_LETTERS = {
    Marker.ERRATUM: "er co ad am cl pu au ed ex be ko na fe re is po rä oi sp op dü he ja "
    "ис по оп ви δι תי تص اص 訂 勘 更 正 정",
    Marker.RETRACTION: "re ré rü zu ed no st wi ri от ре 撤 철",
    Marker.REPLY: "re ré th ed in a ou er ri sv od от",
    Marker.SUPPLEMENT: "su ad fi ta vi mo da ap im au te re ra so co sc gr pl pr",
    Marker.REVIEW: "pe op re fa de au ed bo co ре",
    Marker.COMMENT: "in ed gu ex a co le di ko ко",
}
"""How what gives a title its marker begins."""
_MAY_BEGIN = {marker: tuple(letters.split()) for marker, letters in _FIRST_LETTERS.items()}

_NOTICE = re.compile(
    rf"(?:published\s+)?(?:{_ERRATUM}|corrections?)|retraction(?:\s+(?:of\s+publication|notice))?"
    r"|(?:editorial\s+)?expression\s+of\s+concern",
    re.IGNORECASE,
)

_ENDINGS = {
    Marker.ERRATUM: (
        r"\(\s*+vol\b[^)0-9]{0,200}+[0-9][^),]{0,200}+,[^)0-9]{0,200}+[0-9][^)]{0,200}+\)$"
        rf"|[-–—:.(\[]\s*+(?:{_ERRATUM}|correction|expression\s+of\s+concern|{_FOREIGN_ERRATUM})"
        r"\s*+[\])]?\.?$"
        rf"|(?:{_IDEOGRAPHIC_ERRATUM})\W*$"
    ),
    Marker.RETRACTION: (
        r"[\[(]\s*(?:this\s+article\s+has\s+been\s+)?retract(?:ed|ion)\b[^\])]{0,1000}+[\])]?\.?$"
        r"|(?:[:–—]|\s-)\s*retraction(?:\s+note)?\s*\.?$"
        r"|[\[(]\s*(?:withdrawn|withdrawal|removed)\s*[\])]\.?$"
    ),
    Marker.REPLY: (
        r"[-–—:.(\[]\s*(?:(?:and|the)\s+)?(?:authors?'?s?'?\s+)?"
        rf"(?:reply|response|rejoinder|{_FOREIGN_REPLY})\s*[\])]?\.?$"
    ),
    Marker.SUPPLEMENT: (
        r"[-–—:.(\[]\s*(?:data\s*sets?|suppl[a-z]*\s+(?:material|information|data|file)s?"
        r"|supporting\s+information)\s*[\])]?\.?$"
    ),
    Marker.REVIEW: r"[-–—:.(\[]\s*book\s+reviews?\s*[\])]?\.?$",
    Marker.COMMENT: r"(?:[:–—]|\s-)\s*(?:an?\s+|invited\s+)?comment(?:ary)?\s*\.?$",
}
_BEFORE_ENDINGS = ("-", ":", "(", "[", ".")
"""The signs of ASCII of which one stands before each ending."""
_ENDING_WORDS = re.compile(
    r"\(\s*vol|errat|corrig|addend|correction|concern|retract|withdraw|removed|"
    r"reply|response|rejoinder|comment|book review|"
    rf"data\s*set|suppl|supporting|{_FOREIGN_ERRATUM}|{_IDEOGRAPHIC_ERRATUM}|{_FOREIGN_REPLY}"
)
_BRACKETS = (")", "]", ").", "].")
_LONGEST_ENDING = 40
"""Letters of the longest ending that stands in no bracket."""

_NOTE = re.compile(
    r"""(?<!\s)\s*+[\[(]\s*+(?:
        (?:systematic\s+)?review(?:\s*+,?+\s*+tutorial)? | \d+\s+refs?\.? | refs?\.? \s*\d+
      | (?:in\s+)?(?:chinese|japanese|korean|german|french|spanish|italian|portuguese|russian|polish
        |czech|dutch|danish|swedish|norwegian|finnish|hungarian|turkish|greek|hebrew|arabic|persian
        |farsi|ukrainian|croatian|serbian|slovak|slovenian|romanian|bulgarian|english|lithuanian
        )(?:\s+(?:version|text|edition|article))?
      | (?:published\s+)?(?:erratum|errata|corrigendum|correction)s?\s.*+
      | comments?(?:\s+in|\s+on|\s*/|;|\s*[\])]).*+ | see\s+comments?.*+
      | letter(?:;.*+)? | editorial | version\s+\d+\s*;.*+
      | abstract(?:\s+no.*+|\s+\#.*+|\s*:.*+)? | conference\s+abstract | meeting\s+abstract | poster
      | corrected(?:\s+(?:and\s+)?republished.*+)? | in\s+process\s+citation | proceedings?
      | (?:re)?published.*+ | reprint(?:ed)?\b.*+ | article\s+in\s+\w+ | author(?:'s)?\s+transl.*+
      | see\s+vol.*+ | [ck]onference\s+proceedings | electronic\s+resource | online\s+first
    )\s*+[\])]?+\s*+[.]?+\s*+$""",
    re.VERBOSE | re.IGNORECASE | re.DOTALL,
)
_CUT_NOTE = re.compile(
    r"""(?<!\s)\s*+\[\s*+(?:
        (?:published\s+)?(?:erratum|errata|corrigendum|correction)s?\s | comments?\s+(?:in|on)\b
      | see\s+comment
    )[^\[\]]*$""",
    re.VERBOSE | re.IGNORECASE,
)
"""A note in which a long title was cut off."""
_LAST_BRACKET = re.compile(r"(?<!\s)\s*+\[([^\[\]]*+)\]\s*+\.?+\s*+$")
_TAG = re.compile(r"</?[a-z][a-z0-9:]*(?:\s[^<>]*)?/?>", re.IGNORECASE)
_DECIMAL = re.compile(r"(?<=[0-9])[.·](?=[0-9]{1,2}(?![0-9.]))")
_NO_TITLE = re.compile(
    r"\W*(?:(?:title\s+)?not\s+available|no\s+title(?:\s+available)?|untitled|unknown(?:\s+title)?|n/?a)\W*",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|an?|on the|on) (?=\S{2})")
_OF_ANOTHER = re.compile(
    r"(?:version|v|part|pt|vol|volume|no|number|edition|book|chapter|supplement)\.?\s*\d"
    r"|\b(?:video|audio|film|slides?|poster\s+session|data\s*sets?|data|code|software|abridged"
    r"|translation|translated|summary|protocol|update|appendix|supplement|workbook|guide|manual"
    r"|continued|concluded|part|revised|draft)\b",
    re.IGNORECASE,
)
"""What in a bracket names another work than the title does."""

_LEAST_OTHER = 15
_MOST_NOTES = 20
_SAYS_OF_WHICH = Marker.ERRATUM | Marker.REPLY | Marker.COMMENT
_CONNECTION = re.compile(
    r"^[\s:.\])\-–—\"'“‘]*(?:(?:to|for|on|of|in|zu[mr]?|a|à|al|de|du|di)\b[\s:\"'“‘]*)?",
    re.IGNORECASE,
)
_A_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")

_GENERIC_CORES = frozenset(
    """
    abstracts acknowledgement acknowledgements acknowledgment acknowledgments announcement
    announcements bibliography briefs calendar column comment commentary comments contents
    contributors corrections corrigendum discussion editor editorial editorials editors errata
    erratum foreword frontmatter guest index indexes interview introduction issue letter letters
    masthead miscellaneous miscellany news newsletter notes obituary opinion overview panel poster
    posters preface prologue epilogue afterword reply reviewers reviews review summary symposium
    viewpoint viewpoints welcome workshop proceedings message messages greetings calls
    """.split()
)
_GENERIC_WORDS = _GENERIC_CORES | frozenset(
    """
    about abstract aims annotated annual answer answers article articles associate author
    authors back board book books brief call chair chairs chief conference congress corner
    correction correspondence cover current de desk director du edition editorial events front
    general highlights history inside international invited journal keynote list literature
    meeting meetings message note oral original page papers part people perspective
    perspectives point practice preliminary presentation presentations president presidential
    program programme publications quarterly questions readers recent remarks report reports
    research responses reviewer scientific section selected senior series session sessions
    special st statement submissions supplement table tables th thanks theme title track
    tribute tutorial update view volume year general guest column technical committee
    """.split()
)
_LITTLE_WORDS = frozenset("a an and at by for from in la of on our the this to we with".split())
_GENERIC_SHARE = 0.75
_ENDS_GENERIC = re.compile(r"(?:^|\s)(?:abstracts|book reviews?|editors? comments?|proceedings)$")


def read_title(text: str) -> Title:
    """Take a title apart; text without any word gives an empty title."""
    text = _without_markup(text)
    markers = _markers(text)
    if markers and markers & _SAYS_OF_WHICH:
        text = _work_meant(text, markers)
    text, others = _split(text)
    whole = _within_whole_bracket(text)
    translated = whole is not None and "]" not in whole
    if whole is not None and translated:
        text = whole
    if _NO_TITLE.fullmatch(text):
        return Title("")
    words = spell_signs(text)
    if "." in words or "·" in words:
        words = _DECIMAL.sub("decimal", words)
    words = _ARTICLE.sub("", fold(words))
    folded = (fold(spell_signs(other)) for other in others)
    return Title(words, tuple(filter(None, folded)), markers, translated)


def marker_of(document_type: str) -> Marker:
    """Return what a database's type of document says that a title may not."""
    found = document_type and _NOTICE.fullmatch(document_type.strip())
    return Marker.NOTICE if found else Marker.NONE


def is_generic(words: str) -> bool:
    """Tell whether folded title `words` are borne by many works and so name none of them."""
    found = words.split()
    if _GENERIC_CORES.isdisjoint(found):
        return all(word in _LITTLE_WORDS or word.isdigit() for word in found)
    parts = [word for word in found if word not in _LITTLE_WORDS and not word.isdigit()]
    if _ENDS_GENERIC.search(words):
        return True
    return sum(word in _GENERIC_WORDS for word in parts) >= _GENERIC_SHARE * len(parts)


def weight(words: str) -> int:
    """Return how much a title says, in letters; an ideograph says as much as three letters."""
    letters = len(words) - words.count(" ")
    return 3 * letters if is_ideographic(words) else letters


def _without_markup(text: str) -> str:
    if "<" in text:
        text = _TAG.sub("", text)
    if "&" in text and ";" in text:
        text = _TAG.sub("", html.unescape(text))
    if "\\" in text or "{" in text or "$" in text:
        text = read_tex(text)
    return text.strip()


def _markers(text: str) -> Marker:
    text = text.lower().replace("’", "'")
    found = Marker.NONE
    beginning = text.lstrip(" \"'“‘[(*")
    if _BEGINNING_WORDS.match(beginning):
        for marker, letters in _MAY_BEGIN.items():
            if beginning.startswith(letters) and _beginning_of(marker).match(text):
                found |= marker
    if _may_end(text) and _ENDING_WORDS.search(
        text if text.endswith(_BRACKETS) else text[-_LONGEST_ENDING:]
    ):
        for marker in _ENDINGS:
            if _ending_of(marker).search(text):
                found |= marker
    return found


def _may_end(text: str) -> bool:
    """Say whether there is a sign before which an ending stands; ideographs need none."""
    return not text.isascii() or any(map(text.__contains__, _BEFORE_ENDINGS))


# Put together when a title looks as if it had one: that takes as long as reading hundreds of them.
@cache
def _beginning_of(marker: Marker) -> re.Pattern[str]:
    return re.compile(rf"\A[\s\"'“‘\[(*]*+(?:{_BEGINNINGS[marker]})", re.VERBOSE)


@cache
def _ending_of(marker: Marker) -> re.Pattern[str]:
    return re.compile(_ENDINGS[marker])


def _within_whole_bracket(text: str) -> str | None:
    """Return what stands between a bracket at the beginning and one at the end, if there is one."""
    text = text.lstrip(" \"'“")
    if not text.startswith("["):
        return None
    end = len(text)
    while text[end - 1] in "\"'”." or text[end - 1].isspace():
        end -= 1
    return text[1:end].removesuffix("]")


def _work_meant(text: str, markers: Marker) -> str:
    """Return the title of the work that an erratum, a reply or a comment is about.

    Two databases write one notice as `Erratum: … (Journal (2014) 12 (101-110))` and
    `… (vol 12, pg 101, 2014)`.
    """
    bare = text
    for marker in _SAYS_OF_WHICH:
        lowered = bare.lower()
        if marker & markers and (found := _beginning_of(marker).match(lowered)):
            bare = _CONNECTION.sub("", bare[found.end() :])
    if markers & Marker.ERRATUM:
        bare = _without_reference(bare)
    return bare if len(bare) >= _LEAST_OTHER else text


def _without_reference(text: str) -> str:
    """Take off a last bracket with a year in it, whatever brackets are inside."""
    text = text.rstrip(" .")
    if not text.endswith((")", "]")):
        return text
    depth = 0
    for place in range(len(text) - 1, -1, -1):
        depth += (text[place] in ")]") - (text[place] in "([")
        if depth == 0:
            return text[:place].rstrip(' ".,;”') if _A_YEAR.search(text, place) else text
    return text


def _split(text: str) -> tuple[str, list[str]]:
    """Take notes off the end, and further titles of the same work apart."""
    others: list[str] = []
    if "[" in text and (cut := _CUT_NOTE.search(text)):
        text = text[: cut.start()] or text
    for _ in range(_MOST_NOTES):
        if not text.rstrip(" .").endswith(("]", ")")):
            break
        if note := _NOTE.search(text):
            text = text[: note.start()] or text
            if note.start() == 0:
                break
            continue
        bracket = _LAST_BRACKET.search(text)
        if bracket is None or len(text[: bracket.start()].strip()) < _LEAST_OTHER:
            break
        if _OF_ANOTHER.search(bracket[1]):
            break
        if len(bracket[1]) >= _LEAST_OTHER:
            others.append(bracket[1])
        text = text[: bracket.start()]
    if " = " in text:
        parts = [part for part in text.split(" = ") if len(part) >= _LEAST_OTHER]
        if len(parts) > 1:
            others += parts
    return text, others

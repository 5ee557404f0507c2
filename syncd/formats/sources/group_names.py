"""Names of institutions, companies and teams, as they are told from names of persons."""

from __future__ import annotations

import re

# Both are searched in small letters: to mind no case takes three times as long.
_INSTITUTION = re.compile(
    r"\b(?:academ(?:ies|y)|age(?:nce|ncia|ncy)|aso?ciaci[oó]n|association|bureau|cent(?:er|re)"
    r"|collaboration|college|comisi[oó]n|commission|committee|conse(?:il|jo)|consortium|corporation"
    r"|council|d[eé]partement|departamento|department|dept|division|facult(?:ad|y|é)|federation"
    r"|foundation|fundaci[oó]n|gesellschaft|institut[eo]?|laborator(?:y|ies)|minist(?:erio|ry|ère)"
    r"|network|office|organi[sz]ation|school|secretar(?:iat|ía)|soci(?:edad|ety|été)"
    r"|stiftung|study group|universi\w+|working group)\b"
    r"|ministerium\b"
)
_GROUP_WORDS = (
    r"administration|alliance|authority|bank|biobank|board|club|collaborat(?:ive|ors)|company"
    r"|consort(?:ia|ium)|government|group|hospital|initiative|international|investigators"
    r"|library|museum|news|panel|press|program(?:me)?|project|publish(?:ers|ing)|registry|service"
    r"|stud(?:ies|y)|survey|task force|team|trials?|union|unit"
)
_GROUP = re.compile(rf"\b(?:{_GROUP_WORDS})\b")
# `Study area` is a caption, `The Diabetes Study` and `the MAVAN project` are groups.
_NAMED_GROUP = re.compile(
    rf"(?<=[\w)][ -])(?:(?=[A-Z])(?i:{_GROUP_WORDS})\b|(?i:{_GROUP_WORDS})\Z)"
)
_CAPTION = re.compile(
    r"(?:Box|Chart|Diagram|Fig|Figure|Image|Map|Photo|Photograph|Plate|Scheme|Table)\b"
)
# Before a comma capitals without a dot are mostly initials: `Matkin, CO`, and `Smith, AG`.
LEGAL_FORMS = frozenset(
    """Co. Co.,Ltd. Corp Corp. CORP. Corporation GmbH Inc Inc. INC. Incorporated Limited Ltd Ltd.
    LTD. S.p.A. plc""".split()
).union(["Co. Ltd", "Co. Ltd.", "Pty Ltd", "Pty. Ltd."])
_LONGEST_GROUP = 300


def names_an_institution(text: str) -> bool:
    """Tell whether a university or the like is named in a text."""
    return _INSTITUTION.search(_in_small_letters(text)) is not None


def names_a_group(text: str) -> bool:
    """Tell whether a word of a text names an institution or a group, be it in passing."""
    small = _in_small_letters(text)
    return _INSTITUTION.search(small) is not None or _GROUP.search(small) is not None


def _in_small_letters(text: str) -> str:
    # The capital I of Turkish becomes two characters.
    return text.lower() if text.isascii() else text.lower().replace("i\u0307", "i")


def is_company(text: str) -> bool:
    """Tell whether a legal form stands behind the last comma: `Example Press, Inc.`."""
    return text.rpartition(",")[2].strip() in LEGAL_FORMS


def is_group(text: str) -> bool:
    """Tell whether a text is the name of a group, rather than a caption or any other remark."""
    if len(text) > _LONGEST_GROUP or _CAPTION.match(text):
        return False
    acronym = " " not in text and len(text) > 1 and text.isupper()
    return acronym or names_an_institution(text) or is_named_as_group(text)


def is_named_as_group(text: str) -> bool:
    """Tell whether a name says of itself that it is a group's: `The Diabetes Study`."""
    return _NAMED_GROUP.search(text) is not None

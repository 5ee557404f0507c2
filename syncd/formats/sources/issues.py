"""The issue of an article, told from what else programs write into IS and M1."""

from __future__ import annotations

import re

from syncd.formats.sources.draft import Draft
from syncd.formats.sources.pages import add_article_number
from syncd.identity import parse_pmid

# `3`, `3-4`, `Suppl. 1`, `Special Issue on Ants`: short, and neither an address nor a long number.
_ISSUE = re.compile(r"(?!.*(?::|\d{5}|\(c\)))[^;@©]{1,40}", re.IGNORECASE)
_E_NUMBER = re.compile(r"[eE]\d{4,}")
_ARTICLE_NUMBER = re.compile(r"\d{5,8}|[A-Za-z]{1,4}\d{4,}", re.IGNORECASE)
_PMID = re.compile(r"PMID:?\s*\d+", re.IGNORECASE)


def take_article_numbers(draft: Draft) -> None:
    """Take numbers of articles (`e0123456`) out of the tags of the issue."""
    for tag in ("IS", "IP"):
        if tag in draft.tags and any(map(_E_NUMBER.fullmatch, draft.tags[tag])):
            values = draft.tags[tag]
            draft.replace(tag, [value for value in values if not _E_NUMBER.fullmatch(value)])
            for value in filter(_E_NUMBER.fullmatch, values):
                add_article_number(draft, tag, value)


def fill_issue_from_m1(draft: Draft) -> None:
    """Use M1 as the issue of an article that has none; elsewhere it is a line of its own."""
    for tag in ("M1", "M2"):
        for value in draft.take(tag):
            if tag == "M2" or draft.item_type != "journalArticle":
                draft.add_extra("", value)
            else:
                _place_m1_of_article(draft, value)


def _place_m1_of_article(draft: Draft, value: str) -> None:
    """Tell the issue from the numbers and remarks for which some programs use M1."""
    if _ARTICLE_NUMBER.fullmatch(value):
        add_article_number(draft, "M1", value)
    elif _PMID.fullmatch(value) and draft.identify("pmid", parse_pmid(value)):
        return
    elif not _ISSUE.fullmatch(value):
        draft.leave("M1", value)
    elif not draft.fill("issue", value):
        draft.add_extra("", value)

"""Tells what kind a note is that has no label: a database's own business, or a person's words.

A note counts as bookkeeping only if the whole of it is: what a person may have written is `other`.

RESEARCHERS   Web of Science lists its authors' numbers: `Smith, John/A-1234-2010; …`
RELATED       Ovid and PubMed name comments and corrections: `Comment in (CIN), Erratum in: …`
BLOCK         EndNote writes what it has no field for line by line: from PubMed the authors' full
              names, grants, types, language and country, and the whole citation at the end
"""

from __future__ import annotations

import re

_BEGINNING = re.compile(
    r"""(?P<bookkeeping>
            (?:copyright\s*-\s*)?database\ copyright\b[^\n]{0,9}\ ProQuest
          | (?:copyright\s*-\s*)?(?:copyright\ de\ la\ base\ de\ (?:donn[eé]es|datos)
            |droits\ d.auteur\ de\ la\ base\ de\ donn[eé]es)\b[^\n]{0,9}\ ProQuest
          | subjectstermnotlitgenretext\ -
          | orcid\ (?:number|identifier)s?\ ?:[^\n]{0,80}\d{4}-\d{4} )
      | (?P<dates> (?:last\ updated|date\ (?:revised|completed|created)
            |(?:derni[eè]re\ mise\ [aà]\ jour|date\ compl[eé]t[eé]e
            |date\ de\ (?:mise\ [aà]\ jour|r[eé]vision|cr[eé]ation)
            |[uú]ltima\ actualizaci[oó]n|fecha\ de\ (?:actualizaci[oó]n|revisi[oó]n|creaci[oó]n)
            |fecha\ de\ finalizaci[oó]n|[uú]ltima\ atualiza[cç][aã]o
            |data\ d[ae]\ (?:revis[aã]o|cria[cç][aã]o|conclus[aã]o)|ultimo\ aggiornamento
            |data\ di\ (?:revisione|creazione|completamento)
            |zuletzt\ aktualisiert|letzte\ aktualisierung|erstellungsdatum)\ ?
            )\s*[-:]\s*\d )
      | (?P<copyright> (?:publisher\ )?(?:copyright|derechos\ de\ autor
            |direitos\ autorais|droits\ d.auteur)\s*[-:] )""",
    re.IGNORECASE | re.VERBOSE,
)
_CITED_OFTEN = re.compile(
    r"""(?:\A\W*+|\n[^\w\n]*+)(?:total\ )?times\ cited[^:\n]{0,60}:\s*\d
      | times\ cited\s*:\s*\d+\s+cited\ references?\ count
      | (?:\A\W*+|\n[^\w\n]*+)cited\ references?\ count\s*:\s*\d
      | \A\W*cited\ by\ \(since\ \d+\)
      | \A\W*cited\ by\s*+:?+\s*+\d+\W*(?:\Z|[;\n])""",
    re.IGNORECASE | re.VERBOSE,
)
_CITED = re.compile("cited", re.IGNORECASE)
_LONG = 1 << 16
_WEB_OF_SCIENCE = "Times Cited in Web of Science"  # each of its records has such a note
_BARE = re.compile(r"(?:\d{1,4}|SI)(?:\n\d{1,4})*")

# Words that a person may use as a heading too: they count in ProQuest's own records only.
_PROQUEST = (
    "Name - ", "People - ", "Company - ", "Document feature - ", "Number of references - ",
    "CODEN - ", "Peer reviewed - ", "Subject - ", "Location - ",
    "Nom - ", "Personnes - ", "Nombre de personne - ", "Sujet - ", "Lieu - ", "Société - ",
    "Description du document - ", "Caractéristique du document - ", "Nombre de références - ",
    "Caractéristiques du document - ", "Entreprise - ", "Nombre de pages - ",
    "Nombre - ", "Personas - ", "Tema - ", "Lugar - ", "Materia - ", "Empresa - ",
    "Características del documento - ", "Característica del documento - ",
    "Número de referencias - ", "Empresas / organizaciones - ", "Número de páginas - ",
    "Nome - ", "Pessoas - ", "Assunto - ", "Local - ", "Empresa / organização - ",
    "Características do documento - ", "Número de referências - ",
    "Persone - ", "Soggetto - ", "Luogo - ", "Caratteristiche del documento - ",
    "Numero di riferimenti - ", "Numero di pagine - ",
    "Personen - ", "Thema - ", "Ort - ", "Unternehmen - ", "Firma - ", "Dokumentmerkmale - ",
    "Anzahl der Referenzen - ", "Anzahl der Literaturhinweise - ", "Seitenanzahl - ",
)  # fmt: skip

# One of them may be anybody's heading; together they are the database's.
_EBSCO = (
    "Affiliations: ", "Author-Supplied Keyword: ", "Cover Date: ", "Entry Date: ",
    "Grant Information: ", "Instrumentation: ", "Journal Subset: ", "NLM UID: ", "Peer Review",
    "Revision Date: ", "Source Info: ", "Subject Term: ", "Thesaurus Term: ", "Update Code: ",
)  # fmt: skip
_CINAHL = re.compile(r"NLM UID: \d{5}|Journal Subset: [A-Z][^:;\n]{0,60}; [A-Z]")

_ISSN = r"\d{4}-\d{3}[\dXx]"
_ISSNS = rf"{_ISSN}(?:[;, ]++{_ISSN})*+"
_RESEARCHER = r"[^\s/;][^/;\n]{1,80}+/(?:[A-Z]{1,3}-\d{4}-\d{4}|\d{4}-\d{4}-\d{4}-\d{3}[\dXx])"
_RESEARCHERS = rf"[; ]*{_RESEARCHER}(?:; ?{_RESEARCHER})*[; ]*(?: \d{{1,4}})?"
# `Comment on: …` may be anybody's words, unless a citation follows or Medline's code.
_RELATED = (
    r"(?:Comment|Erratum|Update) (?:in|on|of|for) ?\((?:CIN|CON|EFR|EIN|UIN|UOF)\)[^\n]*"
    r"|(?:Comment in|Erratum in|Update (?:in|of)): "
    r"[^\n;:]{2,150}\. (?:19|20)\d\d[^\n;]{0,20};\d[^\n]*"
)
_NUMBERS = re.compile(rf"(?:(?:{_RESEARCHERS}|{_ISSNS}|{_RELATED}|\d{{1,4}})(?:\n|\Z))+")
_NUMBERS_BEGIN = ("Comment", "Erratum", "Update", "#")
"""What such notes begin with, and that of a screening, unless with a figure or with somebody's name
and a slash behind it."""

_OF_A_SCREENING = re.compile(r"#\d{1,7}")  # Covidence's number of a record

_CITATION = re.compile(
    r"""[^\n;:]{2,150}\.\ (?:19|20)\d\d
        (?:\ [A-Z][a-z]{2}(?:-[A-Z][a-z]{2})?(?:\ \d{1,2}(?:-\d{1,2})?)?)?
        (?:;\S|\.\ doi:)[^\n]*""",
    re.VERBOSE,
)
_BLOCK_LINE = re.compile(
    rf"""{_ISSNS} | PMC\d+ | \d{{4}}/\d\d/\d\d
      | Research\ Support,\ [^\n]{{3,60}}
      | [^\s\d,;:/?!][^\n\d,;:/?!]{{0,60}},\ [A-ZÀ-ÖØ-Þ][^\n\d,;:/?!]{{0,60}}""",
    re.VERBOSE,
)
_BLOCK_WORDS = frozenset(
    (
        "chi|cze|dan|dut|eng|fre|ger|hun|ita|jpn|kor|nor|pol|por|rus|spa|swe|tur"
        "|Case Reports|Clinical Trial|Comment|Comparative Study|Congress|Editorial"
        "|English Abstract|Evaluation Study|Historical Article|Journal Article|Letter"
        "|Meta-Analysis|Multicenter Study|Observational Study|Randomized Controlled Trial"
        "|Review|Systematic Review|Twin Study|Validation Study"
    ).split("|")
)
_COUNTRIES = frozenset(
    (
        "Australia|Austria|Belgium|Brazil|Canada|China|Croatia|Czech Republic|Denmark|Egypt"
        "|England|Finland|France|Germany|Greece|Hungary|India|International|Iran|Ireland|Israel"
        "|Italy|Japan|Korea (South)|Mexico|Netherlands|New Zealand|Norway|Poland|Portugal"
        "|Russia (Federation)|Scotland|Singapore|South Africa|Spain|Sweden|Switzerland|Thailand"
        "|Turkey|United Arab Emirates|United Kingdom|United States"
    ).split("|")
)


def kind_of(text: str, source: str) -> str:
    """Return the kind of a note without a label, from an entry of this source."""
    if text.startswith(_WEB_OF_SCIENCE) or is_bare(text):
        return "cited-by"
    if _speaks_of_citing(text) and _CITED_OFTEN.search(text):
        return "cited-by"
    if begins := _BEGINNING.match(text):
        return "export-date" if begins["dates"] else begins.lastgroup or "other"
    return "bookkeeping" if _is_bookkeeping(text, source) else "other"


def _speaks_of_citing(text: str) -> bool:
    # In small letters it is found soonest, but those of a long text are several copies of it.
    return "cited" in text.lower() if len(text) < _LONG else _CITED.search(text) is not None


def is_bare(text: str) -> bool:
    """Tell whether a note is a count of citations and does not even say so."""
    return _BARE.fullmatch(text) is not None


def _is_bookkeeping(text: str, source: str) -> bool:
    if _may_be_numbers(text) and (_NUMBERS.fullmatch(text) or _OF_A_SCREENING.fullmatch(text)):
        return True
    if "\n" in text:
        return _is_block(text)
    if source == "proquest" and text.startswith(_PROQUEST):
        return True
    return _is_of_ebsco(text)


def _may_be_numbers(text: str) -> bool:
    return text.startswith(_NUMBERS_BEGIN) or text[:1].isdigit() or "/" in text


def _is_of_ebsco(text: str) -> bool:
    """Tell whether labels of EBSCO's databases stand together as they do nowhere else."""
    if ": " not in text:
        return False  # at most one stands there
    labels = sum(map(text.__contains__, _EBSCO))
    # What CINAHL writes alone is one of those labels, too.
    return labels > 1 or (labels == 1 and _CINAHL.search(text) is not None)


def _is_block(text: str) -> bool:
    """Tell whether each line is one of those that EndNote writes for PubMed, none a person's."""
    *lines, citation = text.split("\n")
    return _CITATION.fullmatch(citation) is not None and all(map(_is_block_line, lines))


def _is_block_line(line: str) -> bool:
    if line in _BLOCK_WORDS or _BLOCK_LINE.fullmatch(line):
        return True
    # A country stands alone, or at the end of a grant: `P50 AG005134/AG/NIA NIH HHS/United States`.
    return line.rpartition("/")[2] in _COUNTRIES

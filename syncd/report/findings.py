"""Findings of a pre-flight check, for programs and for people."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import Any, TextIO

from syncd.app.check import Finding, Level
from syncd.report.tables import PrintedPage
from syncd.system.printable import printable

CHECK_SCHEMA = "syncd.check/1"
_MARKS = {Level.OK: ("ok", "green"), Level.ADVICE: ("!", "yellow"), Level.PROBLEM: ("x", "red")}


def findings_document(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the `syncd.check/1` document; things are looked at while it is written."""
    return {"schema": CHECK_SCHEMA, "findings": _rows(findings)}


def _rows(findings: Iterable[Finding]) -> Iterator[dict[str, Any]]:
    return (asdict(finding) for finding in findings)


def print_findings(findings: Iterable[Finding], stream: TextIO) -> None:
    """Write each finding as it is made, and below it what to do."""
    page = PrintedPage(stream)
    for finding in findings:
        mark, colour = _MARKS[finding.level]
        subject = printable(finding.subject)
        if subject.removesuffix("s") != finding.area:
            subject = f"{finding.area} {subject}"
        page.line(f"{page.paint(f'{mark:>2}', colour)}  {subject}: {printable(finding.message)}")
        if finding.remedy:
            page.line(f"      {printable(finding.remedy)}")

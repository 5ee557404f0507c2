"""Plans, inspections and status as JSON documents for programs and as tables for people."""

from syncd.report.beside import describe_beside
from syncd.report.documents import (
    identifiers,
    plan_counts,
    plan_document,
    read_plan,
    record_document,
)
from syncd.report.plans import print_outcomes, print_plan
from syncd.report.prisma import prisma
from syncd.report.writing import write_document

__all__ = [
    "describe_beside",
    "identifiers",
    "plan_counts",
    "plan_document",
    "print_outcomes",
    "print_plan",
    "prisma",
    "read_plan",
    "record_document",
    "write_document",
]

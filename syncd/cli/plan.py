"""`syncd plan`: what `once` would do with these files, record by record."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import click

from syncd.app.once import deliveries_of, read_named
from syncd.app.preview import looking_only, plan_offline
from syncd.app.wiring import make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, words_for
from syncd.cli.session import find_state_to_look_at, load, pause, route
from syncd.config import file_library_settings
from syncd.errors import InputError
from syncd.plan import Decision, Plan
from syncd.report import plan_document, print_plan, write_document
from syncd.settings import Settings
from syncd.sync.intake import Delivery, Intake
from syncd.system.resources import shipped_schema


@click.command("plan")
@options.files(required=True)
@options.offline
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(
    files: tuple[Path, ...],
    offline: bool,
    where: options.Where,
    as_json: bool,
) -> Exit:
    """Say what `once` would do with each record of FILE, and why; nothing is changed.

    Every record is compared with the other records, with the ledger and with the library, which
    is only read. With --offline the files are compared with each other alone: a deduplicator
    that needs no account and no configuration.

    Below the records stand the numbers of a PRISMA flow diagram; they always add up. Exits with
    65 when something could not be used.

    \b
    Examples:
      syncd plan search.ris
      syncd plan --offline --json scopus.ris pubmed.ris | jq .prisma
    """
    settings = file_library_settings(Path("/")) if offline else load(where)
    exports, unusable = read_named(files, settings.limits.max_file_size)
    deliveries = deliveries_of(exports, settings)
    if offline:
        plan, reading = plan_offline(deliveries, shipped_schema(), settings.notes.keep)
    else:
        name = _one_library(files, settings, where.library)
        state = find_state_to_look_at(settings, where.state_dir, {name})
        plan, reading = _plan_for(name, deliveries, settings, state)
    if as_json:
        write_document(plan_document(plan), sys.stdout)
    else:
        print_plan(plan, sys.stdout)
    unusable += reading.unusable.values()
    for problem in reading.problems:
        for line in words_for(problem):
            click.echo(line, err=True)
    return _tell(plan, unusable)


def _one_library(files: Iterable[Path], settings: Settings, chosen: str | None) -> str:
    names = list(route(files, settings, chosen))
    if len(names) > 1:
        raise click.UsageError(f"these files go to {', '.join(names)}: name one with --library")
    return names[0]


def _plan_for(
    name: str, deliveries: list[Delivery], settings: Settings, state: Path
) -> tuple[Plan, Intake]:
    with (
        looking_only(settings, state) as (copied, copy),
        closing(open_ledger(copied, copy)) as ledger,
    ):
        run = make_runs(copied, copy, ledger, pause, only={name})[name]
        with closing(run):
            run.meet()
            return run.draft(deliveries)


def _tell(plan: Plan, unusable: Iterable[InputError]) -> Exit:
    code = Exit.DONE
    for error in unusable:
        code = Exit.INPUT
        for line in words_for(error):
            click.echo(line, err=True)
    if any(record.decision is Decision.REJECT for record in plan.records):
        code = Exit.INPUT
    return code

"""`syncd plan`: what `once` would do with these files, record by record."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from pathlib import Path

import click

from syncd.app.once import deliveries_of, read_named
from syncd.app.preview import looking_only, plan_offline
from syncd.app.wiring import make_runs, open_ledger
from syncd.cli import options
from syncd.cli.exits import Exit, exit_of, words_for
from syncd.cli.progress import working
from syncd.cli.saying import say
from syncd.cli.session import find_state_to_look_at, load, pause, route
from syncd.config import file_library_settings
from syncd.errors import InputError, KeyLookupError, LibraryError, SyncdError
from syncd.inbox.exports import SilentError, ask_about, probe_named
from syncd.plan import Decision, Plan
from syncd.report.dedup_files import write_pairs, write_unique
from syncd.report.documents import plan_document
from syncd.report.flow_report import kinds, write_report
from syncd.report.plans import print_plan
from syncd.report.writing import write_document
from syncd.settings import Settings
from syncd.sync.intake import Delivery, Intake
from syncd.system.clock import SystemClock
from syncd.system.printable import printable
from syncd.system.resources import shipped_schema

_TO_WRITE = click.Path(path_type=Path, dir_okay=False)


@click.command("plan")
@options.files(required=True)
@options.offline
@click.option("--all", "everything", is_flag=True, help="List every record, not only some.")
@click.option(
    "--report",
    type=_TO_WRITE,
    metavar="FILE",
    help="Write the numbers of a PRISMA flow diagram, with the diagram: FILE.html, .md or .svg.",
)
@click.option(
    "--unique",
    type=_TO_WRITE,
    metavar="FILE.ris",
    help="Write the records that are no duplicates, as they stand in the exports.",
)
@click.option(
    "--duplicates",
    type=_TO_WRITE,
    metavar="FILE.csv",
    help="Write each record that is, or may be, the same work as another, with the evidence.",
)
@options.where("library", "file_library", "config", "state")
@options.as_json
def command(
    files: tuple[Path, ...],
    offline: bool,
    everything: bool,
    where: options.Where,
    as_json: bool,
    **written: Path | None,
) -> Exit:
    """Say what `once` would do with each record of FILE, and why; nothing is changed.

    Every record is compared with the other records, with the ledger and with the library, which
    is only read. With --offline the files are compared with each other alone: a deduplicator
    that needs no account and no configuration.

    First stand the numbers, for each file and those of a PRISMA flow diagram; they always add
    up. Then come the records that need your eyes: held, not usable, and duplicates by their
    metadata alone; --all lists every one. --report, --unique and --duplicates write files, over
    what has their names. Exits with 65 when something could not be used, 69 when a library is
    not available, 75 when its adapter failed and 77 when it refuses the key; what the other
    libraries make of the records is shown all the same.

    \b
    Examples:
      syncd plan search.ris
      syncd plan --offline scopus.ris pubmed.ris --unique unique.ris --duplicates pairs.csv
      syncd plan --offline scopus.ris pubmed.ris --report flow.html
      syncd plan --offline --json scopus.ris pubmed.ris | jq .prisma
    """
    options.expect_no_library(where, offline=offline)
    probe_named(files)
    to_write = {kind: path for kind, path in written.items() if path is not None}
    _expect_names(to_write, files)
    files = _each_once(files)
    settings = file_library_settings(Path("/")) if offline else load(where)
    exports, unusable = read_named(files, settings.limits.max_file_size)
    deliveries = deliveries_of(exports, settings)
    failed: list[SyncdError] = []
    if offline:
        keep, lean = settings.notes.keep, "unique" not in to_write
        made = [plan_offline(deliveries, shipped_schema(), keep, lean=lean)]
    else:
        routes = route(files, settings, where.library)
        made = []
        for name, own in routes.items():
            try:
                made.append(_plan_for(name, _of_these(deliveries, own), settings, where.state_dir))
            except (KeyLookupError, LibraryError) as error:
                failed.append(error)
        if failed and not made:
            raise failed[0]
    plan = Plan(
        [record for one, _ in made for record in one.records],
        guards=[guard for one, _ in made for guard in one.guards],
    )
    if as_json:
        write_document(plan_document(plan), sys.stdout)
        for guard in plan.guards:
            say(f"syncd: the library would pause: {printable(guard.message)}")
    else:
        print_plan(plan, sys.stdout, everything=everything)
    readings = [reading for _, reading in made]
    if not failed:
        _write(to_write, plan, readings, files)
    elif to_write:
        say("no file was written: what another library makes of the records is missing")
    problems = [problem for reading in readings for problem in reading.problems]
    # What goes to two libraries is told once.
    for line in dict.fromkeys(line for problem in problems for line in words_for(problem)):
        say(line)
    code = _tell(plan, [*unusable, *(e for r in readings for e in r.unusable.values())])
    for line in dict.fromkeys(line for error in failed for line in words_for(error)):
        say(line)
    return exit_of(failed[0]) if failed else code


def _of_these(deliveries: Sequence[Delivery], files: Sequence[Path]) -> list[Delivery]:
    """Return the deliveries of these files, for the library that they go to."""
    wanted = {file.absolute() for file in files}
    return [delivery for delivery in deliveries if delivery.export.file in wanted]


def _expect_names(to_write: Mapping[str, Path], files: Sequence[Path]) -> None:
    """Tell of names that cannot be written to before anything is read."""
    endings = {"report": kinds(), "unique": (".ris",), "duplicates": (".csv",)}
    read = set(_real(files)) if to_write else set()
    for kind, path in to_write.items():
        if path.suffix.casefold() not in endings[kind]:
            known = " or ".join(endings[kind])
            raise click.UsageError(f"--{kind} takes a name that ends in {known}")
        if Path(os.path.realpath(path)) in read:
            raise click.UsageError(f"--{kind} would replace {path}, which is to be read")


def _each_once(files: Sequence[Path]) -> tuple[Path, ...]:
    """Return the files in their order; one that is named twice is one export."""
    real = _real(files)
    return tuple(dict(zip(reversed(real), reversed(files), strict=True)).values())[::-1]


def _real(files: Sequence[Path]) -> list[Path]:
    """Return where files are that may be named by links, as far as their drives tell."""
    return [_real_place(file) for file in files]


def _real_place(file: Path) -> Path:
    try:
        return Path(ask_about(file, lambda: os.path.realpath(file)))
    except SilentError:
        return file.absolute()


def _write(
    to_write: Mapping[str, Path], plan: Plan, readings: Sequence[Intake], files: Sequence[Path]
) -> None:
    """Write the files that were asked for, and say so. Raises `InputError`."""
    # What goes to two libraries is one record of its file.
    incoming = {
        (each.origin.file, each.origin.index): each
        for reading in readings
        for each in reading.incoming
    }
    for kind, path in to_write.items():
        reminder = ""
        try:
            if kind == "report":
                write_report(plan, path, SystemClock().now())
                told = "the flow of the records"
            elif kind == "unique":
                told = f"{write_unique(plan, list(incoming.values()), path):,} unique records"
                if Path(os.path.realpath(path)).parent in {each.parent for each in _real(files)}:
                    reminder = "; it lies among the exports: leave it out the next time"
            else:
                told = f"{write_pairs(plan, path):,} pairs"
        except OSError as error:
            raise InputError(f"cannot be written: {error.strerror}", path=path) from error
        say(f"wrote {told} to {printable(str(path))}{reminder}")


def _plan_for(
    name: str, deliveries: list[Delivery], settings: Settings, own_state: Path
) -> tuple[Plan, Intake]:
    state = find_state_to_look_at(settings, own_state, {name})
    with (
        looking_only(settings, state) as (copied, copy),
        closing(open_ledger(copied, copy)) as ledger,
    ):
        run = make_runs(copied, copy, ledger, pause, only={name})[name]
        with closing(run), working(run.figures):
            run.meet()
            return run.draft(deliveries)


def _tell(plan: Plan, unusable: Iterable[InputError]) -> Exit:
    code = Exit.DONE
    errors = list(unusable)
    for line in dict.fromkeys(line for error in errors for line in words_for(error)):
        code = Exit.INPUT
        say(line)
    if any(record.decision is Decision.REJECT for record in plan.records):
        code = Exit.INPUT
    return code

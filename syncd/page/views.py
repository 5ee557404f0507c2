"""What is shown and done on each page, as values for the templates."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from syncd.control.wire import RECONCILE, RESUME, RETRY
from syncd.errors import BusyError, CommandError, InputError
from syncd.ledger import browse
from syncd.ledger.browse import PAGE, ExportSeen
from syncd.ledger.store import Ledger
from syncd.page.differing import shown
from syncd.page.questions import Ask
from syncd.page.refusals import RefusedError
from syncd.report.flow import draw, flow_of
from syncd.report.growth import Growth, Step, grown
from syncd.report.prisma import prisma
from syncd.report.spreadsheets import csv_table
from syncd.system.packing import unpack

_ACTIONS = {
    "reconcile": (RECONCILE, "was reconciled"),
    "resume": (RESUME, "goes on"),
    "retry": (RETRY, "is tried again"),
}
_FILES = "file:"
_GROUP = re.compile(r"/groups/(\d+)$")
_MOST_RUNS = 10_000


class Views:
    """Looks things up in the ledger and asks the daemon.

    `libraries` are the names that it serves; `name_of` says what a library is called in the
    configuration, by what it says it is.
    """

    def __init__(
        self,
        ledger: Ledger,
        ask: Ask,
        libraries: Callable[[], Sequence[str]],
        name_of: Callable[[str], str | None],
    ) -> None:
        self._ledger = ledger
        self._ask = ask
        self._libraries = libraries
        self._name_of = name_of

    def called(self, known_as: str) -> str:
        """Return what a library is called, by what it is known as in the ledger."""
        if (name := self._name_of(known_as)) is not None:
            return name
        with self._ledger.look_through() as connection:
            return browse.titles(connection).get(known_as, known_as)

    # --- files and records

    def files(self, before: int | None, text: str) -> dict[str, Any]:
        """Return exports, or the records in which a text was found."""
        with self._ledger.look_through() as connection:
            if text:
                found = browse.search_records(connection, text, before=before)
                undone = browse.taken_back(connection)
                older = found[-1].record_id if len(found) == PAGE else None
                return {
                    "text": text,
                    "records": found,
                    "undone": undone,
                    "exports": [],
                    "more": None,
                    "older": older,
                }
            exports = browse.exports(connection, before=before)
        more = exports[-1].export_id if len(exports) == PAGE else None
        named = [(each, _name_of(each)) for each in exports]
        return {"text": "", "records": [], "exports": named, "more": more, "older": None}

    def file(self, number: int, after: int) -> dict[str, Any]:
        """Return one export and its records."""
        with self._ledger.look_through() as connection:
            export = browse.find_export(connection, number)
            records = browse.records_of_export(connection, number, after=after)
            problems = browse.problems_of_export(connection, number)
            undone = browse.taken_back(connection)
        if export is None:
            raise RefusedError("There is no such file.")
        more = records[-1].record_id if len(records) == PAGE else None
        return {
            "export": export,
            "name": _name_of(export),
            "problems": problems,
            "records": records,
            "undone": undone,
            "more": more,
        }

    def record(self, number: int) -> dict[str, Any]:
        """Return one record: what was understood, what became of it and why."""
        with self._ledger.look_through() as connection:
            found = browse.find_record(connection, number)
            entry = browse.find_entry(connection, number)
            state = browse.state_of_item(connection, number)
            undone = browse.taken_back(connection)
        if found is None:
            raise RefusedError("There is no such record.")
        text = unpack(entry).decode("utf-8", "replace") if entry is not None else ""
        identity = {
            name: shown(list(value) if isinstance(value, tuple) else value)
            for name, value in found.record.identity._asdict().items()
            if value
        }
        key = found.record.item_key
        return {
            "seen": found,
            "entry": text,
            "state": state,
            "undone_by": undone.get(found.run_id),
            "identity": identity,
            "links": links_to(found.library, key) if key else {},
        }

    # --- numbers

    def numbers(self, before: int | None, chosen: Sequence[int]) -> dict[str, Any]:
        """Return runs, and the PRISMA numbers of some exports (if none: the newest of any use)."""
        with self._ledger.look_through() as connection:
            runs = browse.runs(connection, before=before)
            undone = browse.taken_back(connection)
            exports = browse.exports(connection)
        of_use = [each for each in exports if each.unusable is None] or exports
        picked = list(chosen) or [each.export_id for each in of_use[:1]]
        return {
            "runs": runs,
            "undone": undone,
            "more": runs[-1].run_id if len(runs) == PAGE else None,
            "exports": [(each, _name_of(each)) for each in exports],
            "chosen": picked,
            "flow": self.flow(picked),
            "growth": self.growth(),
        }

    def flow(self, chosen: Sequence[int]) -> dict[str, Any]:
        """Return the PRISMA numbers of these exports."""
        with self._ledger.look_through() as connection:
            return prisma(browse.records_of_exports(connection, chosen))

    def flow_svg(self, chosen: Sequence[int]) -> str:
        """Return them as a picture."""
        return draw(flow_of(self.flow(chosen)))

    def flow_csv(self, chosen: Sequence[int]) -> str:
        """Return them as a table for other programs, for all of the files and for each source."""
        flow = self.flow(chosen)
        names = [name for name, number in flow.items() if isinstance(number, int)]
        rows = [["all", *(flow[name] for name in names)]]
        rows += [[each, *(own[name] for name in names)] for each, own in flow["by_source"].items()]
        return csv_table(["source", *names], rows)

    def growth(self) -> Growth:
        """Return how many works were added to each library, day by day."""
        with self._ledger.look_through() as connection:
            added = browse.works_added(connection)
        return grown(Step(self.called(known_as), day, change) for known_as, day, change in added)

    def runs_csv(self) -> str:
        """Return every run with its counts, as a table for other programs."""
        with self._ledger.look_through() as connection:
            runs = browse.runs(connection, limit=_MOST_RUNS)
        names = sorted({name for each in runs for name in each.counts})
        rows = [
            [
                each.run_id,
                self.called(each.library),
                each.reason,
                each.started_at,
                each.ended_at or "",
                *(each.counts.get(name, 0) for name in names),
            ]
            for each in runs
        ]
        return csv_table(["run", "library", "reason", "started_at", "ended_at", *names], rows)

    # --- what is done

    def do(self, action: str, library: str) -> str:
        """Have the daemon do something with a library; return what to say."""
        if action not in _ACTIONS or library not in self._libraries():
            raise RefusedError("That cannot be done here.")
        command, words = _ACTIONS[action]
        self._asked(command, {"library": library})
        return f"{library} {words}"

    def _asked(self, command: str, arguments: Mapping[str, Any]) -> Any:
        try:
            return self._ask(command, arguments)
        except (BusyError, CommandError, InputError) as error:
            raise RefusedError(str(error)) from error


def links_to(known_as: str, key: str) -> dict[str, str]:
    """Return where an item can be looked at, by the words for it; a file library has no such place.

    `known_as` says what its library is.
    """
    if known_as.startswith(_FILES):
        return {}
    group = _GROUP.search(known_as)
    if group is None:
        return {"in Zotero": f"zotero://select/library/items/{key}"}
    return {
        "in Zotero": f"zotero://select/groups/{group[1]}/items/{key}",
        "at zotero.org": f"https://www.zotero.org/groups/{group[1]}/items/{key}",
    }


def _name_of(export: ExportSeen) -> str:
    return os.fsdecode(export.name)

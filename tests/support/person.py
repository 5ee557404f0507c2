"""A library on the test server, a syncd that works for it, and the people who work in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from adapters.zotero_web import ADAPTER
from syncd.library import Library, Surroundings
from syncd.plan import Decision, Place, PlannedRecord
from syncd.sync.reconcile import ReconcileReport
from syncd.sync.session import LibraryRun
from syncd.sync.standing import RunSummary
from tests.fakes.zotero_server.process import Account, ZoteroServer
from tests.support.exports import write_records
from tests.support.runs import HELPERS, deliver, opened_ledger, opened_run, records_of

INBOX = Place(folder=b"/in", collection=("Inbox",), tags=("seen",))


class SharedLibrary:
    """One library on the test server; each use of syncd begins anew, as a command does."""

    def __init__(self, base: Path, server: ZoteroServer, account: Account) -> None:
        self._base = base
        self.server = server
        self.account = account
        self._drops = 0

    # syncd

    def open(self) -> Library:
        """Open the library as the adapter does."""
        kind, number = self.account.library.split("/")
        options = {
            "library_type": kind.removesuffix("s"),
            "library_id": int(number),
            "api_url": self.server.url,
        }
        return ADAPTER.open(options, Surroundings("mine", find_key=lambda: self.account.key))

    @contextmanager
    def syncd(self) -> Iterator[LibraryRun]:
        """Open a run on the library; the ledger is the same each time."""
        with (
            closing(self.open()) as library,
            opened_run(self._base / "state", library) as run,
        ):
            yield run

    def drop(self, records: Sequence[str], place: Place = INBOX) -> list[PlannedRecord]:
        """Drop an export of these records; return what was decided about each."""
        self._drops += 1
        path = write_records(self._base / f"export-{self._drops}.ris", records)
        with self.syncd() as run:
            summary: RunSummary = deliver(run, [path], place)
        with opened_ledger(self._base / "state") as ledger:
            return records_of(ledger, summary)

    def decide(self, record: str, place: Place = INBOX) -> tuple[Decision, str | None]:
        """Drop one record; return the decision and the item that it is about."""
        [decided] = self.drop([record], place)
        return decided.decision, decided.item_key

    def reconcile(self) -> ReconcileReport:
        """Reconcile once, as the command does."""
        with self._run() as run:
            run.meet()
            return run.reconcile()

    def resume(self) -> None:
        """Let it go on after a guard has stopped it, as the command does."""
        with self._run() as run:
            run.resume()

    @contextmanager
    def _run(self) -> Iterator[LibraryRun]:
        with (
            closing(self.open()) as library,
            opened_ledger(self._base / "state") as ledger,
        ):
            yield LibraryRun("mine", library, ledger, HELPERS)

    # People

    def items(self) -> dict[str, dict[str, Any]]:
        """Return the works in the library by key, those in the trash too."""
        found = self.server.state(self.account.library)["items"]
        return {key: item for key, item in found.items() if not item.get("parentItem")}

    def key_of(self, title: str) -> str:
        """Return the only work with this title that is not in the trash."""
        [key] = [
            key
            for key, item in self.items().items()
            if item["title"] == title and not item.get("deleted")
        ]
        return key

    def present(self) -> set[str]:
        """Return the works that are not in the trash."""
        return {key for key, item in self.items().items() if not item.get("deleted")}

    def collections(self) -> dict[str, str]:
        """Return the keys of the collections by name."""
        found = self.server.state(self.account.library)["collections"]
        return {collection["name"]: key for key, collection in found.items()}

    def edit(self, key: str, **changes: Any) -> None:
        self.server.write_item(self.account.library, changes, key)

    def add(self, item: dict[str, Any]) -> str:
        return self.server.write_item(self.account.library, item)

    def trash(self, key: str) -> None:
        self.server.trash(self.account.library, key)

    def restore(self, key: str) -> None:
        self.server.act(self.account.library, "restore", key=key)

    def erase(self, key: str) -> None:
        self.server.delete(self.account.library, key)

    def merge(self, *losers: str, into: str) -> None:
        """Merge as Zotero does: the survivor first, then the others go into the trash."""
        items = self.items()
        replaced = {self._uri(key) for key in losers}
        for key in (into, *losers):
            replaced |= set(_listed(items[key].get("relations", {}).get("dc:replaces", ())))
        self.edit(into, relations={"dc:replaces": sorted(replaced)})
        for key in losers:
            self.edit(key, relations={}, deleted=1)

    def unmerge(self, key: str, survivor: str) -> None:
        """Take a merged item out of the trash as Zotero does: the survivor forgets it."""
        replaced = set(_listed(self.items()[survivor]["relations"]["dc:replaces"]))
        left = sorted(replaced - {self._uri(key)})
        self.edit(survivor, relations={"dc:replaces": left} if left else {})
        self.restore(key)

    def _uri(self, key: str) -> str:
        return f"http://zotero.org/{self.account.library}/items/{key}"


def _listed(value: Any) -> list[str]:
    return [value] if isinstance(value, str) else list(value)

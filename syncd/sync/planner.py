"""Turn rulings into intents: which records are created, collected, skipped or held, and how.

A record is told apart by `matching`; this room knows what its folder wants done about it. It
decides nothing about identity, and it looks things up only at the `Lookup`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Protocol

from syncd.item.minting import name_of
from syncd.library import CollectionKey, Create, Restore
from syncd.matching import Doubt, Known, Ruling, RulingKind
from syncd.plan import (
    STAYS_DELETED,
    UNFINISHED,
    Decision,
    HeldQuestion,
    Incoming,
    Intent,
    KnownItem,
    Place,
    PlannedOperation,
    PlannedRecord,
    Pointer,
    create_below,
    question_about,
)
from syncd.record import Citation, ItemKey
from syncd.settings import LookAlikes, WhenFound
from syncd.sync.conflicts import with_update
from syncd.sync.filing import Placement, file_item, placements_of
from syncd.sync.keys import KeyMinter
from syncd.sync.three_way import Weighed

_SETTLED = (Decision.SKIP, Decision.COLLECT)


class Lookup(Protocol):
    """What planning looks up; answered from the ledger's mirror."""

    @property
    def minter(self) -> KeyMinter | None:
        """What chooses keys; None where nothing will be made, so that nothing gets one."""
        ...

    def items(self, keys: Collection[str]) -> Mapping[str, KnownItem]: ...

    def placements(self, keys: Collection[str]) -> Mapping[str, frozenset[tuple[str, str]]]: ...

    def promised(self, keys: Collection[str]) -> set[str]: ...

    def collection(self, path: tuple[str, ...]) -> CollectionKey: ...

    def meet_questions(
        self, asked: Mapping[int, tuple[HeldQuestion, Citation]]
    ) -> Mapping[int, HeldQuestion | None]: ...

    def asked_before(self, questions: Collection[str]) -> set[str]: ...

    def is_left_out(self, citation: Citation, fingerprint: str) -> bool: ...


def make_intents(
    incoming: Sequence[Incoming],
    rulings: Sequence[Ruling],
    lookup: Lookup,
    weighed: Mapping[int, Weighed] | None = None,
) -> list[Intent]:
    """Return one intent per record, in order; each ruling belongs to the record at its index.

    `weighed` says, by the record's index, what it changes of the item that is there.
    """
    return _Planner(incoming, rulings, lookup, weighed or {}).plan()


def _looks_alike(ruling: Ruling) -> bool:
    # Contradicting identifiers and retractions are for a person, whatever a folder says.
    return ruling.kind is RulingKind.HOLD and ruling.doubt is Doubt.LOOK


class _Planner:
    """One plan in the making; intents are made in the order of the records."""

    def __init__(
        self,
        incoming: Sequence[Incoming],
        rulings: Sequence[Ruling],
        lookup: Lookup,
        weighed: Mapping[int, Weighed],
    ) -> None:
        self._weighed = weighed
        self._incoming = incoming
        self._rulings = rulings
        self._lookup = lookup
        self._minter = lookup.minter
        self._found = lookup.items({ruling.known.ref for ruling in rulings if ruling.known})
        # Collections first: what was put where they answer to now is what was put there before.
        for place in {record.place for record in incoming}:
            self._collection(place)
        self._placed = lookup.placements(self._found)
        self._asked: defaultdict[str, set[Placement]] = defaultdict(set)
        """Where earlier records of this plan put items."""
        self._restored: set[str] = set()
        self._last_ordinals: dict[tuple[str, str], int] = {}
        """Which key of its series the last work of a name got; many may share a DOI."""
        self._intents: list[Intent] = []
        self._leaders = self._find_leaders()
        self._places = self._gather_places()
        self._keys = _PlanKeys(lookup, self._first_keys())

    def _first_keys(self) -> set[ItemKey]:
        keys: set[ItemKey] = set()
        if self._minter is None:
            return keys
        for record in self._incoming:
            key = self._minter.first(record.citation, record.fingerprint)
            keys.add(key)
            keys.update(self._minter.first_child(key, n) for n in range(len(record.children)))
        return keys

    def plan(self) -> list[Intent]:
        for number, ruling in enumerate(self._rulings):
            self._intents.append(self._decide(number, ruling))
        return self._ask()

    def _find_leaders(self) -> list[int]:
        """Return for each record which one stands for its work: itself, or an earlier one.

        Records of a deleted work that may come back have one as well: it comes back once.
        """
        leaders = []
        remade: dict[str, int] = {}
        for number, (record, ruling) in enumerate(zip(self._incoming, self._rulings, strict=True)):
            leader = number if ruling.within is None else ruling.within
            known = ruling.known
            if known and record.place.readd and self._found[known.ref].state == "deleted":
                leader = remade.setdefault(known.ref, number)
            leaders.append(leader)
        return leaders

    def _gather_places(self) -> Mapping[int, Sequence[Place]]:
        """Return, by leader, the places of all the records that it stands for."""
        places: defaultdict[int, list[Place]] = defaultdict(list)
        for number, leader in enumerate(self._leaders):
            places[leader].append(self._incoming[number].place)
        return places

    def _decide(self, number: int, ruling: Ruling) -> Intent:
        if self._leaders[number] != number:
            return self._same_as_earlier(number, ruling, self._leaders[number])
        if ruling.kind is RulingKind.NEW:
            record = self._incoming[number]
            if self._lookup.is_left_out(record.citation, record.fingerprint):
                return _left_out(self._settle(record, ruling, Decision.SKIP, "", None))
            return self._create(number, ruling)
        if ruling.kind is RulingKind.SAME:
            return self._same_as_item(number, ruling)
        wishes = {place.look_alikes for place in self._places[number]}
        if _looks_alike(ruling) and LookAlikes.CREATE in wishes:
            return self._create(number, ruling)
        return self._hold(number, ruling)

    # A new work

    def _create(self, number: int, ruling: Ruling) -> Intent:
        record = self._incoming[number]
        if (obstacle := _obstacle(record)) is not None:
            return self._hold(number, ruling._replace(reason=obstacle))
        reason = "; ".join([ruling.reason, *_cut_words(record)])
        if self._minter is None:
            return self._settle(record, ruling, Decision.CREATE, reason, None)
        places = self._places[number]
        key, ordinal, tombstone = self._mint(self._minter, record, ruling)
        if tombstone and not any(place.readd for place in places):
            return self._settle(record, ruling, Decision.SKIP, STAYS_DELETED, key)
        collections = _merge(self._collection(place) for place in places)
        tags = _merge([*(place.tags for place in places), record.own_tags])
        data = {**record.data, "collections": list(collections)}
        data["tags"] = _with_tags(record.data.get("tags", ()), tags)
        operations = [PlannedOperation(Create(key, data), ordinal, features=record.features)]
        for child_number, child in enumerate(record.children):
            child_key = self._minter.choose_child(key, child_number, self._keys)
            self._keys.give(child_key)
            operations.append(PlannedOperation(create_below(key, child_key, child)))
        placements = placements_of(collections, tags)
        intent = self._settle(
            record, ruling, Decision.CREATE, reason, key, tuple(operations), placements
        )
        return _in_view_of(intent, key) if tombstone else intent

    def _mint(
        self, minter: KeyMinter, record: Incoming, ruling: Ruling
    ) -> tuple[ItemKey, int, bool]:
        """Return the first key free for this record, and whether it marks a deleted work.

        A key known to be deleted whose content was never seen can only be judged by the key
        itself: it is the one this very work would get, so the work was deleted. Where the content
        was seen, the key keeps that work from coming back, and only the work itself may have it.
        """
        again = ruling.known.ref if ruling.known else None
        name = name_of(record.citation, record.fingerprint)
        # What another record of this plan did not get, or has got, is not free for this one.
        after = -1 if again else self._last_ordinals.get(name, -1)
        chosen = minter.choose(
            record.citation, record.fingerprint, self._keys, after=after, again=again
        )
        if not again:
            self._last_ordinals[name] = chosen.ordinal
        self._keys.give(chosen.key)
        return chosen.key, chosen.ordinal, chosen.known is not None and not chosen.known.seen

    # A work that is already there

    def _same_as_item(self, number: int, ruling: Ruling) -> Intent:
        record, known = self._incoming[number], ruling.known
        if known is None:
            raise ValueError("a ruling of sameness names neither an item nor an earlier record")
        key = ItemKey(known.ref)
        if known.removed and not record.place.readd:
            reason = f"{_removed_words(known, self._found[key])}; {ruling.reason}"
            return self._settle(record, ruling, Decision.SKIP, reason, key)
        item = self._found[key]
        if item.state == "deleted":
            reason = f"deleted before, and this folder lets works come back; {ruling.reason}"
            # The decision names what it was made in view of, for when it has to be made again.
            return self._create(number, ruling._replace(reason=reason, candidates=(known,)))
        intent = self._collect(record, ruling, key, item)
        weighed = self._weighed.get(number)
        return intent if weighed is None else with_update(intent, weighed, record)

    def _collect(self, record: Incoming, ruling: Ruling, key: ItemKey, item: KnownItem) -> Intent:
        place = record.place
        tags = (*place.tags, *record.own_tags)
        files = place.when_found is not WhenFound.SKIP
        filed = file_item(
            key,
            item,
            placements_of(self._collection(place), tags) if files else (),
            self._placed.get(key, frozenset()) | self._asked[key],
            readd=place.readd,
            restored=key in self._restored,
        )
        self._asked[key].update(filed.placements)
        if any(isinstance(operation, Restore) for operation in filed.operations):
            self._restored.add(key)
        if filed.decision is Decision.SKIP:
            reason = f"already in the library; {ruling.reason}"
            return self._settle(record, ruling, Decision.SKIP, reason, key)
        reason = f"already in the library, to be filed where this folder wants it; {ruling.reason}"
        operations = tuple(map(PlannedOperation, filed.operations))
        return self._settle(
            record, ruling, Decision.COLLECT, reason, key, operations, filed.placements
        )

    def _same_as_earlier(self, number: int, ruling: Ruling, leader: int) -> Intent:
        record, first = self._incoming[number], self._intents[leader].planned
        reason = f"the same work as record {first.origin.index} of {first.origin.file}"
        if first.decision is Decision.HOLD:
            reason += ", which is held"
        intent = self._settle(
            record, ruling, Decision.SKIP, f"{reason}; {ruling.reason}", first.item_key
        )
        planned = replace(intent.planned, duplicate_of=_pointer_to(first))
        return replace(intent, planned=planned)

    # A work in doubt

    def _hold(self, number: int, ruling: Ruling) -> Intent:
        record = self._incoming[number]
        wishes = {place.look_alikes for place in self._places[number]}
        if _looks_alike(ruling) and wishes == {LookAlikes.SKIP}:
            reason = f"undecided, and this folder skips look-alikes; {ruling.reason}"
            return self._settle(record, ruling, Decision.SKIP, reason, None)
        reason = ruling.reason
        if record.is_unfinished and reason != _UNFINISHED_WORDS:
            reason = f"{_UNFINISHED_WORDS}; {reason}"
        return self._settle(record, ruling, Decision.HOLD, reason, None)

    def _ask(self) -> list[Intent]:
        """Put each doubt into a question, unless a person has answered it by leaving it out."""
        asked: dict[int, tuple[HeldQuestion, Citation]] = {}
        for number, intent in enumerate(self._intents):
            if intent.planned.decision is Decision.HOLD and intent.question is None:
                asked[number] = (self._question(number), self._incoming[number].citation)
        finished = list(self._intents)
        met = self._lookup.meet_questions(asked)
        before = self._lookup.asked_before({each.name for each in met.values() if each})
        for number, question in met.items():
            if question is None:
                finished[number] = _left_out(finished[number])
                continue
            finished[number] = replace(finished[number], question=question)
            if question.name not in before:
                operations = self._note_fate(number)
                finished[number] = replace(finished[number], operations=operations)
        return finished

    def _note_fate(self, number: int) -> tuple[PlannedOperation, ...]:
        """Return what tags the item that a held record says was retracted, when first asked.

        Whether it is that work is for a person; that somebody says so is worth a look at once.
        """
        ruling, tag = self._rulings[number], self._incoming[number].fate_tag
        known = ruling.candidates[0] if len(ruling.candidates) == 1 else None
        if ruling.doubt is not Doubt.RETRACTION or not tag or not isinstance(known, Known):
            return ()
        item = self._lookup.items([known.ref]).get(known.ref)
        if item is None:
            return ()
        placed = self._lookup.placements([known.ref]).get(known.ref, frozenset())
        filed = file_item(ItemKey(known.ref), item, placements_of((), [tag]), placed)
        return tuple(map(PlannedOperation, filed.operations))

    def _question(self, number: int) -> HeldQuestion:
        record = self._incoming[number]
        places = self._places[number]
        question = question_about(
            record.fingerprint,
            [self._name(candidate) for candidate in self._rulings[number].candidates],
            record.data,
            record.children,
            {
                "collections": _merge(self._collection(place) for place in places),
                "tags": _merge(place.tags for place in places),
            },
        )
        if record.is_unfinished:
            return question._replace(name=f"{UNFINISHED} {question.name}", kind=UNFINISHED)
        return question

    def _name(self, candidate: Known | int) -> str:
        """Return the item key of a candidate, or its fingerprint where it has none (yet)."""
        if isinstance(candidate, Known):
            return candidate.ref
        key = self._intents[candidate].planned.item_key
        return key or self._incoming[candidate].fingerprint

    # Shared by all

    def _collection(self, place: Place) -> tuple[str, ...]:
        return (self._lookup.collection(place.collection),) if place.collection else ()

    def _settle(
        self,
        record: Incoming,
        ruling: Ruling,
        decision: Decision,
        reason: str,
        key: str | None,
        operations: tuple[PlannedOperation, ...] = (),
        placements: tuple[Placement, ...] = (),
    ) -> Intent:
        planned = PlannedRecord(
            origin=record.origin,
            decision=decision,
            reason=reason,
            evidence=ruling.evidence,
            duplicate_of=Pointer(item_key=key) if decision in _SETTLED and key else None,
            candidates=tuple(self._point(candidate) for candidate in ruling.candidates),
            identity=record.citation.identity,
            item_key=key,
        )
        return Intent(
            planned,
            record.export,
            record.entry,
            operations,
            placements,
            aliases=ruling.aliases,
            member=record.citation if ruling.kind is RulingKind.SAME else None,
            member_of=self._merged_item(ruling),
            shared=ruling.shared,
            exported_at=record.exported_at,
        )

    def _merged_item(self, ruling: Ruling) -> str | None:
        """Return the item that a record is known by, where people have merged it into another."""
        if ruling.within is not None:
            ruling = self._rulings[ruling.within]
        return ruling.known.merged if ruling.known else None

    def _point(self, candidate: Known | int) -> Pointer:
        if isinstance(candidate, Known):
            return Pointer(item_key=candidate.ref)
        return _pointer_to(self._intents[candidate].planned)


class _PlanKeys:
    """`KeyBook` of a plan in the making; what it is likely to be asked is looked up at once."""

    def __init__(self, lookup: Lookup, likely: Collection[ItemKey]) -> None:
        self._lookup = lookup
        self._given: set[str] = set()
        self._looked_up: set[str] = set(likely)
        self._known = dict(lookup.items(likely))
        self._promised = lookup.promised(likely)

    def find(self, key: ItemKey) -> KnownItem | None:
        self._look_up(key)
        return self._known.get(key)

    def is_promised(self, key: ItemKey) -> bool:
        self._look_up(key)
        return key in self._given or key in self._promised

    def give(self, key: ItemKey) -> None:
        """Something of this plan is made under this key."""
        self._given.add(key)

    def _look_up(self, key: ItemKey) -> None:
        # The first keys were looked up at once; a second one is rare.
        if key not in self._looked_up:
            self._looked_up.add(key)
            self._known.update(self._lookup.items([key]))
            self._promised |= self._lookup.promised([key])


def _left_out(intent: Intent) -> Intent:
    reason = "; ".join(filter(None, ["a person left it out before", intent.planned.reason]))
    return replace(intent, planned=replace(intent.planned, decision=Decision.SKIP, reason=reason))


def _in_view_of(intent: Intent, key: str) -> Intent:
    """Name what was seen when it was decided: that it was deleted then changes nothing later."""
    candidates = (*intent.planned.candidates, Pointer(item_key=key))
    return replace(intent, planned=replace(intent.planned, candidates=candidates))


def _pointer_to(planned: PlannedRecord) -> Pointer:
    origin = planned.origin
    return Pointer(
        item_key=planned.item_key,
        file=origin.file,
        index=origin.index,
        source_id=origin.source_id,
    )


def _merge(groups: Iterable[Iterable[str]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(value for group in groups for value in group))


def _with_tags(tags: Iterable[Mapping[str, Any]], names: Iterable[str]) -> list[Mapping[str, Any]]:
    present = list(tags)
    known = {tag["tag"] for tag in present}
    return present + [{"tag": name} for name in names if name not in known]


def _cut_words(record: Incoming) -> list[str]:
    if not record.cuts:
        return []
    where = ", ".join(cut.where for cut in record.cuts)
    return [f"{where} cut to what the library takes; the whole stands in the ledger"]


_UNFINISHED_WORDS = "unfinished: the file ends inside this record; a whole export completes it"


def _obstacle(record: Incoming) -> str | None:
    """Say why a person has to be asked before an item is made of a record, if that is so."""
    if record.is_unfinished:
        return _UNFINISHED_WORDS
    if any(cut.falsifies for cut in record.cuts):
        return _too_long_words(record)
    return None


def _too_long_words(record: Incoming) -> str:
    where = ", ".join(cut.where for cut in record.cuts if cut.falsifies)
    return f"{where} longer than the library takes, and would not be true if it were cut"


def _removed_words(known: Known, item: KnownItem) -> str:
    trashed = known.removed == "trashed"
    words = "in the library's trash" if trashed else "deleted from the library"
    stays = "stays there" if trashed else "stays deleted"
    when = f"; removed on {item.removed_at.astimezone():%Y-%m-%d}" if item.removed_at else ""
    return f"{words}, and {stays}{when}; `syncd restore {known.ref}` lets it come back"

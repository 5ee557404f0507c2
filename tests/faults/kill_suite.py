"""Kill syncd at every write and at random over everyday records, and count what came of it.

`python -m tests.faults.kill_suite [--kills N] [--library file|web] [--story STORY] [--seed N]`
kills N times at least, each by SIGKILL, and then lets the program go on until it is done. Alone in
its library, the program makes records, files further ones with items that are there, brings items
up to date, and brings works back from the trash; among others, it is refused again and again, and
trashes what went below a key that another program took; with files, it stores what lies beside the
exports, each in its attachment; taken back, it takes a run back, does it again, and lets a work
come back that was erased; edited, it knows the works to which people have given other titles. Over
the test server, replies are lost too, and what a killed program sent lands while the next one
looks. What every round comes to has to be what an undisturbed one comes to: nothing lost, twice,
trashed, altered or asked, each record accepted, and each item known as ours or theirs.
"""

from __future__ import annotations

import argparse
import math
import os
import random
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from functools import partial
from itertools import islice, product
from pathlib import Path

import syncd.cli.once  # noqa: F401 - imported once, before the lives are forked
from tests.fakes.zotero_server.process import ZoteroServer
from tests.support.everyday import write_everyday
from tests.support.kill_findings import Findings, differences, find, in_words
from tests.support.kill_worlds import FileWorld, WebWorld, World
from tests.support.one_life import Ended, Kill

_MOST_LIVES = 12
"""So many lives that are not killed have to do for a part."""
_MOST_TOLD = 10
"""So many differences of a round are told."""

Part = Callable[[World], None]
"""What happens to a world before the program lives in it."""


def drop_first(world: World) -> None:
    """Records of which the library has none, but for one that a person made."""
    world.write("PERSQN22", _THEIRS)
    write_everyday(world.first / "monday.ris", range(14))


def drop_again(world: World) -> None:
    """Records that are there already, ours and a person's, before new ones."""
    write_everyday(world.second / "tuesday.ris", [1, 5, 7, 11, 13, 14, 15, 16])


def drop_newer(world: World) -> None:
    """Records that say more than the items which syncd made of them, and than a person's."""
    write_everyday(world.second / "newer.ris", [1, 2, 5, 7, 8, 11, 14], newer=True)


def trash_and_drop(world: World) -> None:
    """Works that a person has put into the trash, dropped where works may come back."""
    for thing in world.things():
        if thing.data.get("title") in ("Reply", "Editorial", "Comment"):
            world.trash(thing.key)
    write_everyday(world.second / "wednesday.ris", [1, 5, 7, 13, 17])


def edit_and_drop(world: World) -> None:
    """People have given every work another title, and each comes again and says more."""
    for thing in world.things():
        if thing.data["itemType"] == "journalArticle":
            name = thing.data["creators"][0]["lastName"]
            world.write(thing.key, {**thing.data, "title": f"What a person calls that by {name}"})
    write_everyday(world.second / "renamed.ris", range(14), newer=True)


def drop_among_others(world: World) -> None:
    """Records with notes, while another program writes all the time and takes one of their keys."""
    world.is_busy = True
    write_everyday(world.first / "thursday.ris", [19, 22])


def drop_with_files(world: World) -> None:
    """Records with files beside them: two of one content, and one that is sent in pieces."""
    world.has_files = True
    for number, content in enumerate((b"%PDF-1.7 a", b"%PDF-1.7 a", bytes(range(256)) * 3000)):
        path = world.first / f"{number}.pdf"
        path.write_bytes(content)
        # What an attachment shows of its file is the same in every world.
        os.utime(path, (_LONG_AGO, _LONG_AGO))
    files = {number: [f"{number}.pdf"] for number in range(3)}
    write_everyday(world.first / "friday.ris", range(4), files=files)


def drop_files_again(world: World) -> None:
    """The same records with their files, and a new one whose file is there already."""
    files = {number: [f"{number}.pdf"] for number in range(3)} | {17: ["2.pdf"]}
    write_everyday(world.first / "saturday.ris", [0, 1, 2, 17], files=files)


def take_back(world: World) -> None:
    """The first run is to be taken back, and what a second one did stays."""
    world.command = ("undo", "1")


def do_again(world: World) -> None:
    """What was taken back is to be done again."""
    world.command = ("undo", "3")


def let_come_back(world: World) -> None:
    """A person has erased a work for good, and lets it come back."""
    # Keys differ from one world to the next; works do not.
    replies = [each for each in world.things() if each.data.get("title") == "Reply"]
    key = min(replies, key=lambda each: str(each.data["creators"])).key
    world.erase(key)
    world.command = ("restore", key)


STORIES: Mapping[str, tuple[Part, ...]] = {
    "alone": (drop_first, drop_again, drop_newer, trash_and_drop),
    "among others": (drop_among_others,),
    "with files": (drop_with_files, drop_files_again),
    "taken back": (drop_first, drop_again, take_back, do_again, let_come_back),
    "edited": (drop_first, edit_and_drop),
}
_SHARES = {
    "alone": 0.35,
    "among others": 0.15,
    "with files": 0.15,
    "taken back": 0.25,
    "edited": 0.1,
}
"""The share of the kills that befalls each story; among others, a life takes much longer."""


_LONG_AGO = 1_500_000_000
"""When files beside the exports were last written."""

_THEIRS = {
    "itemType": "journalArticle",
    "title": "Comment",
    "creators": [{"creatorType": "author", "firstName": "K.", "lastName": "Novakaf"}],
    "date": "1985",
    "publicationTitle": "Journal of Quiet Machines",
    "volume": "6",
    "pages": "51-52",
    "tags": [],
    "collections": [],
}
"""Record 5 as a person would enter it."""


class Suite:
    """Counts kills and differences over the rounds of one kind of library."""

    def __init__(
        self,
        make: Callable[[Path], World],
        parts: Sequence[Part],
        place: Path,
        chance: random.Random,
    ) -> None:
        self._make = make
        self._parts = parts
        self._place = place
        self._chance = chance
        self.kills = 0
        self.rounds = 0
        self.differences: Counter[str] = Counter()
        self.undisturbed, self.lives = self._undisturbed()

    def sweep(self, start: int, step: int) -> Iterator[int]:
        """Kill at every `step`-th moment of each part; yield the kills so far."""
        longest = max(life.moments for life in self.lives)
        for moment in range(start, longest, step):
            self._round([Kill(moment=moment)])
            yield self.kills

    def wander(self) -> Iterator[int]:
        """Kill at random for ever; yield the kills so far."""
        while True:
            kills = [self._any_kill() for _ in range(self._chance.randint(1, 3))]
            self._round(kills, disturbed=True)
            yield self.kills

    def _any_kill(self) -> Kill:
        life = self._chance.choice(self.lives)
        return self._chance.choice(
            (
                Kill(moment=self._chance.randrange(life.moments)),
                Kill(after=self._chance.uniform(0, life.seconds)),
                Kill(in_push=self._chance.uniform(0, 0.4), pushes=self._chance.randrange(3)),
            )
        )

    def _undisturbed(self) -> tuple[Findings, list[Ended]]:
        world = self._make(self._place / "undisturbed")
        lives = []
        for part in self._parts:
            part(world)
            lives.append(world.live(Kill()))
            assert lives[-1].code == 0, lives[-1].told
        return find(world), lives

    def _round(self, kills: list[Kill], *, disturbed: bool = False) -> None:
        """Make a world and kill so in each of its parts; look what it came to."""
        self.rounds += 1
        world = self._make(self._place / str(self.rounds))
        for part in self._parts:
            part(world)
            if disturbed:
                world.disturb(self._chance)
            for kill in kills:
                self.kills += world.live(kill).code is None
            self._go_on(world)
        found = find(world)
        different = differences(found, self.undisturbed)
        self.differences.update(different)
        if different:
            told = islice(in_words(found, self.undisturbed), _MOST_TOLD)
            print(f"{world.base}: {kills}: {different}", *told, sep="\n  ", flush=True)

    def _go_on(self, world: World) -> None:
        """Let the program live until it is done."""
        for _ in range(_MOST_LIVES):
            ended = world.live(Kill())
            # A wish that was granted in an earlier life is not granted twice.
            if ended.code == 0 or (ended.code == 65 and world.command != ("once",)):
                return
            if ended.code != 75:
                self.differences["ends that are not right"] += 1
                print(f"{world.base}: ended with {ended.code}", ended.told, sep="\n  ")
            # What a dead process sent must be over before it may be taken for lost.
            world.calm()
            world.let_time_pass()
        self.differences["never done"] += 1
        print(f"{world.base}: never done", ended.told, sep="\n  ")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kills", type=int, default=300)
    parser.add_argument("--library", choices=("file", "web"))
    parser.add_argument("--story", choices=STORIES)
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    os.environ["SYNCD_CONFIG"] = os.devnull
    libraries = [given.library] if given.library else ["file", "web"]
    stories = [given.story] if given.story else list(STORIES)
    kills = math.ceil(given.kills / len(libraries))
    wrong = 0
    with ExitStack() as stack:
        place = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kills-")))
        for library, story in product(libraries, stories):
            make: Callable[[Path], World] = FileWorld
            if library == "web":
                make = partial(WebWorld, stack.enter_context(ZoteroServer.start()))
            chance = random.Random(given.seed)
            suite = Suite(make, STORIES[story], place / library / story, chance)
            share = 1.0 if given.story else _SHARES[story]
            run_suite(suite, math.ceil(kills * share), given.seed)
            wrong += sum(suite.differences.values())
            told = dict(suite.differences) or "all as if nothing had happened"
            lives = f"{suite.kills} kills in {suite.rounds} rounds"
            print(f"{library}, {story}: {lives}: {told}", flush=True)
    sys.exit(1 if wrong else 0)


def run_suite(suite: Suite, kills: int, seed: int) -> None:
    """Kill so often: two thirds at one write after another, the rest at random."""
    moments = sum(life.moments for life in suite.lives)
    step = max(1, moments // max(1, kills * 2 // 3))
    for done in suite.sweep(seed % step, step):
        if done >= kills:
            return
    for done in suite.wander():
        if done >= kills:
            return


if __name__ == "__main__":
    main()

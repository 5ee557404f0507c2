"""Rules of the machine of `test_sync_machine`: what people do in their library by hand."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from syncd.record import ItemKey
from tests.support.spelled_works import OWN_LINE, lines_of_others, number_in, replaced_by, tags_of
from tests.support.sync_world import SyncWorld

WORKS = st.integers(0, 5)
FIELDS = st.sampled_from(["abstractNote", "volume", "pages"])
TEXTS = st.sampled_from(["read this!", "sic", ""])
LINES = st.lists(st.sampled_from(["My rating: 5", "read twice", "", " indented "]), max_size=4)


class People(SyncWorld):
    """What people do by hand."""

    @rule(number=WORKS)
    def add_by_hand(self, number: int) -> None:
        if number not in self.removed and number not in self.merged and self.add(number):
            self.there.add(number)

    @precondition(lambda self: not self.pending)
    @rule()
    def restore_by_hand(self) -> None:
        for item in self.items():
            if item.trashed:
                self._forget_merge_of(item.key)
                self.library.restore(item.key)
                self.merged.pop(number_in(item.data), None)
                self.there.add(number_in(item.data))
                self.removed.discard(number_in(item.data))

    @precondition(lambda self: not self.pending and len(self.there) > 1)
    @rule(data=st.data(), erases=st.booleans(), looks=st.booleans())
    def merge_by_hand(self, data: Any, erases: bool, looks: bool) -> None:
        loser, survivor = data.draw(st.permutations(sorted(self.there)))[:2]
        gone, stays = self.item_of(loser), self.item_of(survivor)
        self.refresh_all()
        replaced = [*replaced_by(stays), *replaced_by(gone), _uri(gone.key)]
        self.library.edit(stays.key, {"relations": {"dc:replaces": sorted(set(replaced))}})
        self.library.edit(gone.key, {"relations": {}})
        self.library.trash(gone.key)
        if looks:
            self.refresh_all()
        if erases:
            self.library.delete(gone.key)
        self.there.discard(loser)
        self.forget_places(loser)
        self.hands.pop(loser, None)
        self.touch(stays.key)
        self.merged[loser] = survivor

    def _forget_merge_of(self, key: ItemKey) -> None:
        """What Zotero does to the item that stays when another is taken out of a merge."""
        for item in self.items():
            if _uri(key) in replaced_by(item):
                left = [uri for uri in replaced_by(item) if uri != _uri(key)]
                self.library.edit(item.key, {"relations": {"dc:replaces": left} if left else {}})

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def take_out_of_collections_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self.item_of(number)
        self.refresh_all()
        # What somebody else's syncd put there, this one may: nobody has told it otherwise.
        known = self.given.get(number, set())
        names = {each.key: each.name.removeprefix("Was ") for each in self.library.collections()}
        out = {key for key in item.data.get("collections", ()) if names.get(key) in known}
        self.taken_out.setdefault(number, set()).update(out)
        if item.data.get("collections"):
            self.tidy(item.key)
        self.library.edit(item.key, {"collections": []})

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def take_tags_off_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self.item_of(number)
        self.refresh_all()
        # Of a tag that somebody else gave it, syncd does not know that it ever was there.
        known = tags_of(item) & self.given.get(number, set())
        self.untagged.setdefault(number, set()).update(known)
        if tags_of(item):
            self.hand_in(number).tags.clear()
            self.tidy(item.key)
        self.library.edit(item.key, {"tags": []})

    @precondition(lambda self: not self.pending)
    @rule(name=st.sampled_from(["Inbox", "Back"]))
    def rename_a_collection(self, name: str) -> None:
        for collection in self.library.collections():
            if collection.name == name:
                self.library.change_collection(collection._replace(name=f"Was {name}"))
                if self.knows_collections:
                    self.renamed[name] = collection.key

    @precondition(lambda self: not self.pending)
    @rule(data=st.data())
    def delete_a_collection(self, data: Any) -> None:
        keys = sorted(collection.key for collection in self.library.collections())
        if keys:
            key = data.draw(st.sampled_from(keys))
            self.library.delete_collection(key)
            self.renamed = {name: each for name, each in self.renamed.items() if each != key}

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def trash_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.trash(self.item_of(number).key)
        self.remove(number)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def delete_by_hand(self, data: Any) -> None:
        # What is deleted before syncd ever saw it leaves nothing by which to know it again.
        self.refresh_all()
        number = data.draw(st.sampled_from(sorted(self.there)))
        self.library.delete(self.item_of(number).key)
        self.remove(number)
        self.forget_item(number)

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data(), name=FIELDS, text=TEXTS)
    def edit_by_hand(self, data: Any, name: str, text: str) -> None:
        self.edit(data.draw(st.sampled_from(sorted(self.there))), name, text)

    def edit(self, number: int, name: str, text: str) -> None:
        """A person writes into a field of a work."""
        item = self.item_of(number)
        if item.data.get(name, "") != text:
            self.library.edit(item.key, {name: text})
            fields = self.hand_in(number).fields
            if text or name not in fields:
                fields[name] = text
            else:
                # Who takes out their own text may leave it as syncd left it: empty, to be filled.
                del fields[name]

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data(), before=LINES, after=LINES)
    def write_lines_by_hand(self, data: Any, before: list[str], after: list[str]) -> None:
        """The lines of `extra` that are not syncd's are written anew, around its own."""
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self.item_of(number)
        extra = item.data.get("extra") or ""
        own = [line for line in extra.split("\n") if line.startswith(OWN_LINE)]
        text = "\n".join([*before, *own, *after])
        if text != extra:
            self.library.edit(item.key, {"extra": text})
            self.hand_in(number).lines = lines_of_others(self.item_of(number))

    @precondition(lambda self: not self.pending and self.there)
    @rule(data=st.data())
    def tag_by_hand(self, data: Any) -> None:
        number = data.draw(st.sampled_from(sorted(self.there)))
        item = self.item_of(number)
        if "mine" not in tags_of(item):
            tags = [*item.data.get("tags", ()), {"tag": "mine"}]
            self.library.edit(item.key, {"tags": tags})
            self.hand_in(number).tags.add("mine")


def _uri(key: ItemKey) -> str:
    return f"http://zotero.org/users/1/items/{key}"

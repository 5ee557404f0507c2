"""Services say which libraries they serve, and whoever looks believes nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from syncd.control.services import (
    find_services,
    find_serving,
    list_libraries,
    unlist_libraries,
)

GROUP = "https://www.zotero.org/groups/7"


def make_directory(root: Path, name: str) -> Path:
    directory = root / name
    directory.mkdir(parents=True)
    return directory


def test_everybody_may_read_what_a_service_serves_whatever_the_umask(tmp_path: Path) -> None:
    before = os.umask(0o077)
    try:
        list_libraries(make_directory(tmp_path, "erin"), [(GROUP, "")])
    finally:
        os.umask(before)

    [service] = find_services(tmp_path)
    [path] = service.directory.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o644
    assert service.libraries == {GROUP}
    assert "erin" in str(service)


def test_a_service_is_found_by_any_of_its_libraries(tmp_path: Path) -> None:
    list_libraries(
        make_directory(tmp_path, "erin"), [(GROUP, "https://api.zotero.org"), ("file:/srv/one", "")]
    )
    list_libraries(make_directory(tmp_path, "system"), [("file:/srv/two", "")])
    services = find_services(tmp_path)

    assert [each.directory.name for each in find_serving(services, [("file:/srv/two", "")])] == [
        "system"
    ]
    assert [
        each.directory.name for each in find_serving(services, [(GROUP, "https://elsewhere")])
    ] == ["erin"]
    assert find_serving(services, [("file:/srv/three", "")]) == []
    assert find_serving(services, []) == []


def test_a_service_does_not_find_itself(tmp_path: Path) -> None:
    own = make_directory(tmp_path, "erin")
    list_libraries(own, [(GROUP, "")])

    # What the unit of the machine leaves there while the service is down.
    list_libraries(make_directory(tmp_path, "erin.restarting"), [(GROUP, "")])

    assert find_services(tmp_path, own) == []


def test_a_service_that_has_gone_is_not_found(tmp_path: Path) -> None:
    directory = make_directory(tmp_path, "erin")
    list_libraries(directory, [(GROUP, "")])

    unlist_libraries(directory)
    unlist_libraries(directory)

    assert find_services(tmp_path) == []
    assert find_services(tmp_path / "nowhere") == []


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[" * 100_000,
        "[]",
        '{"schema": "syncd.service/1"}',
        '{"schema": "syncd.service/2", "libraries": ["file:/a"]}',
        '{"schema": "syncd.service/1", "libraries": "file:/a"}',
    ],
)
def test_a_list_that_is_none_is_no_obstacle(tmp_path: Path, text: str) -> None:
    (make_directory(tmp_path, "odd") / "libraries.json").write_text(text)

    assert find_services(tmp_path) == []


def test_a_list_in_the_place_of_which_is_something_else_is_not_read(tmp_path: Path) -> None:
    there = make_directory(tmp_path / "elsewhere", "erin")
    list_libraries(there, [(GROUP, "")])
    root = tmp_path / "root"
    (make_directory(root, "link") / "libraries.json").symlink_to(there / "libraries.json")
    os.mkfifo(make_directory(root, "pipe") / "libraries.json")
    (make_directory(root, "folder") / "libraries.json").mkdir()

    assert find_services(root) == []

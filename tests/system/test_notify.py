"""A daemon tells people and programs what happens, and works on where it cannot."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.listeners import MailListener, WebListener, wait_for
from tests.support.page_daemon import PageDaemon

SECRET = "tk-4f9a0c77e1"
ALIKE = (
    "TY  - JOUR\nTI  - Questions and answers about lichens\nAU  - Moss, Ada\nT2  - Garden Journal\n"
    "PY  - 2014\nVL  - 12\nIS  - 3\nSP  - {page}\nER  - \n"
)


@pytest.fixture
def web() -> Iterator[WebListener]:
    listener = WebListener()
    yield listener
    listener.close()


@pytest.fixture
def mail() -> Iterator[MailListener]:
    listener = MailListener()
    yield listener
    listener.close()


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    return {"HOME": str(tmp_path), "XDG_RUNTIME_DIR": str(tmp_path), "PATH": os.defpath}


def write_secret(path: Path, text: str) -> Path:
    path.write_text(text)
    path.chmod(0o600)
    return path


def drop(daemon: PageDaemon, name: str, text: str) -> None:
    part = daemon.drop / f".{name}"
    part.write_text(text)
    part.rename(daemon.drop / name)


def test_people_hear_of_files_and_questions_and_the_ping_of_the_first_reconcile(
    tmp_path: Path, web: WebListener, environ: dict[str, str]
) -> None:
    webhook = write_secret(tmp_path / "webhook", f"{web.url}/hook/{SECRET}")
    ping = write_secret(tmp_path / "ping", f"{web.url}/ping/{SECRET}")
    more = (
        f'[notify]\nwebhook_file = "{webhook}"\nping_file = "{ping}"\n'
        'command = ["/nonexistent/program"]\n'
    )
    with PageDaemon(tmp_path, environ, more) as daemon:
        daemon.link()
        drop(daemon, "bad.ris", "TY  - JOUR\nKW  - moss\nER  - \n")
        wait_for(web.had, 2)
        drop(daemon, "alike.ris", "".join(ALIKE.format(page=page) for page in (101, 206, 318)))
        wait_for(web.had, 3)
        assert daemon.stop() == 0
        log = daemon.log.read_text()

    kinds = {had.path.split("/")[1] if had.body is None else had.body["kind"] for had in web.had}
    assert kinds == {"ping", "unusable", "questions"}
    assert "lichens" not in json.dumps([had.body for had in web.had])
    assert SECRET not in log
    assert log.count("nobody was told by command") == 1


def test_a_hook_is_called_by_the_daemon(tmp_path: Path, environ: dict[str, str]) -> None:
    keep = tmp_path / "keep"
    keep.write_text(f'#!/bin/sh\ncat > "$(mktemp {tmp_path}/told-XXXXXX)"\n')
    keep.chmod(0o700)
    more = (
        f'[[folder]]\npath = "{tmp_path}/hooked"\nlibrary = "mine"\nsettle = "100ms"\n'
        f'on_done = ["{keep}"]\n'
    )
    (tmp_path / "hooked").mkdir()
    (tmp_path / "hooked" / "one.ris").write_text("TY  - JOUR\nTI  - Of ferns\nER  - \n")
    with PageDaemon(tmp_path, environ, more):
        told: list[str] = []
        for _ in range(200):
            told[:] = [text for path in tmp_path.glob("told-*") if (text := path.read_text())]
            if told:
                break
            time.sleep(0.1)

    [document] = map(json.loads, told)
    assert (document["event"], document["library"], len(document["item_keys"])) == (
        "done",
        "mine",
        1,
    )


def test_each_way_is_tried_and_reported(
    tmp_path: Path, web: WebListener, mail: MailListener, environ: dict[str, str]
) -> None:
    ping = write_secret(tmp_path / "ping", f"{web.url}/ping/{SECRET}")
    more = (
        f'[notify]\nwebhook = "{web.url}/hook"\nping_file = "{ping}"\n'
        f'mail = {{ to = "ada@example.org", server = "127.0.0.1:{mail.port}" }}\n'
    )
    with PageDaemon(tmp_path, environ, more) as daemon:
        daemon.link()
        before = len(web.had)
        fine = daemon.command("notify", "test", "--json")
        mail.refuses = True
        failing = daemon.command("notify", "test")

    assert fine.returncode == 0
    assert [(way["way"], way["told"]) for way in json.loads(fine.stdout)["ways"]] == [
        ("webhook", True),
        ("mail", True),
        ("ping", True),
    ]
    assert [had.body["kind"] for had in web.had[before:] if had.body] == ["test", "test"]
    assert len(mail.had) == 1
    assert failing.returncode == 69
    assert "mail: the mail server did not take it" in failing.stderr
    assert SECRET not in fine.stdout + fine.stderr + failing.stderr


def test_where_no_way_is_configured_that_is_said(tmp_path: Path, environ: dict[str, str]) -> None:
    with PageDaemon(tmp_path, environ) as daemon:
        said = daemon.command("notify", "test")

    assert said.returncode == 78
    assert "[notify] names no way" in said.stderr

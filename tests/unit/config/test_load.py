"""A configuration becomes settings, or everything that is wrong with it is said at once."""

from __future__ import annotations

import subprocess
import sys
import textwrap
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from syncd.config import (
    After,
    ByMetadata,
    Cron,
    LookAlikes,
    Settings,
    WhenFound,
    file_library_settings,
    load_settings,
    parse_settings,
)
from syncd.errors import ConfigError
from syncd.settings import IN_KEYRING, MailSettings, WebhookKind

MINIMAL = """
[[library]]
name = "mine"
adapter = "file"
path = "/srv/library"
"""


def load(tmp_path: Path, text: str) -> Settings:
    path = tmp_path / "syncd.toml"
    path.write_text(textwrap.dedent(text), encoding="utf-8")
    return load_settings(path)


def problems(tmp_path: Path, text: str) -> list[tuple[int | None, str]]:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, text)
    return [(problem.line, problem.message) for problem in caught.value.problems]


def test_what_is_not_written_has_its_default(tmp_path: Path) -> None:
    settings = load(tmp_path, MINIMAL)

    assert settings.folders == ()
    assert settings.duplicates.when_found is WhenFound.SYNC
    assert settings.notes.keep == {"funding", "other"}
    assert settings.schedule.reconcile == timedelta(hours=6)
    assert settings.limits.max_file_size == 64_000_000
    assert settings.ledger.url == ""


def test_an_adapters_own_keys_are_its_options(tmp_path: Path) -> None:
    library = load(tmp_path, MINIMAL).libraries[0]

    assert (library.name, library.adapter) == ("mine", "file")
    assert library.options == {"path": "/srv/library"}
    assert library.key_file is None


def test_a_folder_is_read_into_values(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        MINIMAL
        + """
        [[folder]]
        path = "/drop"
        library = "mine"
        collection = "Inbox / Scopus"
        tags = ["scopus", "scopus", " new "]
        recursive = true
        settle = "1m30s"
        after = "move"
        readd = true
        """.replace("        ", ""),
    )

    folder = settings.folders[0]
    assert folder.path == Path("/drop")
    assert folder.libraries == ("mine",)
    assert folder.collection == ("Inbox", "Scopus")
    assert folder.tags == ("scopus", "new")
    assert folder.recursive
    assert folder.settle == timedelta(seconds=90)
    assert folder.after is After.MOVE
    assert folder.readd


def test_a_folder_overrides_only_what_it_names(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        MINIMAL
        + """
[duplicates]
when_found = "fill"
look_alikes = "skip"
by_metadata = "hold"
[[folder]]
path = "/drop"
library = ["mine"]
[folder.duplicates]
when_found = "collect"
""",
    )

    duplicates = settings.folders[0].duplicates
    assert duplicates.when_found is WhenFound.COLLECT
    assert duplicates.look_alikes is LookAlikes.SKIP
    assert duplicates.by_metadata is ByMetadata.HOLD


def test_metadata_may_decide_in_one_folder_and_not_in_others(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        MINIMAL
        + """
[duplicates]
by_metadata = "hold"
[[folder]]
path = "/drop"
library = ["mine"]
[folder.duplicates]
by_metadata = "decide"
""",
    )

    assert settings.duplicates.by_metadata is ByMetadata.HOLD
    assert settings.folders[0].duplicates.by_metadata is ByMetadata.DECIDE


def test_a_schedule_is_an_interval_or_a_cron_expression(tmp_path: Path) -> None:
    settings = load(tmp_path, MINIMAL + '[schedule]\nreconcile = { cron = "0 3 * * SUN" }\n')

    assert settings.schedule.reconcile == Cron("0 3 * * sun")
    assert settings.schedule.rescan == timedelta(minutes=10)


def test_a_path_below_home_is_expanded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ada")

    settings = load(tmp_path, MINIMAL + 'key_file = "~/key"\n')

    assert settings.libraries[0].key_file == Path("/home/ada/key")


def test_every_problem_is_reported_at_once_with_its_line(tmp_path: Path) -> None:
    found = problems(
        tmp_path,
        """\
        [[library]]
        name = "Mine!"
        adapter = "file"

        [[folder]]
        path = "Downloads"
        setle = "2s"
        tags = [
          "a",
          3,
        ]
        [folder.duplicates]
        when_found = "never"

        [limits]
        max_creates = 0
        [bogus]
        """,
    )

    assert [line for line, _ in found] == [2, 5, 6, 7, 8, 13, 16, 17]
    text = "\n".join(sentence for _, sentence in found)
    assert "did you mean `settle`?" in text
    assert 'one of "skip", "collect", "sync", "fill"' in text
    assert "`library` is missing" in text
    assert "`max_creates` must be 1 or more" in text


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ('[limits]\nmax_file_size = "64 parsecs"', "must be a size"),
        ("[limits]\nmax_file_size = 64", "must be a size"),
        ('[limits]\nmax_creates = "20"', "must be a whole number"),
        ("[limits]\nmax_shrink = 1.5", "must be 1 or less"),
        ('[schedule]\nreconcile = "often"', "must be a duration"),
        ('[schedule]\nreconcile = "0s"', "at least one second"),
        ('[schedule]\nreconcile = "99999999999999d"', "longer than any duration"),
        ('[schedule]\nreconcile = { cron = "0 3 * *" }', "five cron fields"),
        ('[schedule]\nreconcile = { cron = "61 3 * * *" }', "minute 0-59"),
        ('[schedule]\nreconcile = { cron = "0 3 * * 8" }', "weekday 0-7"),
        ('[schedule]\nreconcile = { cron = "0 3 */0 * *" }', "day 1-31"),
        ('[schedule]\nreconcile = { at = "3" }', "must be an interval"),
        ('[schedule]\ntimezone = "Mars/Olympus"', "Europe/Berlin"),
        ('[schedule]\ntimezone = "../../etc/passwd"', "Europe/Berlin"),
        ("[notes]\nkeep = [1]", "must be a list of texts"),
        ('[duplicates]\nlook_alikes = "maybe"', '"hold", "skip", "create"'),
        ('[duplicates]\nby_metadata = "ask"', '"decide", "hold"'),
        ('[state]\ndirectory = "here"', 'must be absolute or begin with "~/"'),
        ("[state]\ndirectory = 1", "must be a path"),
        ("[library_]\n", "unknown key `library_`; did you mean `library`?"),
    ],
)
def test_a_value_that_is_not_accepted_says_what_is(
    tmp_path: Path, line: str, expected: str
) -> None:
    [(_, sentence)] = problems(tmp_path, MINIMAL + line)

    assert expected in sentence


def test_a_library_must_be_named_before_a_folder_can_use_it(tmp_path: Path) -> None:
    found = problems(tmp_path, MINIMAL + '[[folder]]\npath = "/a"\nlibrary = ["mine", "ours"]\n')

    assert found == [(8, "`library` is not the name of a [[library]]; known: mine")]


def test_a_name_can_be_used_once(tmp_path: Path) -> None:
    found = problems(tmp_path, MINIMAL + MINIMAL)

    assert found == [(8, "`name` is used by an earlier library")]


def test_a_folder_can_be_listed_once(tmp_path: Path) -> None:
    folder = '[[folder]]\npath = "/a/b"\nlibrary = "mine"\n'
    around = '[[folder]]\npath = "/a"\nlibrary = "mine"\nrecursive = true\n'

    assert "earlier folder" in problems(tmp_path, MINIMAL + folder + folder)[0][1]
    assert "recursive = true" in problems(tmp_path, MINIMAL + folder + around)[0][1]


@pytest.mark.parametrize("name", ["key", "api_key", "apikey", "zotero_token", "password"])
def test_a_secret_is_refused_and_never_repeated(tmp_path: Path, name: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(tmp_path, MINIMAL + f'{name} = "c4n4ry"\n')

    assert [problem.line for problem in caught.value.problems] == [6]
    assert "syncd login" in caught.value.problems[0].message
    assert "c4n4ry" not in str(caught.value)


def test_what_was_written_is_never_repeated(tmp_path: Path) -> None:
    text = MINIMAL + '[limits]\nmax_creates = "c4n4ry"\nmax_file_size = "c4n4ry"\n[c\n'

    with pytest.raises(ConfigError) as syntax:
        load(tmp_path, text)
    with pytest.raises(ConfigError) as wrong:
        load(tmp_path, text.replace("[c\n", ""))

    assert "c4n4ry" not in str(syntax.value) + str(wrong.value)
    assert len(wrong.value.problems) == 2


def test_a_secret_is_not_handed_to_the_adapter(tmp_path: Path) -> None:
    seen: list[Mapping[str, object]] = []

    def check(adapter: str, options: Mapping[str, object]) -> Mapping[str, str]:
        seen.append(options)
        return {"path": "does not exist"}

    document = {"name": "mine", "adapter": "file", "path": "/x", "api_key": "c4n4ry"}
    with pytest.raises(ConfigError) as caught:
        parse_settings({"library": [document]}, check_options=check)

    assert seen == [{"path": "/x"}]
    assert "`path` does not exist" in [problem.message for problem in caught.value.problems]


def test_what_an_adapter_finds_wrong_has_its_line(tmp_path: Path) -> None:
    path = tmp_path / "syncd.toml"
    path.write_text(MINIMAL, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_settings(path, check_options=lambda _adapter, _options: {"path": "`path` is odd"})

    assert caught.value.problems == (("`path` is odd", 5),)


def test_what_an_adapter_finds_wrong_names_its_key(tmp_path: Path) -> None:
    path = tmp_path / "syncd.toml"
    path.write_text(MINIMAL, encoding="utf-8")

    with pytest.raises(ConfigError) as caught:
        load_settings(path, check_options=lambda _adapter, _options: {"path": "must be a folder"})

    assert caught.value.problems == (("`path` must be a folder", 5),)


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b'[[library]]\nname = "mine\n', 2),
        (b'[[library]]\nname = "\xff"\n', 2),
        (b"", None),
    ],
)
def test_a_file_that_is_no_configuration_says_where(
    tmp_path: Path, content: bytes, expected: int | None
) -> None:
    path = tmp_path / "syncd.toml"
    path.write_bytes(content)

    with pytest.raises(ConfigError) as caught:
        load_settings(path)

    assert [problem.line for problem in caught.value.problems] == [expected]


def test_a_missing_file_points_to_init(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="syncd init"):
        load_settings(tmp_path / "none.toml")


def test_a_byte_order_mark_is_not_an_error(tmp_path: Path) -> None:
    path = tmp_path / "syncd.toml"
    path.write_bytes(b"\xef\xbb\xbf" + MINIMAL.encode())

    assert load_settings(path).libraries[0].name == "mine"


def test_a_single_library_written_as_a_plain_table_is_explained(tmp_path: Path) -> None:
    [(line, sentence)] = problems(tmp_path, MINIMAL.replace("[[library]]", "[library]"))

    assert line == 2
    assert "[[…]]" in sentence


def test_a_file_library_needs_no_configuration(tmp_path: Path) -> None:
    settings = file_library_settings(tmp_path / "lib", tmp_path / "drop")

    assert settings.libraries[0].adapter == "file"
    assert settings.libraries[0].options == {"path": str(tmp_path / "lib")}
    assert settings.folders[0].path == tmp_path / "drop"
    assert settings.folders[0].after is After.LEAVE
    assert file_library_settings(tmp_path).folders == ()


def test_a_file_library_has_what_an_empty_configuration_says(tmp_path: Path) -> None:
    library = {"name": "library", "adapter": "file", "path": str(tmp_path)}

    assert file_library_settings(tmp_path) == parse_settings({"library": [library]})


def test_a_file_library_does_not_wait_for_the_model_of_the_configuration() -> None:
    code = (
        "import sys, pathlib, syncd.config\n"
        "syncd.config.file_library_settings(pathlib.Path('/srv/library'))\n"
        "print(*sys.modules)"
    )
    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout

    assert "syncd.config.load" in loaded.split()
    assert "pydantic" not in loaded.split()


def test_a_hook_is_a_program_with_arguments_as_they_are_written(tmp_path: Path) -> None:
    settings = load(
        tmp_path,
        MINIMAL
        + """
[[folder]]
path = "/drop"
library = "mine"
on_done = ["tell", "-v", "-v", " two words "]
""",
    )

    assert settings.folders[0].on_done == ("tell", "-v", "-v", " two words ")
    assert settings.folders[0].on_failed == ()


@pytest.mark.parametrize("hook", ['"tell me"', '[""]', "[1]", '["a\\u0000b"]', '["ok", 2]'])
def test_a_hook_that_is_no_program_is_named(tmp_path: Path, hook: str) -> None:
    folder = f'[[folder]]\npath = "/drop"\nlibrary = "mine"\non_failed = {hook}\n'

    [(line, message)] = problems(tmp_path, MINIMAL + folder)

    assert line == 9
    assert message.startswith("`on_failed` must be a program and its arguments")


def test_metrics_go_into_a_file_that_node_exporter_reads(tmp_path: Path) -> None:
    settings = load(tmp_path, MINIMAL + '[metrics]\nfile = "/srv/syncd.prom"\n')

    assert settings.metrics.file == Path("/srv/syncd.prom")
    assert settings.metrics.token_file is None
    assert load(tmp_path, MINIMAL).metrics.file is None


@pytest.mark.parametrize("file", ['"/srv/syncd.txt"', '"syncd.prom"', "1"])
def test_another_file_for_metrics_is_refused(tmp_path: Path, file: str) -> None:
    [(line, message)] = problems(tmp_path, MINIMAL + f"[metrics]\nfile = {file}\n")

    assert (line, message.partition(" must ")[0]) == (7, "`file`")


def test_who_is_told_is_read_into_values(tmp_path: Path) -> None:
    notify = load(
        tmp_path,
        MINIMAL
        + """
[notify]
command = ["tell"]
webhook_file = "/srv/webhook"
webhook_kind = "ntfy"
mail = { to = "ada@example.org", server = "mail.example.org:587", from = "syncd@example.org" }
desktop = true
ping_file = "/srv/ping"
titles = true
digest = "12h"
""",
    ).notify

    assert notify.is_on
    assert notify.webhook_file == Path("/srv/webhook")
    assert notify.webhook_kind is WebhookKind.NTFY
    assert notify.mail == MailSettings(
        "ada@example.org", ("mail.example.org", 587), "syncd@example.org"
    )
    assert notify.digest == timedelta(hours=12)


def test_nobody_is_told_anything_unasked(tmp_path: Path) -> None:
    assert not load(tmp_path, MINIMAL).notify.is_on
    assert load(tmp_path, MINIMAL).notify.digest == Cron("0 8 * * *")


def test_an_address_may_stand_in_the_keyring(tmp_path: Path) -> None:
    told = '[notify]\nwebhook_file = "keyring"\nping_file = "keyring"\n'
    notify = load(tmp_path, MINIMAL + told).notify

    assert (notify.webhook_file, notify.ping_file) == (IN_KEYRING, IN_KEYRING)


def test_a_mail_server_may_want_to_know_who_sends(tmp_path: Path) -> None:
    told = 'to = "ada@example.org", server = "mail.example.org", user = "ada"'
    notify = load(
        tmp_path, MINIMAL + f'[notify]\nmail = {{ {told}, password_file = "/srv/password" }}\n'
    ).notify

    assert notify.mail == MailSettings(
        "ada@example.org", ("mail.example.org", 587), "", "ada", Path("/srv/password")
    )


def test_the_server_for_mail_is_the_machines_own_if_none_is_named(tmp_path: Path) -> None:
    notify = load(tmp_path, MINIMAL + '[notify]\nmail = { to = "ada@example.org" }\n').notify

    assert notify.mail == MailSettings("ada@example.org", ("localhost", 25))


@pytest.mark.parametrize(
    "key",
    [
        'webhook = "https://ada:tk-4f9@example.org/x"',
        'webhook = "https://example.org/message?token=tk-4f9"',
        'webhook = "https://hooks.slack.com/services/T/B/tk-4f9"',
        'webhook = "https://ntfy.sh/tk-4f9"',
    ],
)
def test_an_address_that_is_a_secret_is_not_taken_from_here(tmp_path: Path, key: str) -> None:
    [(line, message)] = problems(tmp_path, MINIMAL + f"[notify]\n{key}\n")

    assert (line, "webhook_file" in message) == (7, True)
    assert "tk-4f9" not in message


@pytest.mark.parametrize(
    "key",
    [
        'webhook = "example.org"',
        'webhook = "https://[x"',
        "webhook = 1",
        'webhook_kind = "pigeon"',
        'mail = "ada@example.org"',
        'mail = { server = "localhost" }',
        'mail = { to = "ada" }',
        'mail = { to = "ada@example.org, bob@example.org\\nBcc: x@example.org" }',
        'mail = { to = "ada@example.org", server = "a:b" }',
        'mail = { to = "ada@example.org", server = "a:70000" }',
        'mail = { to = "ada@example.org", password = "x" }',
        'mail = { to = "ada@example.org", password_file = "/x" }',
        'mail = { to = "ada@example.org", user = "a\\nb" }',
        'digest = "daily"',
        'desktop = "yes"',
    ],
)
def test_a_way_that_cannot_be_meant_is_named(tmp_path: Path, key: str) -> None:
    found = problems(tmp_path, MINIMAL + f"[notify]\n{key}\n")

    assert {line for line, _ in found} == {7}
    assert any(key.partition(" ")[0] in message or "password" in message for _, message in found)


def test_an_address_is_named_in_one_place(tmp_path: Path) -> None:
    both = 'webhook = "https://example.org/x"\nwebhook_file = "/srv/webhook"\n'

    [(line, message)] = problems(tmp_path, MINIMAL + "[notify]\n" + both)

    assert (line, "keep one" in message) == (7, True)

"""The page by plain HTTP: who is let in, what is shown, and what is done."""

from __future__ import annotations

import http.client
import json
import re
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import unquote

import pytest

from tests.support.page_daemon import PageDaemon, Visitor

HOSTILE = '<script>alert("x")</script> of \u202elichens'
WAIT = r"(\d+) questions wait"
ALIKE = (
    "TY  - JOUR\nTI  - Questions and answers about lichens\nAU  - Moss, Ada\nT2  - Garden Journal\n"
    "PY  - 2014\nVL  - 12\nIS  - 3\nSP  - {page}\nER  - \n"
)


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageDaemon]:
    root = tmp_path_factory.mktemp("page")
    with PageDaemon(root, {"HOME": str(root), "PATH": "/usr/bin:/bin"}) as running:
        (running.drop / "questions.ris").write_text(
            "".join(ALIKE.format(page=page) for page in (101, 206, 318))
            + f"TY  - JOUR\nTI  - {HOSTILE}\nAU  - O'Neil, <b>Bob</b>\n"
            + "DO  - 10.5555/hostile\nER  - \n"
        )
        yield running


@pytest.fixture
def visitor(daemon: PageDaemon) -> Visitor:
    visitor = Visitor(daemon.link())
    visitor.enter()
    return visitor


def wait_for(look: Callable[[], bool]) -> None:
    until = time.monotonic() + 30
    while not look():
        assert time.monotonic() < until
        time.sleep(0.2)


class TestWhoIsLetIn:
    def test_a_link_is_traded_for_a_cookie_that_scripts_cannot_read(
        self, daemon: PageDaemon
    ) -> None:
        visitor = Visitor(daemon.link())

        answered = visitor.enter()

        assert answered.status == 303
        assert re.fullmatch(r"/[\w-]{32}/", answered.headers["location"])
        assert visitor.get(answered.headers["location"]).status == 200
        assert "HttpOnly" in answered.headers["set-cookie"]
        assert "SameSite=Strict" in answered.headers["set-cookie"]
        # Servers at other ports of this host are not told: they have no such address.
        assert answered.headers["set-cookie"].endswith(f"; Path={answered.headers['location']}")
        assert visitor.get("/").status == 200

    def test_a_link_that_was_used_lets_nobody_in(self, daemon: PageDaemon) -> None:
        visitor = Visitor(daemon.link())
        visitor.enter()

        again = Visitor(f"http://{visitor.host}/?{visitor.token}")

        assert again.enter().status == 403
        assert again.cookie == ""

    @pytest.mark.parametrize(
        "path", ["/", "/files", "/record?id=1", "/events", "/numbers/runs.csv"]
    )
    def test_nothing_is_shown_without_a_cookie(self, visitor: Visitor, path: str) -> None:
        visitor.cookie = ""

        answered = visitor.get(path)

        assert answered.status == 403
        assert "lichens" not in answered.text

    @pytest.mark.parametrize(
        "host", ["evil.example", "127.evil.com", "127.0.0.1", "127.0.0.1:1", "localhost.evil:80"]
    )
    def test_a_foreign_host_is_sent_away(self, visitor: Visitor, host: str) -> None:
        assert visitor.get("/", Host=host).status == 421

    def test_two_hosts_are_sent_away(self, visitor: Visitor) -> None:
        connection = http.client.HTTPConnection(visitor.host, timeout=10)
        connection.putrequest("GET", "/")
        connection.putheader("Host", visitor.host)
        connection.endheaders()

        assert connection.getresponse().status == 421
        connection.close()

    def test_the_whole_address_of_somebody_else_is_no_path(self, visitor: Visitor) -> None:
        assert visitor.get("http://evil.example/").status == 400
        # The standard library takes one of the two away; what is left is a path of ours.
        assert visitor.get("//evil.example/").status == 404

    def test_health_is_told_to_everybody_without_a_detail(self, visitor: Visitor) -> None:
        visitor.cookie = ""

        assert visitor.get("/healthz")[::2] == (200, "ok\n")

    def test_every_answer_bears_the_headers_that_keep_others_out(self, visitor: Visitor) -> None:
        headers = visitor.get("/").headers

        assert headers["content-security-policy"].startswith("default-src 'none'")
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cache-control"] == "no-store"
        assert "server" not in headers


class TestLimits:
    def test_a_large_form_is_refused(self, visitor: Visitor) -> None:
        assert visitor.post("/do", {"x": "y" * 70_000}).status == 413

    @pytest.mark.parametrize("length", ["-1", "many", "1e3"])
    def test_a_length_that_is_no_number_is_refused(self, visitor: Visitor, length: str) -> None:
        assert visitor.ask("GET", "/", None, {"Content_Length": length}).status == 400

    def test_a_body_in_chunks_is_refused(self, visitor: Visitor) -> None:
        assert visitor.ask("GET", "/", None, {"Transfer_Encoding": "chunked"}).status == 411


class TestWhatIsShown:
    def test_a_file_its_records_and_each_record(self, visitor: Visitor) -> None:
        wait_for(lambda: "questions.ris" in visitor.get("/files").text)

        assert "O&#39;Neil" in visitor.get("/record?id=4").text
        assert "line 28" in visitor.get("/file?id=1").text
        assert visitor.get("/file?id=1").status == 200
        assert visitor.get("/record?id=99999").status == 404
        assert visitor.get("/file?id=x").status == 404

    def test_what_the_reader_skipped_is_named_on_its_file_with_its_line(
        self, daemon: PageDaemon, visitor: Visitor
    ) -> None:
        (daemon.drop / "odd.ris").write_text(
            "TY  - JOUR\nTI  - Of ferns\nER  - \n\nstray <b>words</b>\nTY  - JOUR\nER  - \n"
        )
        wait_for(lambda: "odd.ris" in visitor.get("/files").text)
        [number] = re.findall(r'file\?id=(\d+)">odd\.ris', visitor.get("/files").text)

        shown = visitor.get(f"/file?id={number}").text

        assert "line 6: TY stands alone" in shown
        assert re.search(r"line 5: [^<]*outside any entry", shown)
        assert "Noticed in this file" not in visitor.get("/file?id=1").text

    def test_a_title_that_means_harm_is_text(self, visitor: Visitor) -> None:
        wait_for(lambda: "questions.ris" in visitor.get("/files").text)

        for path in ("/file?id=1", "/record?id=4", "/files?q=alert"):
            shown = visitor.get(path).text
            assert "<script>alert" not in shown
            assert "&lt;script&gt;alert" in shown
            assert "\u202e" not in shown

    @pytest.mark.parametrize("text", ["about lichens", "10.5555/HOSTILE"])
    def test_records_are_found_by_title_and_identifier(self, visitor: Visitor, text: str) -> None:
        wait_for(lambda: "questions.ris" in visitor.get("/files").text)

        assert "questions.ris" in visitor.get(f"/files?q={text.replace(' ', '+')}").text

    def test_what_a_search_means_to_others_it_means_literally(self, visitor: Visitor) -> None:
        wait_for(lambda: "questions.ris" in visitor.get("/files").text)

        assert "No record says so" in visitor.get("/files?q=%25").text

    def test_numbers_as_a_picture_a_table_and_for_programs(self, visitor: Visitor) -> None:
        wait_for(lambda: "questions.ris" in visitor.get("/files").text)

        assert visitor.get("/numbers").status == 200
        picture = visitor.get("/numbers/flow.svg?file=1")
        assert picture.headers["content-type"].startswith("image/svg+xml")
        assert '"identified": 4' in visitor.get("/numbers/flow.json?file=1").text
        assert visitor.get("/numbers/flow.csv?file=1").text.startswith("source,identified,")
        assert visitor.get("/numbers/runs.csv").text.startswith("run,library,")

    def test_growth_as_a_picture_a_table_and_for_programs(self, visitor: Visitor) -> None:
        wait_for(lambda: "growth.svg" in visitor.get("/numbers").text)

        assert "mine: " in visitor.get("/numbers/growth.svg").text
        assert visitor.get("/numbers/growth.csv").text.startswith("library,day,works\r\nmine,")
        assert visitor.get("/numbers/growth.json").text.startswith('{"schema": "syncd.growth/1"')


class TestWhatIsDone:
    def test_a_change_needs_the_token_of_the_session(self, visitor: Visitor) -> None:
        assert visitor.post("/do", {"action": "reconcile", "library": "mine"}).status == 403

    @pytest.mark.parametrize(
        "headers",
        [{"Sec_Fetch_Site": "cross-site"}, {"Origin": "http://evil.example"}, {"Origin": "null"}],
    )
    def test_a_change_asked_for_by_another_site_is_refused(
        self, visitor: Visitor, headers: dict[str, str]
    ) -> None:
        form = {"action": "reconcile", "library": "mine", "form_token": visitor.form_token()}

        assert visitor.post("/do", form, **headers).status == 403

    def test_a_library_is_reconciled_at_a_press(self, visitor: Visitor) -> None:
        form = {"action": "reconcile", "library": "mine", "form_token": visitor.form_token()}

        answered = visitor.post("/do", form, Sec_Fetch_Site="same-origin")

        assert answered.status == 303
        assert "was reconciled" in visitor.get(answered.headers["location"]).text

    def test_single_keys_are_turned_off_and_on_again(self, visitor: Visitor) -> None:
        wait_for(lambda: "/question?id=2" in visitor.get("/questions").text)
        form = {"form_token": visitor.form_token(), "back": "question?id=2"}
        before, cookie = visitor.get("/question?id=2").text, visitor.cookie

        off = visitor.post("/keys", {**form, "keys": "off"})
        visitor.cookie = f"{cookie}; {off.headers['set-cookie'].partition(';')[0]}"
        without = visitor.get("/question?id=2").text
        on = visitor.post("/keys", {**form, "keys": "on"})

        assert off.headers["location"].endswith("/question?id=2")
        assert "data-key" in before
        assert "data-key" not in without
        assert "<kbd>" not in without
        assert "Turn single keys on" in without
        assert "Max-Age=0" in on.headers["set-cookie"]

    @pytest.mark.parametrize(
        "back",
        ["//evil.example", "https://evil.example", "question?id=1\r\nX: y", "../files", "do"],
    )
    def test_whoever_turns_keys_off_is_sent_nowhere_else(self, visitor: Visitor, back: str) -> None:
        form = {"form_token": visitor.form_token(), "keys": "off", "back": back}

        told = visitor.post("/keys", form)

        assert re.fullmatch(r"/[\w-]{32}/", told.headers["location"])
        assert "x" not in told.headers

    def test_keys_are_not_turned_off_by_others(self, visitor: Visitor) -> None:
        assert visitor.post("/keys", {"keys": "off"}).status == 403

    def test_nothing_is_changed_by_a_mere_look(self, visitor: Visitor) -> None:
        assert visitor.get("/do?action=reconcile&library=mine").status == 404

    def test_an_answer_to_what_is_no_longer_asked_changes_nothing(self, visitor: Visitor) -> None:
        wait_for(lambda: "/question?id=1" in visitor.get("/questions").text)
        token, question = visitor.form_token(), visitor.question(1)
        form = {"form_token": token, "question": question, "answer": "create"}

        first = visitor.post("/answer", form)
        again = visitor.post("/answer", form)

        assert first.status == 303
        assert again.status == 409
        assert "nothing was changed" in again.text
        assert "/question?id=1&#34;" not in again.text

    def test_a_question_that_is_asked_otherwise_now_is_not_answered(self, visitor: Visitor) -> None:
        wait_for(lambda: "/question?id=2" in visitor.get("/questions").text)
        form = {"form_token": visitor.form_token(), "question": "2-0123456789abcdef"}

        assert visitor.post("/answer", {**form, "answer": "create"}).status == 409


@pytest.fixture(scope="module")
def asking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageDaemon]:
    root = tmp_path_factory.mktemp("asking")
    with PageDaemon(root, {"HOME": str(root), "PATH": "/usr/bin:/bin"}) as running:
        (running.drop / "alike.ris").write_text(
            "".join(ALIKE.format(page=page) for page in range(101, 900, 100))
        )
        yield running


class TestTakingBack:
    """Questions of a daemon of their own, since each of them can be answered once."""

    @pytest.fixture
    def person(self, asking: PageDaemon) -> Visitor:
        person = Visitor(asking.link())
        person.enter()
        wait_for(lambda: "questions wait" in person.get("/questions").text)
        return person

    def test_the_last_answer_is_taken_back_and_asked_again(
        self, asking: PageDaemon, person: Visitor
    ) -> None:
        number, form = first_question(person)
        person.post("/answer", {**form, "answer": "create"})
        shown = person.get("/questions").text
        given = undo_button(shown)
        assert f'question?id={number}"' not in shown
        # What the link to the questions counts is what stands behind it.
        waits, counted = (re.search(each, shown) for each in (WAIT, r'"count">(\d+)</span></a>'))
        assert waits
        assert counted
        assert waits[1] == counted[1]

        told = person.post("/undo", {"form_token": form["form_token"], "given": given})

        assert told.headers["location"].endswith(f"/question?id={number}")
        assert person.get("/").status == 200
        assert f'question?id={number}"' in person.get("/questions").text
        assert number in waiting(asking)

    def test_an_answer_that_stands_is_not_taken_back(
        self, asking: PageDaemon, person: Visitor
    ) -> None:
        number, form = first_question(person)
        person.post("/answer", {**form, "answer": "skip"})
        given = undo_button(person.get("/questions").text)
        assert person.get("/").status == 200

        told = person.post("/undo", {"form_token": form["form_token"], "given": given})

        assert told.status == 409
        assert "nothing was changed" in told.text
        assert number not in waiting(asking)

    def test_an_answer_of_somebody_else_is_not_taken_back(
        self, asking: PageDaemon, person: Visitor
    ) -> None:
        _, form = first_question(person)
        person.post("/answer", {**form, "answer": "skip"})
        given = undo_button(person.get("/questions").text)
        other = Visitor(asking.link())
        other.enter()

        told = other.post("/undo", {"form_token": other.form_token(), "given": given})

        assert told.status == 409

    def test_what_waits_to_be_carried_out_is_when_the_daemon_ends(
        self, asking: PageDaemon, person: Visitor
    ) -> None:
        number, form = first_question(person)
        person.post("/answer", {**form, "answer": "skip"})

        assert asking.stop() == 0

        assert number not in waiting(asking)
        asking.begin_again()
        # Its tokens were good for the daemon that has ended.
        again = Visitor(asking.link())
        again.enter()
        wait_for(lambda: "questions wait" in again.get("/questions").text)

    def test_all_of_a_file_are_answered_as_they_were_shown_and_not_others(
        self, asking: PageDaemon, person: Visitor
    ) -> None:
        page = person.get("/questions").text
        numbers = [int(each) for each in re.findall(r'name="question" value="(\d+)-', page)]
        [file] = set(re.findall(r"questions\?file=([^\"]+)", page))
        form = {
            "form_token": person.form_token(),
            "file": unquote(file),
            "every_answer": "skip",
        }

        stale = person.post("/answer", {**form, "every": f"{len(numbers) + 1}-{numbers[-1]}"})
        told = person.post("/answer", {**form, "every": f"{len(numbers)}-{numbers[-1]}"})

        assert stale.status == 409
        assert told.status == 303
        shown = person.get("/questions").text
        assert f"{len(numbers)} answers kept: left out" in shown
        assert "0 questions wait" in shown
        back = {"form_token": form["form_token"], "given": undo_button(shown)}
        assert person.post("/undo", back).status == 303
        assert waiting(asking) >= set(numbers)

    def test_all_questions_of_a_file_are_answered_at_once(self, person: Visitor) -> None:
        page = person.get("/questions").text
        [file] = set(re.findall(r'href="(/[\w-]+/questions\?file=[^"]+)"', page))
        shown = person.get(file).text
        # They stand on one page, so nothing is needed beyond choosing them.
        chosen = re.findall(r'name="question" value="([^"]+)"', shown)
        form = {"form_token": person.form_token(), "answer": "skip"}

        told = person.post("/answer", [*form.items(), *(("question", each) for each in chosen)])

        assert told.status == 303
        assert f"{len(chosen)} answers kept" in person.get("/questions").text
        assert person.get("/").status == 200
        wait_for(lambda: "0 questions wait" in person.get("/questions").text)


def first_question(person: Visitor) -> tuple[int, dict[str, str]]:
    """Return the number of the first question that waits, and the form that answers it."""
    found = re.search(r'/question\?id=(\d+)"', person.get("/questions").text)
    assert found
    number = int(found[1])
    return number, {"form_token": person.form_token(), "question": person.question(number)}


def waiting(daemon: PageDaemon) -> set[int]:
    """Return the questions that wait in the ledger."""
    document = json.loads(daemon.command("review", "--json").stdout)
    return {each["id"] for library in document["libraries"] for each in library["held"]}


def undo_button(page: str) -> str:
    """Return which answer a page lets one take back."""
    found = re.search(r'name="given" value="(\d+)"', page)
    assert found, page
    return found[1]


def test_a_field_that_a_person_changed_too_is_decided_side_by_side(tmp_path: Path) -> None:
    entry = (
        "TY  - JOUR\nTI  - {title}\nAU  - Moss, Ada\nDO  - 10.5555/both\nN1  - Export Date: {day}\n"
        "UR  - https://www.scopus.com/inward/record.uri?eid=2-s2.0-85000000077\nER  - \n"
    )
    with PageDaemon(tmp_path, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}) as daemon:
        (daemon.drop / "a.ris").write_text(entry.format(title="Of mosses", day="01 May 2024"))
        visitor = Visitor(daemon.link())
        visitor.enter()
        wait_for(lambda: "a.ris" in visitor.get("/files").text)
        [item] = (tmp_path / "library" / "items").glob("*.json")
        document = json.loads(item.read_text())
        document["data"]["title"] = "Of mosses, by hand"
        item.write_text(json.dumps(document))
        (daemon.drop / "b.ris").write_text(entry.format(title="On mosses", day="02 June 2024"))
        wait_for(lambda: "/question?id=1" in visitor.get("/questions").text)

        shown = visitor.get("/question?id=1").text
        form = {"form_token": visitor.form_token(), "question": visitor.question(1)}
        told = visitor.post("/answer", {**form, "field": "theirs title"})

        assert "by hand" in shown
        assert told.status == 303
        wait_for(lambda: json.loads(item.read_text())["data"]["title"] == "On mosses")


def test_what_a_run_did_that_was_taken_back_is_told_so_wherever_it_stands(tmp_path: Path) -> None:
    with PageDaemon(tmp_path, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}) as daemon:
        (daemon.drop / "a.ris").write_text("TY  - JOUR\nTI  - Of mosses\nER  - \n")
        visitor = Visitor(daemon.link())
        visitor.enter()
        wait_for(lambda: "1 new" in visitor.get("/files").text)
        places = ("/file?id=1", "/record?id=1", "/numbers", "/files?q=mosses")
        before = [visitor.get(path).text for path in places]

        assert daemon.command("undo", "1").returncode == 0

        assert not [text for text in before if "taken back" in text]
        for path in places:
            assert "taken back by run 2" in visitor.get(path).text, path
        assert "1 put into the trash" in visitor.get("/numbers").text
        record = visitor.get("/record?id=1").text
        assert re.search(r"<dd>new \(run 1, mine\); <strong>taken back", record)
        assert re.search(r'href="[^"]*file\?id=1"', record)


def test_without_a_page_the_command_says_how_to_get_one(tmp_path: Path) -> None:
    with PageDaemon(tmp_path, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}) as daemon:
        daemon.link()
    config = tmp_path / "syncd.toml"
    config.write_text(config.read_text().replace("127.0.0.1:0", ""))

    assert daemon.command("page").returncode == 69


def test_open_streams_do_not_hold_up_the_end(tmp_path: Path) -> None:
    with PageDaemon(tmp_path, {"HOME": str(tmp_path), "PATH": "/usr/bin:/bin"}) as daemon:
        visitor = Visitor(daemon.link())
        visitor.enter()
        streams = [http.client.HTTPConnection(visitor.host, timeout=20) for _ in range(20)]
        for stream in streams:
            stream.request("GET", "/events", headers={"Cookie": visitor.cookie})
            assert stream.getresponse().status == 200
        assert visitor.get("/").status == 200

        assert daemon.stop() == 0

        for stream in streams:
            stream.close()

"""Which address shows what, and what may be asked for there."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from syncd.control.status import Health, health_of
from syncd.page.access import Access, Session, is_from_own_form, keys_cookie
from syncd.page.metrics import MetricsAccess
from syncd.page.questions import Questions
from syncd.page.refusals import RefusedError, StaleError
from syncd.page.replies import Pages, Reply, asset_replies, redirect
from syncd.page.server import PageRequest, PageServer
from syncd.page.views import Views
from syncd.report.growth import draw_growth, growth_csv, growth_document

_BACK = re.compile(r"files|questions|numbers|question\?id=[0-9]{1,17}")
"""Pages to which whoever turned keys on or off may be sent back."""
_ABOUT_QUESTIONS = frozenset({"/question", "/questions"})


class Routes:
    """Answers requests for one page server."""

    def __init__(
        self,
        server: PageServer,
        access: Access,
        views: Views,
        questions: Questions,
        document: Callable[[], Mapping[str, Any]],
        metrics: MetricsAccess,
        pages: Pages,
    ) -> None:
        self._server = server
        self._access = access
        self._views = views
        self._questions = questions
        self._document = document
        self._metrics = metrics
        self._pages = pages
        server.answer = self.answer
        server.look = self._look
        self._gets: Mapping[str, Callable[[PageRequest, Session], Reply]] = {
            "/": self._now,
            "/files": self._files,
            "/file": self._file,
            "/record": self._record,
            "/questions": self._list,
            "/question": self._question,
            "/numbers": self._numbers,
            "/numbers/flow.svg": self._flow,
            "/numbers/runs.csv": self._runs_csv,
            "/numbers/flow.json": self._flow_json,
            "/numbers/flow.csv": self._flow_csv,
            "/numbers/growth.svg": self._growth,
            "/numbers/growth.json": self._growth_json,
            "/numbers/growth.csv": self._growth_csv,
        }
        self._posts: Mapping[str, Callable[[PageRequest, Session], Reply]] = {
            "/do": self._do,
            "/answer": self._answer_question,
            "/undo": self._take_back,
            "/keys": self._switch_keys,
        }

    # --- who may ask for what

    def answer(self, request: PageRequest) -> Reply:
        """Answer one request."""
        request = replace(request, path=self._access.within_home(request.path))
        if request.path == "/healthz":
            return self._health()
        if request.path == "/metrics":
            return self._metrics.answer(request.headers.get("authorization", ""))
        if (asset := asset_replies().get(request.path)) is not None:
            return asset
        if request.path == "/" and (token := request.first("token")):
            return self._let_in(token)
        session = self._access.find_session(request.headers.get("cookie", ""))
        if session is None:
            return self._pages.reply("no_entry.html", status=HTTPStatus.FORBIDDEN)
        if request.path == "/events":
            return Reply(content_type="text/event-stream")
        if request.method == "POST":
            return self._change(request, session)
        if request.path not in _ABOUT_QUESTIONS and request.is_opened:
            self._questions.leave(session.cookie)
        shown = self._gets.get(request.path)
        if shown is None:
            return self._not_found(session)
        try:
            return shown(request, session)
        except RefusedError as error:
            return self._not_found(session, str(error))

    def _let_in(self, token: str) -> Reply:
        session = self._access.redeem(token)
        if session is None:
            return self._pages.reply("no_entry.html", status=HTTPStatus.FORBIDDEN)
        name = self._access.cookie_name
        cookie = f"{name}={session.cookie}; HttpOnly; SameSite=Strict; Path={session.home}"
        return redirect(session.home, **{"Set-Cookie": cookie})

    def _change(self, request: PageRequest, session: Session) -> Reply:
        host = request.headers.get("host", "")
        # A proxy before a socket speaks with browsers as it likes.
        own = [f"http://{host}", *([] if self._server.hosts else [f"https://{host}"])]
        if not is_from_own_form(
            session,
            request.first("form_token"),
            request.headers.get("sec-fetch-site"),
            request.headers.get("origin"),
            *own,
        ):
            return self._pages.reply("no_entry.html", status=HTTPStatus.FORBIDDEN)
        change = self._posts.get(request.path)
        if change is None:
            return self._not_found(session)
        try:
            return change(request, session)
        except StaleError as error:
            return self._show(
                "questions.html",
                session,
                status=HTTPStatus.CONFLICT,
                message=str(error),
                **self._questions.listed(),
            )
        except RefusedError as error:
            return self._show(
                "refused.html", session, status=HTTPStatus.BAD_REQUEST, message=str(error)
            )

    # --- what is shown

    def _show(
        self,
        template: str,
        session: Session,
        *,
        status: int = HTTPStatus.OK,
        message: str = "",
        **values: Any,
    ) -> Reply:
        return self._pages.reply(
            template,
            status=status,
            home=session.home,
            form_token=session.form_token,
            has_keys=session.has_keys,
            news=[*self._questions.answers.news(session.cookie), *([message] if message else [])],
            given=self._questions.last_answer(session.cookie),
            waiting=self._count_waiting(),
            called=self._views.called,
            **values,
        )

    def _count_waiting(self) -> int:
        """Return how many questions wait, without those that were answered and are kept back."""
        held = sum(int(each["held"]) for each in self._document()["libraries"])
        return max(held - len(self._questions.answers.answered()), 0)

    def _not_found(self, session: Session, message: str = "There is nothing here.") -> Reply:
        return self._show("refused.html", session, status=HTTPStatus.NOT_FOUND, message=message)

    def _now(self, request: PageRequest, session: Session) -> Reply:
        return self._show("now.html", session, document=self._document())

    def _files(self, request: PageRequest, session: Session) -> Reply:
        before, text = _number(request.first("before")), request.first("q").strip()[:200]
        return self._show("files.html", session, **self._views.files(before, text))

    def _file(self, request: PageRequest, session: Session) -> Reply:
        number, after = _number(request.first("id")), _number(request.first("after"))
        return self._show("file.html", session, **self._views.file(number or 0, after or 0))

    def _record(self, request: PageRequest, session: Session) -> Reply:
        return self._show(
            "record.html", session, **self._views.record(_number(request.first("id")) or 0)
        )

    def _list(self, request: PageRequest, session: Session) -> Reply:
        shown = self._questions.listed(
            after=_number(request.first("after")) or 0,
            reason=request.first("reason") or None,
            file=request.first("file") or None,
        )
        return self._show("questions.html", session, **shown)

    def _question(self, request: PageRequest, session: Session) -> Reply:
        number = _number(request.first("id")) or 0
        return self._show(
            "question.html", session, **self._questions.one(number, request.first("beside"))
        )

    def _numbers(self, request: PageRequest, session: Session) -> Reply:
        before = _number(request.first("before"))
        chosen = _numbers(request, "file")
        return self._show("numbers.html", session, **self._views.numbers(before, chosen))

    def _flow(self, request: PageRequest, session: Session) -> Reply:
        return _picture(self._views.flow_svg(_numbers(request, "file")))

    def _flow_json(self, request: PageRequest, session: Session) -> Reply:
        return _json(self._views.flow(_numbers(request, "file")))

    def _flow_csv(self, request: PageRequest, session: Session) -> Reply:
        return _table(self._views.flow_csv(_numbers(request, "file")), "syncd-flow.csv")

    def _growth(self, request: PageRequest, session: Session) -> Reply:
        return _picture(draw_growth(self._views.growth()))

    def _growth_json(self, request: PageRequest, session: Session) -> Reply:
        return _json(growth_document(self._views.growth()))

    def _growth_csv(self, request: PageRequest, session: Session) -> Reply:
        return _table(growth_csv(self._views.growth()), "syncd-growth.csv")

    def _runs_csv(self, request: PageRequest, session: Session) -> Reply:
        return _table(self._views.runs_csv(), "syncd-runs.csv")

    # --- what is done

    def _do(self, request: PageRequest, session: Session) -> Reply:
        self._questions.leave(session.cookie)
        told = self._views.do(request.first("action"), request.first("library"))
        self._questions.answers.say(session.cookie, told)
        return redirect(session.home)

    def _answer_question(self, request: PageRequest, session: Session) -> Reply:
        about = {name: request.first(name) for name in ("reason", "file") if request.first(name)}
        if answer := request.first("every_answer"):
            reason, file = about.get("reason"), about.get("file")
            named = request.first("every")
            self._questions.answer_every(session.cookie, named, reason, file, answer)
            return redirect(f"{session.home}questions")
        answer, word = request.first("answer"), request.first("item_key")
        if field := request.first("field"):
            # One button says which side of which field.
            answer, _, word = field.partition(" ")
        chosen = request.form.get("question", ())
        following = self._questions.answer(session.cookie, chosen, answer, word or None)
        if following is not None and request.first("then") == "next":
            return redirect(f"{session.home}question?{urlencode({'id': following})}")
        return redirect(f"{session.home}questions{'?' + urlencode(about) if about else ''}")

    def _take_back(self, request: PageRequest, session: Session) -> Reply:
        number = self._questions.take_back(session.cookie, request.first("given"))
        return redirect(session.home + ("questions" if number is None else f"question?id={number}"))

    def _switch_keys(self, request: PageRequest, session: Session) -> Reply:
        back = request.first("back")
        place = back if _BACK.fullmatch(back) else ""
        cookie = keys_cookie(on=request.first("keys") == "on")
        return redirect(session.home + place, **{"Set-Cookie": cookie})

    def _health(self) -> Reply:
        is_fine = health_of(self._document()) is Health.FINE
        status = HTTPStatus.OK if is_fine else HTTPStatus.SERVICE_UNAVAILABLE
        return Reply(status, b"ok\n" if is_fine else b"not ok\n", "text/plain")

    def _look(self) -> str:
        return json.dumps(self._document())


def _picture(svg: str) -> Reply:
    return Reply(body=svg.encode("utf-8", "replace"), content_type="image/svg+xml; charset=utf-8")


def _json(document: Any) -> Reply:
    return Reply(body=json.dumps(document).encode(), content_type="application/json")


def _table(text: str, name: str) -> Reply:
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    body = text.encode("utf-8", "replace")
    return Reply(body=body, content_type="text/csv; charset=utf-8", headers=headers)


def _number(text: str) -> int | None:
    return int(text) if text.isdecimal() and len(text) < 18 else None


def _numbers(request: PageRequest, name: str) -> list[int]:
    found = (_number(text) for text in request.query.get(name, ()))
    return [number for number in found if number is not None][:200]

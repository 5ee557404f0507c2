"""Zotero asks the person in front of it whether syncd may write; the answer is a key."""

from __future__ import annotations

import httpx2

from adapters.transport import open_client
from adapters.zotero_desktop.door import Door
from adapters.zotero_desktop.options import Options
from adapters.zotero_desktop.wire import LocalTransport
from syncd.errors import AccessDeniedError, Denial, OutcomeUnknownError, UnavailableError
from syncd.system.clock import Clock, SystemClock

APP_NAME = "syncd"

EXPLANATION = (
    "Zotero asks now whether syncd may change your library. Choose “Always Allow” there: “Allow” "
    "holds for one change only. (Escape or closing that window counts as “Always Allow”; Enter is "
    "“Deny”.) It can be taken back in Zotero, Settings, Advanced: Clear Write Authorizations."
)


def ask_consent(
    options: Options, clock: Clock | None = None, inner: httpx2.BaseTransport | None = None
) -> str:
    """Let Zotero ask, wait for the answer, and return the key.

    Raises `AccessDeniedError` where the answer is no or holds for one change only, and
    `UnavailableError` where Zotero does not run or nobody answers.
    """
    clock = clock or SystemClock()
    inner = inner or httpx2.HTTPTransport(trust_env=False)
    Door(options.url, clock, inner).expect_open()
    transport = LocalTransport(options.url, clock, inner)
    with open_client(transport) as client:
        client.get(f"{options.url}/api/")
        transport.server_id = transport.answering_id
        try:
            response = client.post(f"{options.url}/api/local/authorize", json={"appName": APP_NAME})
        except AccessDeniedError as error:
            raise AccessDeniedError(
                "Zotero was told not to let syncd change the library",
                denial=Denial.NOT_ALLOWED,
                status=error.status,
            ) from error
        except OutcomeUnknownError as error:
            raise UnavailableError(
                "nobody has answered Zotero's question; `syncd login` asks again, and what was "
                "answered meanwhile can be taken back in Zotero, Settings, Advanced"
            ) from error
    return _read_key(response)


def _read_key(response: httpx2.Response) -> str:
    try:
        answer = response.json()
        key, remembered = str(answer["key"]), answer["remember"]
    except (ValueError, KeyError, TypeError) as error:
        raise UnavailableError("Zotero's answer could not be understood") from error
    if remembered is not True:
        raise AccessDeniedError(
            "Zotero was told to allow one change only, which is not enough to work with: choose "
            "“Always Allow”",
            denial=Denial.NOT_ALLOWED,
        )
    return key

"""The page in a real browser: the journey of a file and its question, and who cannot read it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from urllib.parse import urljoin

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.support.page_daemon import PageDaemon

CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(
    CHROMIUM is None, reason="needs a browser: apt-get install chromium"
)

# A browser that speaks with nobody but the page.
ALONE = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--disable-quic",
]
COLUMN = (
    "TY  - JOUR\nTI  - Letters from the frontier of lichens\nAU  - Moss, Ada\n"
    "T2  - Garden Journal\n"
    "PY  - 2014\nVL  - 12\nIS  - 3\nSP  - {page}\nER  - \n"
)
HOSTILE = (
    "TY  - JOUR\nTI  - <script>document.title = 'broken'</script> " + "x" * 10_000 + "\nER  - \n"
)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ALONE)
        yield launched
        launched.close()


@pytest.fixture(scope="module")
def daemon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageDaemon]:
    root = tmp_path_factory.mktemp("page")
    with PageDaemon(root, {"HOME": str(root), "PATH": "/usr/bin:/bin"}) as running:
        yield running


@pytest.fixture
def page(browser: Browser, daemon: PageDaemon) -> Iterator[Page]:
    context = browser.new_context()
    page = context.new_page()
    page.goto(daemon.link())
    yield page
    context.close()


def test_a_file_is_dropped_and_its_questions_answered_by_keyboard(
    page: Page, daemon: PageDaemon
) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Now")
    columns = "".join(COLUMN.format(page=number) for number in (11, 45, 92))
    (daemon.drop / "columns.ris").write_text(columns)

    # Nobody reloads: the page hears of the run by itself.
    expect(page.get_by_role("region", name="Latest runs")).to_contain_text("1 new", timeout=30_000)
    page.get_by_role("link", name="Questions").click()
    page.get_by_role("link", name="Letters from the frontier").first.click()
    expect(page.locator("mark").first).to_be_visible()
    page.keyboard.press("d")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Question")
    page.keyboard.press("k")

    expect(page.get_by_role("status")).to_contain_text("1 answer kept: left out")
    expect(page.get_by_text("0 questions wait")).to_be_visible()
    page.get_by_role("link", name="Files").click()
    page.get_by_role("link", name="columns.ris").click()
    expect(page.get_by_text("a person said it is a work of its own")).to_be_visible()


def test_whoever_turns_single_keys_off_presses_nothing_by_them(
    page: Page, daemon: PageDaemon
) -> None:
    (daemon.drop / "keys.ris").write_text(COLUMN.format(page=31) + COLUMN.format(page=33))
    page.get_by_role("link", name="Questions").click()

    def asked() -> bool:
        page.reload()
        return page.get_by_role("link", name="Letters from the frontier").count() > 0

    _wait_for(page, asked)
    page.get_by_role("link", name="Letters from the frontier").first.click()
    title = page.get_by_role("heading", level=1).inner_text()
    expect(page.locator("kbd").first).to_be_visible()

    page.get_by_role("button", name="Turn single keys off").click()
    expect(page.get_by_text("Single keys press nothing.")).to_be_visible()
    page.keyboard.press("k")
    page.wait_for_load_state()

    assert page.get_by_role("heading", level=1).inner_text() == title
    assert page.locator("kbd").count() == 0
    assert page.get_by_text("1 answer kept").count() == 0
    page.get_by_role("button", name="Turn single keys on").click()
    expect(page.locator("kbd").first).to_be_visible()
    page.wait_for_load_state()
    page.keyboard.press("k")
    expect(page.get_by_role("status")).to_contain_text("1 answer kept: left out")


def test_a_title_that_means_harm_does_none(page: Page, daemon: PageDaemon) -> None:
    (daemon.drop / "hostile.ris").write_text(HOSTILE)
    page.get_by_role("link", name="Files").click()

    def shown() -> bool:
        page.reload()
        return page.get_by_role("link", name="hostile.ris").count() == 1

    _wait_for(page, shown)
    page.get_by_role("link", name="hostile.ris").click()
    page.get_by_role("link", name="hostile.ris, 1").click()

    assert "broken" not in page.title().partition("'broken'")[0]
    expect(page.get_by_role("heading", level=1)).to_contain_text("<script>document.title")


@pytest.mark.parametrize("width", [360, 1600])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_every_page(
    browser: Browser, daemon: PageDaemon, width: int, scheme: str
) -> None:
    (daemon.drop / "columns2.ris").write_text(COLUMN.format(page=120) + COLUMN.format(page=150))
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if scheme == "dark" else "light",
    )
    page = context.new_page()
    page.goto(daemon.link())
    _wait_for(page, lambda: daemon.command("review", "--json").stdout.count('"id"') > 0)
    number = _first_question(page)

    for path in (".", "files", "file?id=1", "record?id=1", "questions", number, "numbers"):
        page.goto(urljoin(page.url, path))
        expect(page.get_by_role("navigation")).to_be_visible()
        found = Axe().run(page).response["violations"]
        assert [each["id"] for each in found] == [], path
        assert page.evaluate("document.documentElement.scrollWidth") <= width, path
    context.close()


def _first_question(page: Page) -> str:
    page.get_by_role("link", name="Questions").click()
    link = page.get_by_role("link", name="Letters from the frontier").first
    return str(link.get_attribute("href"))


def _wait_for(page: Page, look: object) -> None:
    assert callable(look)
    for _ in range(100):
        if look():
            return
        page.wait_for_timeout(200)
    raise AssertionError("it never came")

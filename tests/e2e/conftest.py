"""Fixtures of the browser tests."""

from collections.abc import Callable, Iterator
import json
import os
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from playwright.sync_api import (
    Browser,
    BrowserContext,
    Locator,
    Page,
    Route,
    sync_playwright,
)
import pytest

from .development import Development
from .pins import Pins

HERE: Final = Path(__file__).parent
# The files that take longest. Each worker takes one file after the other.
_FIRST: Final = [
    HERE / f"test_{name}.py" for name in ("stays", "dialogs", "panel", "develop")
]
BUILT: Final = HERE.parents[1] / "custom_components" / "seam" / "frontend"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option for the folder of screenshots."""
    parser.addoption(
        "--screenshots",
        type=Path,
        default=HERE / "screenshots" / os.environ.get("HA_VERSION", ""),
        help="folder for the screenshots",
    )


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Start with the files that take longest."""
    items.sort(
        key=lambda item: _FIRST.index(item.path) if item.path in _FIRST else len(_FIRST)
    )


@pytest.fixture(scope="session")
def screenshots(request: pytest.FixtureRequest) -> Path:
    """Return the folder for screenshots."""
    folder: Path = request.config.getoption("--screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture(scope="session")
def development(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Development]:
    """Run scripts/develop for all tests that do not stop it."""
    with Development(tmp_path_factory.mktemp("dev")) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """Start a browser."""
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(
            executable_path=os.environ["CHROMIUM"],
            args=[
                "--no-sandbox",
                "--disable-gpu",
                "--disable-quic",
                "--no-first-run",
                "--disable-background-networking",
                "--disable-component-update",
                "--disable-sync",
            ],
        )
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def browser(chromium: Browser, development: Development) -> BrowserContext:
    """Sign in with the login form."""
    context = chromium.new_context(
        viewport={"width": 1440, "height": 1100}, locale="en-GB"
    )
    page = context.new_page()
    page.goto(development.url)
    page.locator("input[name=username]").fill("dev")
    page.locator("input[name=password]").fill("dev")
    page.get_by_role("button", name="Log in").click()
    page.wait_for_url("**/seam-locks/**", timeout=60_000)
    page.close()
    return context


@pytest.fixture(scope="session")
def pins(browser: BrowserContext, development: Development) -> Iterator[Pins]:
    """Collect the PINs that tests type or show, and check that none was kept."""
    pins = Pins()
    yield pins
    page = browser.new_page()
    page.goto(f"{development.url}/seam")
    for view in ("Locks", "Timeline", "Found codes", "Activity", "Today"):
        page.locator("seam-panel nav").get_by_role("link", name=view).click()
        assert not pins.found_in_page(page), view
    assert not pins.found_in_files(page, development)
    page.close()


@pytest.fixture
def page(
    browser: BrowserContext, development: Development, pins: Pins
) -> Iterator[Page]:
    """Open a signed-in page, and check at the end that it contains no PIN."""
    page = browser.new_page()
    pins.watch(page)
    page.goto(development.url)
    yield page
    found = pins.found_in_page(page)
    page.close()
    assert not found


@pytest.fixture
def states(page: Page, development: Development) -> dict[str, dict[str, Any]]:
    """Return the states by entity ID, from Home Assistant's API."""
    page.wait_for_function("() => localStorage.hassTokens")
    token = json.loads(page.evaluate("() => localStorage.hassTokens"))["access_token"]
    answer = page.request.get(
        f"{development.url}/api/states", headers={"Authorization": f"Bearer {token}"}
    )
    assert answer.ok
    return {state["entity_id"]: state for state in answer.json()}


type Start = Callable[[str], Locator]


@pytest.fixture
def panel_page(chromium: Browser) -> Iterator[Page]:
    """Open a page that browsers do not give the clipboard, as it is not secure."""
    page = chromium.new_page(locale="en-GB", base_url="http://home.test")
    page.set_default_timeout(15_000)

    def serve(route: Route) -> None:
        path = urlsplit(route.request.url).path[1:]
        fake = HERE / "fake.html"
        route.fulfill(path=fake if path == "seam" else BUILT / path)

    page.route("http://home.test/**", serve)
    page.goto("/seam")
    page.wait_for_function("() => window.start")
    yield page
    page.close()


@pytest.fixture
def start(panel_page: Page) -> Start:
    """Return a function that shows the panel with options for `start` in fake.html."""

    def start(options: str) -> Locator:
        panel_page.evaluate(f"() => start({options})")
        return panel_page.locator("seam-panel")

    return start

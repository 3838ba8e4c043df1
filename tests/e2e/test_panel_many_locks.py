"""Browser test of the panel with a hundred locks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .development import Development
from .test_panel import SOON, open_panel, sync
from .test_panel_quality import script_time

pytestmark = pytest.mark.e2e

LOCKS: Final = 100
CODES: Final = 3
# Milliseconds. Half a second is felt, and machines that run tests are slow.
MAX_TASK: Final = 500
MAX_SCRIPT: Final = 1000


@pytest.fixture
def rooms(page: Page, development: Development) -> Iterator[None]:
    """Add many locks at once while the panel is open."""
    open_panel(page, development, "/locks")
    devices = []
    for number in range(LOCKS):
        lock = development.control("add_lock", name=f"Room {number + 1:03}")["result"]
        devices.append(lock["device_id"])
        for code in range(CODES):
            development.control(
                "add_unmanaged_code",
                device=lock["device_id"],
                name=f"Visitor {number + 1:03}{'abc'[code]}",
                pin=f"{700_000 + number * CODES + code}",
            )
    sync(page)
    yield
    for device_id in devices:
        development.control("remove_lock", device=device_id)
    sync(page)


@pytest.mark.usefixtures("rooms")
def test_many_locks(page: Page, development: Development, screenshots: Path) -> None:
    """Nothing freezes, and the browser stays connected while the locks appear."""
    panel = page.locator("seam-panel")
    last = f"Room {LOCKS:03}"
    expect(panel.get_by_role("link", name=last)).to_be_attached(timeout=SOON)
    assert "unable to keep up" not in development.text
    page.add_init_script(
        """window.tasks = [];
        new PerformanceObserver((list) => {
            window.tasks.push(...list.getEntries().map(({ duration }) => duration));
        }).observe({ type: "longtask" });"""
    )
    open_panel(page, development)
    profiler = page.context.new_cdp_session(page)
    profiler.send("Profiler.enable")
    tasks = {}
    for name, path in (
        ("Locks", "/locks"),
        ("Timeline", "/timeline"),
        ("Found codes", "/found"),
        ("Activity", "/activity"),
        ("Today", ""),
        ("Add guest", None),
    ):
        page.evaluate("() => { window.tasks = []; }")
        profiler.send("Profiler.start")
        if path is None:
            panel.get_by_role("button", name=name).click()
            expect(panel.get_by_role("checkbox", name=last)).to_be_attached()
        else:
            panel.locator("nav").get_by_role("link", name=name).click()
            page.wait_for_url(f"{development.url}/seam{path}")
            expect(panel.locator("nav [aria-current]")).to_contain_text(name)
            expect(panel.get_by_text("Loading…")).to_have_count(0, timeout=SOON)
        # Until it has been painted.
        page.evaluate(
            "() => new Promise((done) => requestAnimationFrame(() => setTimeout(done)))"
        )
        script = script_time(profiler.send("Profiler.stop")["profile"])
        tasks[name] = max(page.evaluate("() => window.tasks"), default=0)
        print(  # noqa: T201 # for whoever runs the test
            f"{LOCKS} locks, {name}: {script:.0f} ms of script, "
            f"longest task {tasks[name]:.0f} ms (0 is less than 50)"
        )
        page.screenshot(path=screenshots / f"many-{name.lower().replace(' ', '-')}.png")
        assert script < MAX_SCRIPT, name
    assert max(tasks.values()) < MAX_TASK, tasks

"""Browser tests of the panel's accessibility and speed, and of the card."""

from collections.abc import Callable, Iterator
import os
from pathlib import Path
from typing import Any, Final

from playwright.sync_api import Locator, Page, expect
import pytest

from .development import Development
from .test_panel import SOON, open_lock, open_panel, sync

pytestmark = pytest.mark.e2e

AXE: Final = (
    Path(__file__).parents[2] / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
)
# Home Assistant's own elements are not tested.
RUN_AXE: Final = """async (panel) => {
    const { violations } = await axe.run(panel);
    return violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)]);
}"""
NEEDS_AXE: Final = pytest.mark.skipif(
    not AXE.exists() and "CI" not in os.environ,
    reason="scripts/build-frontend installs axe-core",
)
MANY: Final = 300


@pytest.fixture
def hotel(page: Page, development: Development) -> Iterator[str]:
    """Add a lock with many codes, and return its device ID."""
    lock = development.control("add_lock", name="Hotel")["result"]
    device_id: str = lock["device_id"]
    for number in range(MANY):
        development.control(
            "add_unmanaged_code",
            device=device_id,
            name=f"Guest {number}",
            pin=f"{300_000 + number}",
        )
    sync(page)
    yield device_id
    development.control("remove_lock", device=device_id)
    sync(page)


def script_time(profile: dict[str, Any]) -> float:
    """Return the milliseconds that our module took, with the functions it called."""
    nodes = {node["id"]: node for node in profile["nodes"]}
    parents = {
        child: node["id"]
        for node in profile["nodes"]
        for child in node.get("children", ())
    }

    def url_of(node: int | None) -> str:
        if node is None:
            return ""
        # Functions of the browser have no URL.
        return nodes[node]["callFrame"]["url"] or url_of(parents.get(node))

    microseconds: int = sum(
        duration
        for node, duration in zip(
            profile["samples"], profile["timeDeltas"], strict=True
        )
        if "/seam.js" in url_of(node)
    )
    return microseconds / 1000


def test_lock_with_many_codes(page: Page, development: Development, hotel: str) -> None:
    """Each row renders once, few in a frame, and one that changes renders alone."""
    profiler = page.context.new_cdp_session(page)
    profiler.send("Profiler.enable")
    profiler.send("Profiler.setSamplingInterval", {"interval": 100})

    def profile(show: Callable[[], object]) -> str:
        """Return the script times until the first rows and until all."""
        rows = page.locator("seam-code-row")
        times = []
        for count in (1, MANY):
            profiler.send("Profiler.start")
            if count == 1:
                show()
            expect(rows.nth(count - 1)).to_be_attached(timeout=SOON)
            times.append(script_time(profiler.send("Profiler.stop")["profile"]))
        expect(rows).to_have_count(MANY)
        return f"{times[0]:.0f} ms of script, {sum(times):.0f} ms until the last code"

    cold = profile(lambda: page.goto(f"{development.url}/seam/lock/{hotel}"))
    panel = open_panel(page, development, "/locks")
    link = panel.get_by_role("link", name="Hotel")
    expect(link).to_be_visible(timeout=SOON)
    page.evaluate(
        """() => {
            window.tasks = [];
            new PerformanceObserver((list) => {
                window.tasks.push(...list.getEntries().map(({ duration }) => duration));
            }).observe({ type: "longtask" });
            window.rendered = [];
            const { prototype } = customElements.get("seam-code-row");
            const { render } = prototype;
            prototype.render = function () {
                window.rendered.push(this.code.name);
                return render.call(this);
            };
            window.inFrames = [];
            let before = 0;
            const frame = () => {
                window.inFrames.push(window.rendered.length - before);
                before = window.rendered.length;
                requestAnimationFrame(frame);
            };
            frame();
        }"""
    )
    warm = profile(link.click)
    rendered, in_frames, tasks = page.evaluate(
        "() => [window.rendered, window.inFrames, window.tasks]"
    )
    assert len(rendered) == len(set(rendered)) == MANY
    # More than fit on a screen, and not all.
    assert 10 <= max(in_frames) <= 40
    page.evaluate("() => { window.rendered = []; }")
    development.control(
        "edit_code_in_app", code="Guest 7", device=hotel, name="Changed"
    )
    panel.get_by_role("button", name="Refresh", exact=True).click()
    expect(panel.get_by_text("Changed", exact=True)).to_be_visible(timeout=SOON)
    rendered = page.evaluate("() => window.rendered")
    print(  # noqa: T201 # for whoever runs the test
        f"First paint of a lock with {MANY} codes: {warm}; by its address: {cold}\n"
        f"Longest task: {max(tasks, default=0):.0f} ms (0 is less than 50)\n"
        f"Rows that rendered after a change of one code: {len(rendered)}"
    )
    assert rendered == ["Changed"]


@NEEDS_AXE
def test_panel_is_accessible(page: Page, development: Development) -> None:
    """Tools find no barriers in the pages and dialogs of the panel."""
    for path, dialog in (
        ("", None),
        ("", "Add guest"),
        ("/locks", None),
        ("/found", None),
    ):
        panel = open_panel(page, development, path)
        if dialog:
            panel.get_by_role("button", name=dialog).click()
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert panel.evaluate(RUN_AXE) == [], f"{path} {dialog}"
    panel = open_lock(page, development, "Front Door")
    panel.get_by_role("button", name="Actions for Owner").click()
    page.evaluate(AXE.read_text(encoding="utf-8"))
    assert panel.evaluate(RUN_AXE) == []


def open_cards(page: Page, development: Development, query: str = "") -> Locator:
    """Open a dashboard with two cards for the same lock, and return them."""
    page.wait_for_function(
        "() => document.querySelector('home-assistant')?.hass?.states"
    )
    page.evaluate(
        """async () => {
            const { hass } = document.querySelector("home-assistant");
            const entity = Object.values(hass.states).find(({ entity_id, attributes }) =>
                entity_id.startsWith("lock.") && attributes.friendly_name === "Front Door"
            ).entity_id;
            const dashboards = await hass.callWS({ type: "lovelace/dashboards/list" });
            if (!dashboards.some(({ url_path }) => url_path === "card-test")) {
                await hass.callWS({
                    type: "lovelace/dashboards/create",
                    url_path: "card-test",
                    title: "Card",
                });
            }
            const card = { type: "custom:seam-access-codes-card", entity };
            await hass.callWS({
                type: "lovelace/config/save",
                url_path: "card-test",
                config: { views: [{ type: "sections", sections: [{ cards: [card, card] }] }] },
            });
        }"""
    )
    page.goto(f"{development.url}/card-test{query}")
    return page.locator("seam-access-codes-card")


def test_card_shows_codes_of_lock(
    page: Page, development: Development, screenshots: Path
) -> None:
    """The card is offered, and shows the codes of the lock that is configured."""
    cards = open_cards(page, development)
    # Two cards on one page share the subscription.
    expect(cards).to_have_count(2, timeout=SOON)
    for index in range(2):
        expect(cards.nth(index).get_by_text("Owner", exact=True)).to_be_visible()
    # Home Assistant offers the card for locks of this integration only.
    assert page.evaluate(
        """() => {
            const { hass } = document.querySelector("home-assistant");
            const card = window.customCards.find(
                ({ type }) => type === "seam-access-codes-card"
            );
            const { getStubConfig } = customElements.get(card.type);
            return Object.keys(hass.states)
                .filter((id) => card.getEntitySuggestion(hass, id))
                .every((id) => id.startsWith("lock.")
                    && getStubConfig(hass, [], [id]).entity === id)
                && card.getEntitySuggestion(hass, "sun.sun") === null
                && getStubConfig(hass, [], Object.keys(hass.states)).entity !== undefined;
        }"""
    )
    page.screenshot(path=screenshots / "card.png")
    cards.first.get_by_role("button", name="Add guest").click()
    dialog = cards.first.get_by_role("dialog")
    expect(dialog.get_by_role("checkbox", name="Front Door")).to_be_checked()


@pytest.fixture
def cellar(page: Page, development: Development) -> Iterator[str]:
    """Add a lock with one code, and return its device ID."""
    lock = development.control("add_lock", name="Cellar")["result"]
    device_id: str = lock["device_id"]
    development.control(
        "add_unmanaged_code", device=device_id, name="Caretaker", pin="482913"
    )
    sync(page)
    yield device_id
    development.control("remove_lock", device=device_id)
    sync(page)


def test_tile_says_whether_codes_are_ok(
    page: Page, development: Development, cellar: str, screenshots: Path
) -> None:
    """The feature is offered for locks of this integration, and opens their page."""
    # Home Assistant sends a new state before the entry of its registry.
    page.wait_for_function(
        """() => {
            const { hass } = document.querySelector("home-assistant");
            const feature = window.customCardFeatures?.find(
                ({ type }) => type === "seam-access-codes-feature"
            );
            return Object.values(hass.states).some(
                ({ entity_id, attributes }) =>
                    attributes.friendly_name === "Cellar"
                    && feature?.isSupported(hass, { entity_id })
            );
        }"""
    )
    offered = page.evaluate(
        """async () => {
            const { hass } = document.querySelector("home-assistant");
            const { type, isSupported } = window.customCardFeatures.find(
                ({ type }) => type === "seam-access-codes-feature"
            );
            const offered = Object.keys(hass.states).filter(
                (entity_id) => isSupported(hass, { entity_id })
            );
            const dashboards = await hass.callWS({ type: "lovelace/dashboards/list" });
            if (!dashboards.some(({ url_path }) => url_path === "tile-test")) {
                await hass.callWS({
                    type: "lovelace/dashboards/create",
                    url_path: "tile-test",
                    title: "Tile",
                });
            }
            const features = [{ type: `custom:${type}` }];
            const cards = offered.map((entity) => ({ type: "tile", entity, features }));
            await hass.callWS({
                type: "lovelace/config/save",
                url_path: "tile-test",
                config: { views: [{ type: "sections", sections: [{ cards }] }] },
            });
            return offered;
        }"""
    )
    assert offered
    assert all(entity_id.startswith("lock.") for entity_id in offered)
    page.goto(f"{development.url}/tile-test")
    link = page.locator("hui-tile-card").filter(has_text="Cellar").get_by_role("link")
    expect(link).to_have_text("1 code OK", timeout=SOON)
    page.screenshot(path=screenshots / "tile.png")
    if AXE.exists():
        page.evaluate(AXE.read_text(encoding="utf-8"))
        assert link.evaluate(RUN_AXE) == []
    development.control(
        "device_error", device=cellar, error_code="salto_ks_subscription_limit_exceeded"
    )
    sync(page)
    expect(link).to_have_text("1 problem", timeout=SOON)
    development.control("lock_offline", device=cellar)
    sync(page)
    expect(link).to_have_text("Offline", timeout=SOON)
    link.click()
    page.wait_for_url(f"**/seam/lock/{cellar}")
    panel = page.locator("seam-panel")
    expect(panel.get_by_role("heading", name="Cellar")).to_be_visible(timeout=SOON)

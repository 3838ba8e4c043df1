"""Browser test of the elements of Home Assistant that the panel and the card use."""

import os
import re
from typing import Final

from playwright.sync_api import Page, expect
import pytest

from .development import ROOT, Development
from .test_panel import SOON, open_panel
from .test_panel_quality import open_cards

pytestmark = pytest.mark.e2e

# The custom elements of others in the templates of the built file.
TAGS: Final = re.compile(r"<((?!seam-)[a-z][a-z0-9]*-[a-z0-9-]+)")
DEFINED: Final = "(tags) => tags.filter((tag) => customElements.get(tag))"
# The tags inside of an element that are not defined.
UNDEFINED: Final = """(element) => {
  const tags = new Set();
  const visit = (node) => {
    if (node.localName?.includes("-") && !customElements.get(node.localName)) {
      tags.add(node.localName);
    }
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.children) visit(child);
  };
  visit(element);
  return [...tags];
}"""


def test_home_assistant_defines_elements(page: Page, development: Development) -> None:
    """Home Assistant defines the elements that the panel, the card, and its editor use."""
    bundle = ROOT / "custom_components" / "seam" / "frontend" / "seam.js"
    used = sorted(set(TAGS.findall(bundle.read_text(encoding="utf-8"))))
    assert "ha-card" in used

    panel = open_panel(page, development)
    expect(panel.get_by_role("heading", name="Needs attention")).to_be_visible()
    assert panel.evaluate(UNDEFINED) == []
    defined = page.evaluate(DEFINED, used)

    card = open_cards(page, development, "?edit=1").first
    expect(card.get_by_text("Owner", exact=True)).to_be_visible(timeout=SOON)
    assert card.evaluate(UNDEFINED) == []
    page.get_by_role("button", name="Edit card").first.press("Enter")
    editor = page.locator("hui-dialog-edit-card")
    selector = editor.locator("ha-selector-entity")
    expect(selector.get_by_text("Front Door", exact=True)).to_be_visible(timeout=SOON)
    expect(editor.get_by_text("Lock", exact=True).first).to_be_visible()
    expect(editor.get_by_text("Owner", exact=True)).to_be_visible(timeout=SOON)
    assert editor.evaluate(UNDEFINED) == []
    defined += page.evaluate(DEFINED, used)

    release = page.evaluate(
        "() => document.querySelector('home-assistant').hass.config.version"
    )
    assert release == os.environ.get("HA_VERSION", release)
    missing = sorted(set(used) - set(defined))
    assert not missing, f"Home Assistant {release} does not define {missing}"

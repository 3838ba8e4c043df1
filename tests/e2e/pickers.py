"""The lists of Home Assistant's forms from which something is chosen."""

from contextlib import suppress

from playwright.sync_api import Locator, TimeoutError as PlaywrightTimeoutError, expect

# Milliseconds.
_TIMEOUT = 5_000


def pick(opener: Locator, item: Locator, chosen: Locator) -> None:
    """Choose an item of a list.

    On a busy machine, the list may be built again or close while it is being clicked.
    """
    page = opener.page
    for _ in range(4):
        is_chosen = False
        with suppress(AssertionError, PlaywrightTimeoutError):
            opener.click(timeout=_TIMEOUT)
            item.click(timeout=_TIMEOUT)
            expect(chosen).to_be_visible(timeout=_TIMEOUT)
            is_chosen = True
        if page.locator("ha-picker-combo-box").first.is_visible():
            page.keyboard.press("Escape")
        if is_chosen:
            return
    raise AssertionError(f"{item} could not be chosen")

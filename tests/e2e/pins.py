"""A check that no PIN is kept where somebody could find it later."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
import re
import sqlite3
import time
from typing import Final
from uuid import uuid4

from playwright.sync_api import Page, WebSocket

from .development import Development

# Browsers send and receive PINs in this field only.
_FIELD: Final = re.compile(r'"code"\s*:\s*"(\d{4,})"')
# The recorder writes every few seconds.
_SECONDS: Final = 60
# All text, attributes and values of a page, except where a PIN is on display, and all
# that the page stores.
_PAGE: Final = """async () => {
  const texts = [location.href, JSON.stringify(history.state)];
  const visit = (node) => {
    if (node.localName === "output" || (node.localName === "dialog" && node.open)) return;
    if (node.nodeType === Node.TEXT_NODE) texts.push(node.data);
    for (const attribute of node.attributes ?? []) texts.push(attribute.value);
    if (typeof node.value === "string") texts.push(node.value);
    if (node.shadowRoot) visit(node.shadowRoot);
    for (const child of node.childNodes) visit(child);
  };
  visit(document);
  texts.push(JSON.stringify({ ...localStorage }), JSON.stringify({ ...sessionStorage }));
  const wait = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  for (const { name } of await indexedDB.databases()) {
    const database = await wait(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      texts.push(JSON.stringify(await wait(rows.getAllKeys())));
      texts.push(JSON.stringify(await wait(rows.getAll())));
    }
    database.close();
  }
  return texts.join("\\n");
}"""


class Pins:
    """The PINs that were typed or shown."""

    def __init__(self) -> None:
        """Initialize without any."""
        self.known: set[str] = set()

    def watch(self, page: Page) -> None:
        """Learn the PINs that a page sends to Home Assistant or receives from it."""
        page.on("websocket", self._watch_connection)

    def _watch_connection(self, connection: WebSocket) -> None:
        connection.on("framesent", self._learn)
        connection.on("framereceived", self._learn)

    def _learn(self, frame: str | bytes) -> None:
        if isinstance(frame, str):
            self.known.update(_FIELD.findall(frame))

    def found_in(self, text: str) -> set[str]:
        """Return the PINs in a text."""
        return {
            pin for pin in self.known if re.search(_pattern(pin), text, re.MULTILINE)
        }

    def found_in_page(self, page: Page) -> set[str]:
        """Return the PINs in a page and in what it stores."""
        return self.found_in(page.evaluate(_PAGE))

    def found_in_files(self, page: Page, development: Development) -> dict[str, str]:
        """Return the PINs in logs, in the database, and in all other files."""
        _wait_for_recorder(page, development)
        return {
            pin: name
            for name, text in _texts(development)
            for pin in self.found_in(text)
        }


def _pattern(pin: str) -> str:
    if len(pin) < 6:
        # Years, ports and durations look the same.
        return rf'(?:^|"){pin}(?:$|")'
    # Not a part of a longer number, a fraction, or an ID.
    return rf"(?<![0-9A-Za-z.-]){pin}(?![0-9A-Za-z-])"


def _database(development: Development) -> Path:
    return development.folder / "home-assistant" / "home-assistant_v2.db"


def _rows(path: Path) -> list[str]:
    """Return all texts in the database of the recorder."""
    with closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
        database.text_factory = lambda value: value.decode(errors="replace")
        tables = database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        return [
            value
            for (table,) in tables.fetchall()
            for row in database.execute(f'SELECT * FROM "{table}"')  # noqa: S608 # the name cannot be a parameter
            for value in row
            if isinstance(value, str)
        ]


def _wait_for_recorder(page: Page, development: Development) -> None:
    """Wait until the recorder has written everything so far."""
    mark = uuid4().hex
    page.wait_for_function(
        "() => document.querySelector('home-assistant')?.hass?.states"
    )
    page.evaluate(
        """(message) => document.querySelector("home-assistant").hass.callService(
            "logbook", "log", { name: "Browser tests", message })""",
        mark,
    )
    deadline = time.monotonic() + _SECONDS
    while not any(mark in text for text in _rows(_database(development))):
        assert time.monotonic() < deadline
        page.wait_for_timeout(200)


def _texts(development: Development) -> Iterator[tuple[str, str]]:
    yield "output", development.text
    database = _database(development)
    yield database.name, "\n".join(_rows(database))
    for path in (development.folder / "home-assistant").rglob("*"):
        if (
            path.is_file()
            and not path.is_symlink()
            and not path.name.startswith(database.name)
        ):
            yield path.name, path.read_text(encoding="utf-8", errors="replace")

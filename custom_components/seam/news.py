"""What has happened, as people are told of it once a round has ended. Pure."""

from dataclasses import dataclass, replace
from typing import Final

from .api import Event
from .api.redact import Secrets
from .draft import Draft
from .picture import masked_event

USE_EVENTS: Final = ("lock.locked", "lock.unlocked")


@dataclass(frozen=True, slots=True)
class News:
    """An event that nobody was told of yet, with the name of its code."""

    event: Event
    code_name: str | None


@dataclass(frozen=True, slots=True)
class _Happened:
    event: Event
    code_name: str | None
    is_news: bool


class Newsroom:
    """Keeps events until the picture shows what came of them."""

    def __init__(self, draft: Draft, secrets: Secrets) -> None:
        """Take where the names of codes are, and what must not be in them."""
        self._draft = draft
        self._secrets = secrets
        self._happened: list[_Happened] = []
        self._news: list[News] = []

    def note(self, event: Event, *, is_news: bool) -> None:
        """Remember an event, with its code's name: both may be gone soon."""
        self._secrets.add((event.code, *event.other_pins))
        self._happened.append(_Happened(event, self._code_name(event), is_news))

    def explains(self, device_id: str) -> bool:
        """Return whether an event of this round may be why a lock has changed."""
        # One without a device is about an account, and so about all of its.
        return any(
            happened.event.device_id in (device_id, None) for happened in self._happened
        )

    def tell(self) -> None:
        """Turn what has happened into news, with names as they are now."""
        for happened in self._happened:
            event = happened.event
            name = self._code_name(event) or happened.code_name
            name = name and self._secrets.mask_name(name)
            self._note_use(event, name)
            if happened.is_news:
                self._news.append(News(masked_event(event, self._secrets), name))
        self._happened.clear()

    def take(self) -> list[News]:
        """Return the news that nobody has taken yet, oldest first."""
        news, self._news = self._news, []
        return news

    def _note_use(self, event: Event, name: str | None) -> None:
        """Note who turned a lock last; events may come late."""
        lock = self._draft.locks.get(event.device_id or "")
        if lock is None or event.event_type not in USE_EVENTS:
            return
        at = event.occurred_at or event.created_at
        if lock.changed_at is None or at >= lock.changed_at:
            self._draft.put(
                replace(lock, changed_by=name or event.method, changed_at=at)
            )

    def _code_name(self, event: Event) -> str | None:
        """Return the name of an event's code, which some makers tell only by its PIN."""
        if (lock := self._draft.locks.get(event.device_id or "")) is None:
            return None
        code = lock.code(event.access_code_id)
        if code is None and event.code is not None:
            code = next(
                (other for other in lock.codes if other.code == event.code), None
            )
        return code.name if code else self._draft.former_name(event.access_code_id)

"""Which PIN a new code gets."""

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime

from ..sync.snapshot import LockData
from .bookings import PinRule, Rules, Stay
from .links import Link
from .plan import Pins, PinTest, Reason, Step


class PinChooser:
    """Chooses the PINs of new codes, unless Seam has to."""

    def __init__(
        self,
        rules: Rules,
        links: Mapping[tuple[str, str], Link],
        locks: Mapping[str, LockData],
        accepts: PinTest,
        pins: Pins,
    ) -> None:
        """Initialize the chooser."""
        self._time_zone = rules.time_zone
        self._pin_rule = rules.pin_rule
        self._device_ids = rules.device_ids
        self._locks = locks
        self._accepts = accepts
        self._pins = pins
        self._ends: dict[str, list[tuple[str, datetime]]] = {}
        for key, link in links.items():
            if (pin := pins.get(key)) and (ends_at := link.asked.ends_at):
                self._ends.setdefault(pin, []).append((link.key, ends_at))

    def choose(
        self, stay: Stay, name: str, lock: LockData
    ) -> tuple[str | None, Reason | None]:
        """Return a PIN, or None for Seam to choose it, and whether that was not wanted."""
        reason = None
        for pin in self._suggested(stay, name, lock):
            if not self._left_today(stay, pin) and self._accepts(lock, name, pin):
                return pin, None
            reason = Reason.OTHER_PIN
        if self._pin_rule is PinRule.TELEPHONE and stay.pin is None:
            # The guest may have been told to enter the digits.
            reason = reason or Reason.NO_TELEPHONE
        return None, reason

    def _suggested(self, stay: Stay, name: str, lock: LockData) -> Iterator[str]:
        """Yield PINs for a new code, the best first."""
        # The guest may have been told the PIN that the code has on another lock.
        for device_id in (lock.device_id, *self._device_ids):
            if pin := self._pins.get((stay.key, device_id)):
                yield pin
        if stay.pin:
            yield stay.pin
        if stay.is_moving:
            yield from (
                code.code
                for device_id in self._device_ids
                if device_id in self._locks
                for code in self._locks[device_id].codes
                if code.unmasked_name == name and code.code
            )

    def _left_today(self, stay: Stay, pin: str) -> bool:
        """Return whether the PIN is of somebody who leaves on the day of arrival."""
        arrival = stay.span.starts_at.astimezone(self._time_zone).date()
        return any(
            key != stay.key and ends_at.astimezone(self._time_zone).date() == arrival
            for key, ends_at in self._ends.get(pin, ())
        )


class RefusedPins:
    """The PINs that locks do not accept for new codes."""

    def __init__(self) -> None:
        """Initialize without PINs."""
        self._suspected: dict[tuple[str | None, str], str] = {}
        self._known: dict[tuple[str | None, str], str] = {}

    def suspect(self, step: Step) -> None:
        """Do not try a PIN again for now, as the refusal may have been because of it."""
        if step.pin:
            self._suspected[step.device_id, step.pin] = step.key

    def confirm(self, step: Step) -> None:
        """Remember the PINs without which the lock has accepted the code."""
        for (device_id, pin), key in list(self._suspected.items()):
            if (device_id, key) == (step.device_id, step.key) and pin != step.pin:
                self._known[device_id, pin] = key

    def start(self, keys: Collection[str]) -> None:
        """Forget what was not because of the PIN, and the PINs of other stays."""
        self._suspected.clear()
        self._known = {place: key for place, key in self._known.items() if key in keys}

    def has(self, device_id: str, pin: str) -> bool:
        """Return whether a lock does not accept a PIN."""
        place = device_id, pin
        return place in self._known or place in self._suspected

"""Model of events."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final, override

from .models import Model, as_dict, dicts_in
from .row_pins import pins_in

_MAX_DELAY: Final = timedelta(days=1)
_LISTS: Final = {
    "changed_properties": "property",
    "requested_mutations": "mutation_code",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Event(Model):
    """An event of the workspace."""

    event_id: str
    event_type: str
    created_at: datetime
    occurred_at: datetime | None = None
    workspace_id: str | None = None
    device_id: str | None = None
    access_code_id: str | None = None
    access_code_is_managed: bool | None = None
    method: str | None = None
    is_via_bluetooth: bool | None = None
    is_via_nfc: bool | None = None
    user_identity_id: str | None = None
    reason_code: str | None = None
    """Why access was denied, as a code."""
    reason_message: str | None = field(default=None, repr=False)
    """Why access was denied, as text, which may quote the PIN that was entered."""
    backup_access_code_id: str | None = None
    change_reason: str | None = field(default=None, repr=False)
    former_name: str | None = field(default=None, repr=False)
    changed_properties: tuple[str, ...] = ()
    requested_mutations: tuple[str, ...] = ()
    code: str | None = field(default=None, repr=False)
    """The PIN, which some manufacturers send instead of the id of the access code."""
    other_pins: tuple[str, ...] = field(default=(), repr=False)
    """Former and future PINs, which must not be shown."""

    @classmethod
    @override
    def __pre_deserialize__(cls, d: dict[Any, Any]) -> dict[Any, Any]:
        """Flatten the nested details and drop those of a wrong type."""
        row = Model.__pre_deserialize__(d)
        reason, before = as_dict(row.get("reason")), as_dict(row.get("from"))
        texts = {
            "reason_code": reason.get("reason_code"),
            "reason_message": reason.get("message"),
            "former_name": before.get("name"),
        }
        row["other_pins"] = pins_in(row)
        for key, name in _LISTS.items():
            items = [item.get(name) for item in dicts_in(row.get(key))]
            row[key] = [item for item in items if isinstance(item, str)]
        return row | {k: text for k, text in texts.items() if isinstance(text, str)}

    @property
    def time(self) -> datetime:
        """When it happened, according to Seam if the clock of the lock was reset."""
        at, seen = self.occurred_at, self.created_at
        return seen if at is None or abs(at - seen) > _MAX_DELAY else at

    @property
    def pins(self) -> tuple[str, ...]:
        """All PINs that must be masked in texts."""
        return (self.code, *self.other_pins) if self.code else self.other_pins

"""Pending mutations: what Seam is about to do with a code."""

from datetime import datetime

from .clock import to_iso
from .state import Json

_MESSAGES = {
    "creating": "Seam is in the process of pushing an access code creation to the device.",
    "deferring_creation": "Seam is waiting until closer to the start of the access code before programming it.",
    "deleting": "Seam is in the process of pushing an access code deletion to the device.",
    "updating_code": "Seam is in the process of pushing a new PIN to the device.",
    "updating_name": "Seam is in the process of pushing a new name to the device.",
    "updating_time_frame": "Seam is in the process of pushing a new time frame to the device.",
}


def pending_mutation(
    mutation_code: str, now: datetime, old: Json | None, new: Json | None
) -> Json:
    """Return a pending mutation, with what it changes."""
    mutation: Json = {
        "mutation_code": mutation_code,
        "message": _MESSAGES[mutation_code],
        "created_at": to_iso(now),
    }
    if old is not None and new is not None:
        mutation |= {"from": old, "to": new}
    return mutation

"""What there is to ask Seam for."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class FetchEvents:
    """Ask what has happened since then."""

    since: datetime


@dataclass(frozen=True, slots=True)
class FetchDevices:
    """Ask for the devices with these ids, or for all."""

    device_ids: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class FetchCodes:
    """Ask for the managed and the unmanaged codes of a device."""

    device_id: str


type Fetch = FetchEvents | FetchDevices | FetchCodes

"""Devices of a workspace: missing from one answer does not mean removed."""

from collections.abc import Callable, Iterable, Set as AbstractSet


class DeviceTracker:
    """Track which devices are locks, and which have been removed."""

    def __init__(self, known: Iterable[str]) -> None:
        """Initialize with the IDs of the registered locks."""
        self._known = set(known)
        self._not_locks: set[str] = set()
        self._missing: set[str] = set()
        self._removed: set[str] = set()

    @property
    def known(self) -> AbstractSet[str]:
        """The IDs of all locks, also of those known from an earlier run."""
        return self._known

    def is_not_lock(self, device_id: str) -> bool:
        """Return whether a device is known not to be a lock."""
        return device_id in self._not_locks

    def expect_removal(self, device_id: str) -> None:
        """Remove a device as soon as one answer lacks it."""
        self._missing.add(device_id)

    def receive(
        self,
        requested: AbstractSet[str],
        locks: AbstractSet[str],
        not_locks: AbstractSet[str],
        *,
        current: AbstractSet[str],
        may_lack: Callable[[str], bool],
    ) -> tuple[set[str], set[str]]:
        """Return which of the requested devices are removed, and which to fetch again.

        `current` are the locks with data. `may_lack` says whether the answer may have
        had a row for an ID that could not be read.
        """
        self._not_locks -= requested | locks
        self._not_locks |= not_locks
        self._missing -= locks
        missing = {key for key in requested - locks if not may_lack(key)}
        removed = {
            key
            for key in missing
            if key in self._missing or (key in not_locks and key not in current)
        }
        unsure = missing - removed
        self._known = (self._known | locks) - removed
        self._missing = (self._missing | unsure) - removed
        self._removed |= removed
        return removed, unsure

    def take_removed(self) -> set[str]:
        """Return the devices that have been removed since the last call."""
        removed, self._removed = self._removed, set()
        return removed

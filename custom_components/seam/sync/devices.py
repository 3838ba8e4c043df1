"""Which devices there are: absence from one answer is not removal. Pure."""

from collections.abc import Callable, Iterable, Set as AbstractSet


class DeviceTracker:
    """Keeps which devices are locks, which are not, and which were missed once."""

    def __init__(self, known: Iterable[str]) -> None:
        """Start with the locks that there were before."""
        self._known = set(known)
        self._others: set[str] = set()
        self._absent: set[str] = set()
        self._gone: set[str] = set()

    @property
    def known(self) -> AbstractSet[str]:
        """The locks that there are, or were before Home Assistant started."""
        return self._known

    def is_other(self, device_id: str) -> bool:
        """Return whether a device is known to be no lock."""
        return device_id in self._others

    def expect_gone(self, device_id: str) -> None:
        """Believe the next answer that lacks this device."""
        self._absent.add(device_id)

    def answered(
        self,
        asked: AbstractSet[str],
        locks: AbstractSet[str],
        others: AbstractSet[str],
        *,
        shown: AbstractSet[str],
        may_lack: Callable[[str], bool],
    ) -> tuple[set[str], set[str]]:
        """Take in who answered; return who is gone, and whom to ask again.

        `shown` are the locks of the picture; `may_lack` tells of which devices the
        answer may have left out the row.
        """
        self._others -= asked | locks
        self._others |= others
        self._absent -= locks
        unsure = {key for key in asked - locks if not may_lack(key)}
        # Of one that is not shown yet, being told that it is no lock is enough.
        gone = {
            key
            for key in unsure
            if key in self._absent or (key in others and key not in shown)
        }
        self._known |= locks
        again = unsure - gone
        self._absent |= again
        self._absent -= gone
        self._known -= gone
        self._gone |= gone
        return gone, again

    def take_gone(self) -> set[str]:
        """Return the devices that Seam no longer has, since last asked."""
        gone, self._gone = self._gone, set()
        return gone

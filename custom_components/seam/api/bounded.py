"""A dictionary of limited size."""

from typing import override


class BoundedDict[K, V](dict[K, V]):
    """A dictionary that drops its oldest entry when it has more than `max_size`."""

    def __init__(self, max_size: int) -> None:
        """Initialize an empty dictionary."""
        super().__init__()
        self._max_size = max_size

    @override
    def __setitem__(self, key: K, value: V) -> None:
        """Set an entry and drop the oldest one if there are too many."""
        super().__setitem__(key, value)
        if len(self) > self._max_size:
            del self[next(iter(self))]

"""Reading of the rows in lists."""

from collections.abc import Callable, Iterable, Sequence
import logging
from typing import Any

from mashumaro.exceptions import InvalidFieldValue, MissingField

from .bounded import BoundedDict
from .models import INVALID_ROW, Model
from .redact import Secrets
from .row_pins import pins_in

_LOGGER = logging.getLogger(__name__)

_MAX_BROKEN = 10_000


class Rows[M: Model](list[M]):
    """The valid rows of a list, and what is known of other rows."""

    __slots__ = ("is_complete", "row_count", "unreadable")

    def __init__(
        self,
        rows: Iterable[M] = (),
        *,
        unreadable: Iterable[str] = (),
        is_complete: bool = True,
        row_count: int | None = None,
    ) -> None:
        """Initialize the rows with the ids of those that are not valid.

        The list is incomplete if pages are missing, or the id of a row is not known.
        """
        super().__init__(rows)
        self.row_count = len(self) if row_count is None else row_count
        """How many rows Seam returned, valid or not."""
        self.unreadable = frozenset(unreadable)
        self.is_complete = is_complete

    def where(self, condition: Callable[[M], bool]) -> Rows[M]:
        """Return the rows that meet a condition."""
        return Rows(
            filter(condition, self),
            unreadable=self.unreadable,
            is_complete=self.is_complete,
            row_count=self.row_count,
        )

    @property
    def all_rows_read(self) -> bool:
        """Whether every row was read."""
        return self.is_complete and not self.unreadable

    @property
    def has_no_valid_row(self) -> bool:
        """Whether there are rows, or may be some, but none of them is valid."""
        return not self and (bool(self.unreadable) or not self.is_complete)

    def may_lack(self, row_id: str) -> bool:
        """Return whether a row may exist although it is not in the list."""
        return not self.is_complete or row_id in self.unreadable


class RowReader:
    """Read rows and warn once about each that is not valid, until it is again."""

    def __init__(self, secrets: Secrets) -> None:
        """Initialize the reader, which adds the PINs in skipped rows to `secrets`."""
        self._secrets = secrets
        # Limited, as rows of events never come again.
        self._broken: BoundedDict[tuple[str, str | int], None] = BoundedDict(
            _MAX_BROKEN
        )

    def read[M: Model](
        self,
        model: type[M],
        path: str,
        rows: Sequence[Any],
        id_key: str,
        *,
        device_id: str = "",
        is_complete: bool = True,
    ) -> Rows[M]:
        """Return the valid rows; the others are skipped with a warning.

        `device_id` is the device that was asked for, if any.
        """
        found: list[M] = []
        unreadable_ids: list[str] = []
        place = f"{path} {device_id}"
        for index, row in enumerate(rows):
            try:
                found.append(model.read(row))
            except INVALID_ROW as err:
                self._secrets.add(pins_in(row))
                row_id = _row_id(row, id_key)
                if row_id is None:
                    is_complete = False
                else:
                    unreadable_ids.append(row_id)
                known = place, row_id or index
                _LOGGER.log(
                    logging.DEBUG if known in self._broken else logging.WARNING,
                    "Skipped the row with %s %s in the response from %s: %s",
                    id_key,
                    row_id and self._secrets.mask_name(row_id),
                    path,
                    fault(err),
                )
                self._broken[known] = None
            else:
                if self._broken:
                    for key in (index, _row_id(row, id_key) or index):
                        self._broken.pop((place, key), None)
        return Rows(
            found,
            unreadable=unreadable_ids,
            is_complete=is_complete,
            row_count=len(rows),
        )


def _row_id(row: Any, id_key: str) -> str | None:
    """Return the id of a row if it is text; anything else could be a PIN."""
    row_id = row.get(id_key) if isinstance(row, dict) else None
    return row_id if row_id and isinstance(row_id, str) else None


def fault(err: Exception) -> str:
    """Return what is wrong, without the value, which may be a PIN."""
    if isinstance(err, MissingField):
        return f"{err.field_name} is missing"
    if isinstance(err, InvalidFieldValue):
        return f"{err.field_name} is not valid"
    return "not an object"

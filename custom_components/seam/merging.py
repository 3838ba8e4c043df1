"""How an answer about a lock's codes meets what was known of them. Pure."""

from collections.abc import Callable, Iterable
from datetime import datetime

from .api import AccessCode, CodeStatus
from .own_changes import OwnChanges
from .picture import Lock


def merged_codes(
    lock: Lock,
    answer: Iterable[AccessCode],
    own_changes: OwnChanges,
    now: datetime,
    may_lack: Callable[[str], bool],
) -> tuple[list[AccessCode], frozenset[str]]:
    """Return the codes of a lock, and the ids of those that the answer lacks.

    Of a code that is in the answer twice the last one counts. One that is missing is
    kept until the next answer misses it too, as Seam has been seen to drop a code from
    one answer; unless its end was to be expected.
    """
    codes = {code.access_code_id: own_changes.applied(code, now) for code in answer}
    missing: set[str] = set()
    absent = [code for code in lock.codes if code.access_code_id not in codes]
    new_pins = _new_pins(lock, codes.values()) if absent else set()
    for code in absent:
        code_id = code.access_code_id
        if may_lack(code_id):
            codes[code_id] = code
        elif not own_changes.is_gone(code_id, now) and (
            own_changes.holds(code_id, now)
            or (
                code_id not in lock.missing
                and code.status_at(now) is not CodeStatus.REMOVING
                and not code.is_expired(now)
                # Seam may manage it now, under another id.
                and (code.is_managed or code.code not in new_pins)
            )
        ):
            codes[code_id] = code
            missing.add(code_id)
        else:
            own_changes.forget(code_id)
    return list(codes.values()), frozenset(missing)


def _new_pins(lock: Lock, codes: Iterable[AccessCode]) -> set[str]:
    """Return the PINs of managed codes that the lock did not have."""
    old = {code.access_code_id for code in lock.managed}
    return {
        code.code
        for code in codes
        if code.is_managed and code.code and code.access_code_id not in old
    }

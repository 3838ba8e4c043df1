"""What came of changes whose answers were lost."""

from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping

from ..api import AccessCode
from ..sync.snapshot import LockData
from .links import Fingerprint, Link
from .plan import Kind, Step
from .run import Outcome, Refused, Uncertain


class UncertainSteps:
    """The steps that may or may not have been taken.

    They are not stored, as nothing from before a start is told.
    """

    def __init__(self) -> None:
        """Initialize without steps."""
        self._steps: dict[tuple[str | None, str], Step] = {}

    async def async_take(
        self, step: Step, take: Callable[[Step], Awaitable[Outcome]]
    ) -> Outcome:
        """Take a step, and remember it if its answer is lost."""
        # It says what becomes of the code, unless it is refused.
        earlier = self._steps.pop(_identity(step), None)
        outcome = await take(step)
        if isinstance(outcome, Uncertain):
            self._steps[_identity(step)] = step
        elif earlier and isinstance(outcome, Refused):
            self._steps[_identity(step)] = earlier
        return outcome

    def take_made(
        self, links: Iterable[Link], locks: Mapping[str, LockData]
    ) -> list[tuple[Step, AccessCode | None]]:
        """Return steps that were taken, each once, with the codes that they changed."""
        made: list[tuple[Step, AccessCode | None]] = []
        links = tuple(links)
        for identity, step in list(self._steps.items()):
            link = next((link for link in links if _is_about(step, link)), None)
            lock = locks.get(step.device_id or "")
            code = lock.code(link.code_id) if lock and link else None
            if step.kind is Kind.DELETE:
                if link and not link.is_deleting:
                    # The booking is back, and its code was never deleted.
                    del self._steps[identity]
                elif lock and _is_gone(step, lock):
                    del self._steps[identity]
                    made.append((step, None))
            elif link is None or (code and not link.is_pending):
                del self._steps[identity]
                if code and is_changed(step, code):
                    made.append((step, code))
        return made


def changed_code(
    step: Step, code_id: str | None, lock: LockData, linked: Collection[str | None]
) -> AccessCode | None:
    """Return the code that a step has created or changed, as it is known now."""
    if code_id is not None:
        return lock.code(code_id)
    return next(
        (
            code
            for code in lock.managed
            if step.link
            and code.access_code_id not in linked
            and step.link.may_have_made(code)
        ),
        None,
    )


def is_changed(step: Step, code: AccessCode) -> bool:
    """Return whether a code is not as it was before a step."""
    return step.link is None or Fingerprint.of_code(code) != step.link.seen


def _identity(step: Step) -> tuple[str | None, str]:
    return step.device_id, step.code_id or step.key


def _is_about(step: Step, link: Link) -> bool:
    """Return whether a step is about the code of a link, whose key may have changed."""
    if step.device_id != link.device_id or step.link is None:
        return False
    if step.code_id:
        return step.code_id == link.code_id
    asked, wanted = (link.asked_at, link.asked.name), step.link.asked.name
    return asked == (step.link.asked_at, wanted)


def _is_gone(step: Step, lock: LockData) -> bool:
    is_known = lock.has_codes and lock.is_complete
    return is_known and lock.code(step.code_id) is None

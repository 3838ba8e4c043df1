"""What would be done about codes, before it is done."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.translation import async_get_cached_translations
from homeassistant.util import dt as dt_util

from ..actions.validation import accepts_pin
from ..activity import lock_name
from ..attributes import JsonObject, local_time
from ..const import DOMAIN
from ..coordinator import SeamConfigEntry
from ..errors import refusal
from .bookings import Answer, Stay, Stays, has_wanted_title, stays_of
from .compare import compare
from .overlaps import Overlap, find_overlaps
from .plan import Kind, Plan, Reason, Step
from .reading import async_read_bookings
from .settings import rules_of

_NOT_POSSIBLE: Final = (Kind.BLOCKED, Kind.EDITED)
_GROUPS: Final[Mapping[str, tuple[Kind, ...]]] = {
    "created": (Kind.CREATE,),
    "moved": (Kind.MOVE,),
    "renamed": (Kind.RENAME,),
    "deleted": (Kind.DELETE,),
    "not_possible": _NOT_POSSIBLE,
    "left": (Kind.LEAVE,),
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Preview:
    """What would be done, and the stays that it is about."""

    plan: Plan
    stays: Stays
    bookings: int
    """How many events the calendar has, also those that do not count."""
    excluded: int
    """How many of them do not count because of their titles."""
    overlaps: tuple[Overlap, ...]


async def async_preview(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    settings: Mapping[str, Any],
    make_plan: Callable[[Answer], Plan],
) -> Preview | None:
    """Return what would be done, None if the calendar cannot be read."""
    now = dt_util.utcnow()
    coordinator = entry.runtime_data
    answer = await async_read_bookings(hass, settings, now)
    if getattr(entry, "runtime_data", None) is not coordinator:
        # It was unloaded in the meantime.
        raise refusal("stays_unknown")
    if answer is None:
        return None
    rules = rules_of(settings, dt_util.get_default_time_zone())
    plan, stays = make_plan(answer), stays_of(answer, rules, now)
    return Preview(
        plan=plan,
        stays=stays,
        bookings=len(answer.bookings),
        excluded=sum(not has_wanted_title(one, rules) for one in answer.bookings),
        overlaps=find_overlaps(
            stays.coming, rules.device_ids, plan, coordinator.data.locks, now
        ),
    )


def plan_of_new_stays(
    entry: SeamConfigEntry, settings: Mapping[str, Any], answer: Answer
) -> Plan:
    """Return what would be done first with these settings."""
    return compare(
        answer,
        rules_of(settings, dt_util.get_default_time_zone()),
        (),
        entry.runtime_data.data.locks,
        dt_util.utcnow(),
        accepts=accepts_pin,
        pins={},
    )


def preview_response(
    hass: HomeAssistant, entry: SeamConfigEntry, preview: Preview
) -> JsonObject:
    """Return a preview as an action returns it, without PINs."""
    rows: dict[str, list[Any]] = {group: [] for group in _GROUPS}
    for step in preview.plan.steps:
        rows[_group(step, preview.stays)].append(_row(hass, entry, preview, step))
    mask = entry.runtime_data.secrets.mask_name
    return {
        "bookings": preview.bookings,
        "excluded": preview.excluded,
        **rows,
        "overlaps": [
            {
                "stay": mask(overlap.stay),
                "other": mask(overlap.other),
                "lock": lock_name(hass, overlap.lock) if overlap.lock else None,
                "starts_at": local_time(overlap.span.starts_at),
                "ends_at": local_time(overlap.span.ends_at),
            }
            for overlap in preview.overlaps
        ],
    }


@callback
def async_reason(hass: HomeAssistant, reason: str) -> str:
    """Return why something is done or not, in Home Assistant's language."""
    return _text(hass, "stay_reason", reason)


@callback
def async_changes(
    hass: HomeAssistant,
    lists: Mapping[str, Sequence[str]],
    most: int,
    *,
    excluded: int,
) -> str:
    """Return the lists that are not empty as Markdown, each with its heading.

    The last line says how many events do not count, if there are any.
    """
    parts = [
        f"**{_text(hass, 'stay_preview', key)}: {len(lines)}**\n\n"
        + "\n".join(f"- {line}" for line in lines[:most])
        + ("\n- …" if len(lines) > most else "")
        for key, lines in lists.items()
        if lines
    ]
    if not any(lines for key, lines in lists.items() if key != "overlaps"):
        parts.insert(0, f"**{_text(hass, 'stay_preview', 'nothing')}**")
    if excluded:
        parts.append(f"{_text(hass, 'stay_preview', 'excluded')}: {excluded}")
    return "\n\n".join(parts)


def _text(hass: HomeAssistant, selector: str, key: str) -> str:
    texts = async_get_cached_translations(
        hass, hass.config.language, "selector", DOMAIN
    )
    return texts.get(f"component.{DOMAIN}.selector.{selector}.options.{key}", key)


def _next_visit(step: Step, stays: Stays) -> Stay | None:
    """Return to which visit a code moves if the next answer lacks its own, too."""
    return stays.coming.get(step.key) if step.reason is Reason.MISSING_ONCE else None


def _group(step: Step, stays: Stays) -> str:
    if _next_visit(step, stays):
        return "moved"
    if step.is_deletion:
        return "deleted"
    return next(group for group, kinds in _GROUPS.items() if step.kind in kinds)


def _row(
    hass: HomeAssistant, entry: SeamConfigEntry, preview: Preview, step: Step
) -> JsonObject:
    coordinator = entry.runtime_data
    lock = coordinator.data.locks.get(step.device_id or "")
    stays = preview.stays
    stay = stays.coming.get(step.key) or stays.impossible.get(step.key)
    code = lock.code(step.code_id) if lock else None
    next_visit = _next_visit(step, stays)
    span = next_visit.span if next_visit else step.span
    name = step.name
    if name is None and code:
        name = code.name
    elif name is None and stay:
        name = stay.name
    if step.kind is Kind.EDITED and step.reason is None:
        reason: str | None = Reason.CHANGED_BY_HAND
    else:
        reason = step.reason
    return {
        "name": name and coordinator.secrets.mask_name(name),
        "lock": lock_name(hass, lock) if lock else None,
        "starts_at": local_time(span.starts_at) if span else None,
        "ends_at": local_time(span.ends_at) if span else None,
        "access_code_id": step.code_id,
        "reason": reason and async_reason(hass, reason),
        "reason_key": reason and str(reason),
    }

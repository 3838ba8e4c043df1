"""Binary sensors for problems with access codes, connectivity, and doors."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, override

from homeassistant.components.binary_sensor import (
    BinarySensorDeviceClass,
    BinarySensorEntity,
    BinarySensorEntityDescription,
)
from homeassistant.const import EntityCategory
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers.entity_platform import AddConfigEntryEntitiesCallback

from .advice import account_name
from .attributes import MAY_BE_OUTDATED, JsonObject, async_flat_problems, async_problems
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, SeamWorkspaceEntity, async_add_lock_entities
from .stays.arrivals import Verdict
from .stays.entity import SeamStaysVerdictEntity, async_add_stays_entities
from .sync.snapshot import LockData, Snapshot, makes_outdated

# Coordinator is used to centralize the data updates
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamBinarySensorEntityDescription(BinarySensorEntityDescription):
    """Describes a binary sensor of a lock."""

    value_fn: Callable[[Snapshot, LockData], bool | None]
    exists_fn: Callable[[LockData], bool]
    known_fn: Callable[[LockData], bool] = lambda _lock: True
    attributes_fn: (
        Callable[[HomeAssistant, Snapshot, LockData], Mapping[str, Any]] | None
    ) = None


def _has_problem(lock: LockData) -> bool:
    """Return whether a code is known to have an error of its own."""
    return any(code.own_errors and lock.knows(code) for code in lock.codes)


@callback
def _async_code_errors(
    hass: HomeAssistant, data: Snapshot, lock: LockData
) -> Mapping[str, Any]:
    """Return the codes' own errors, without those of the lock that each code repeats."""
    return {
        "errors": async_flat_problems(
            hass,
            lock,
            ((code, code.own_errors) for code in lock.codes if lock.knows(code)),
            data.account_of(lock),
        )
    }


def _by_severity(rows: Iterable[JsonObject]) -> dict[str, list[JsonObject]]:
    """Return lists of errors and warnings."""
    return {
        "errors": [row for row in rows if "error_code" in row],
        "warnings": [row for row in rows if "warning_code" in row],
    }


@callback
def _async_device_problems(
    hass: HomeAssistant, data: Snapshot, lock: LockData
) -> Mapping[str, Any]:
    """Return the errors and warnings of a lock, its account, and its bridge."""
    rows = async_problems(hass, data.problems_of(lock), lock, data.account_of(lock))
    return _by_severity(rows)


BINARY_SENSORS = (
    SeamBinarySensorEntityDescription(
        key="access_code_problem",
        translation_key="access_code_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=lambda _data, lock: _has_problem(lock),
        exists_fn=lambda lock: lock.device.has_access_codes,
        known_fn=lambda lock: lock.has_all_codes or _has_problem(lock),
        attributes_fn=_async_code_errors,
    ),
    SeamBinarySensorEntityDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=Snapshot.is_reachable,
        # A lock that does not report it still needs a place to show its problems.
        exists_fn=lambda lock: bool(
            lock.device.properties.online is not None
            or lock.device.errors
            or lock.device.warnings
        ),
        attributes_fn=_async_device_problems,
    ),
    SeamBinarySensorEntityDescription(
        key="door",
        device_class=BinarySensorDeviceClass.DOOR,
        value_fn=lambda _data, lock: lock.device.properties.door_open,
        exists_fn=lambda lock: lock.device.properties.door_open is not None,
    ),
)

WORKSPACE_PROBLEM = BinarySensorEntityDescription(
    key="access_code_problem",
    translation_key="access_code_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)
ACCOUNT_PROBLEM = BinarySensorEntityDescription(
    key="account_problem",
    translation_key="account_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)

ARRIVAL_PROBLEM = BinarySensorEntityDescription(
    key="arrival_problem",
    translation_key="arrival_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a workspace and all its locks."""
    async_add_entities(
        [
            SeamWorkspaceProblem(entry.runtime_data, WORKSPACE_PROBLEM),
            SeamAccountProblem(entry.runtime_data, ACCOUNT_PROBLEM),
        ]
    )
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamBinarySensor,
        BINARY_SENSORS,
        lambda description, lock: description.exists_fn(lock),
    )
    async_add_stays_entities(
        hass, entry, async_add_entities, SeamArrivalProblem, ARRIVAL_PROBLEM
    )


class SeamBinarySensor(SeamLockEntity, BinarySensorEntity):
    """Binary sensor of a lock."""

    entity_description: SeamBinarySensorEntityDescription

    # Keep the names of guests out of the database.
    _unrecorded_attributes = frozenset({"errors", "warnings"})

    @property
    @override
    def available(self) -> bool:
        """Return whether the state can be known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state, None while the lock does not report it."""
        return self.entity_description.value_fn(self.coordinator.data, self.seam_lock)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return the problems, if this sensor shows any."""
        attributes_fn = self.entity_description.attributes_fn
        if attributes_fn is None:
            return None
        return attributes_fn(self.hass, self.coordinator.data, self.seam_lock)


class SeamWorkspaceProblem(SeamWorkspaceEntity, BinarySensorEntity):
    """Binary sensor that is on while a code on any lock has an error of its own."""

    _unrecorded_attributes = frozenset({"locks"})

    @property
    @override
    def is_on(self) -> bool | None:
        """Return the state, None if it depends on a lock whose codes are not known."""
        locks = self.coordinator.data.locks.values()
        if any(map(_has_problem, locks)):
            return True
        if any(lock.lacks_some_codes for lock in locks):
            return None
        return False

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the locks with a problem."""
        locks = self.coordinator.data.locks.values()
        return {
            "locks": sorted(lock.device.name for lock in locks if _has_problem(lock))
        }


class SeamAccountProblem(SeamWorkspaceEntity, BinarySensorEntity):
    """Binary sensor that is on while a connected account has an error or a warning."""

    _unrecorded_attributes = frozenset({"accounts"})

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether an account has a problem, None if that is not known."""
        data = self.coordinator.data
        if data.account_problems():
            return True
        return False if data.are_accounts_known else None

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the accounts with a problem, and their locks."""
        data = self.coordinator.data
        rows = []
        for account_id, problems in data.account_problems().items():
            locks = [
                lock
                for lock in data.locks.values()
                if lock.device.connected_account_id == account_id
            ]
            account = data.accounts.get(account_id)
            # All these locks have the same provider.
            lock = next(iter(locks), None)
            shown = async_problems(self.hass, problems, lock, account)
            rows.append(
                {
                    "connected_account_id": account_id,
                    "name": account_name(account, lock.device if lock else None),
                    "locks": sorted(lock.device.name for lock in locks),
                    MAY_BE_OUTDATED: makes_outdated(problems),
                    **_by_severity(shown),
                }
            )
        return {"accounts": rows}


class SeamArrivalProblem(SeamStaysVerdictEntity, BinarySensorEntity):
    """Binary sensor that is on while a guest who arrives soon may not get in."""

    _unrecorded_attributes = frozenset({"arrivals"})

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether an arrival is at risk, None if that is not known."""
        verdicts = {arrival.verdict for arrival in self.watch.soon() or ()}
        if Verdict.AT_RISK in verdicts:
            return True
        return None if Verdict.UNKNOWN in verdicts else False

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return the arrivals at risk, with what to do."""
        return {
            "arrivals": [
                self.arrival_attributes(arrival)
                for arrival in self.watch.soon() or ()
                if arrival.verdict is Verdict.AT_RISK
            ]
        }

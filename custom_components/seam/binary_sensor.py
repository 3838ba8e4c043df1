"""Whether a lock's codes have problems, whether it is online, and its door."""

from collections.abc import Callable, Mapping
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

from .api import Scope, SeamProblem
from .attributes import code_problems
from .coordinator import SeamConfigEntry
from .entity import SeamLockEntity, SeamWorkspaceEntity, async_add_lock_entities
from .sync.snapshot import LockData

# The coordinator does the talking.
PARALLEL_UPDATES = 0


@dataclass(frozen=True, kw_only=True)
class SeamBinarySensorDescription(BinarySensorEntityDescription):
    """Something about a lock that is or is not so."""

    value_fn: Callable[[LockData], bool | None]
    exists_fn: Callable[[LockData], bool]
    known_fn: Callable[[LockData], bool] = lambda _lock: True
    attributes_fn: Callable[[HomeAssistant, LockData], Mapping[str, Any]] | None = None


def _has_problem(lock: LockData) -> bool:
    """Return whether a code has an error of its own, as far as the codes are known."""
    return lock.has_codes and any(code.own_errors for code in lock.codes)


@callback
def _async_code_errors(hass: HomeAssistant, lock: LockData) -> Mapping[str, Any]:
    """Return the errors that make the problem: no others, which each code repeats."""
    return {
        "errors": [
            {"access_code_id": code.access_code_id, "name": code.name, **problem}
            for code in lock.codes
            for problem in code_problems(hass, code.own_errors, "error_code")
        ]
    }


@callback
def _async_device_problems(hass: HomeAssistant, lock: LockData) -> Mapping[str, Any]:
    """Return what Seam says is wrong with a lock itself, its account or its bridge."""
    device = lock.device
    return {
        "errors": code_problems(hass, device.errors, "error_code"),
        "warnings": code_problems(hass, device.warnings, "warning_code"),
    }


BINARY_SENSORS = (
    SeamBinarySensorDescription(
        key="access_code_problem",
        translation_key="access_code_problem",
        device_class=BinarySensorDeviceClass.PROBLEM,
        value_fn=_has_problem,
        exists_fn=lambda lock: lock.device.has_access_codes,
        known_fn=lambda lock: lock.has_codes,
        attributes_fn=_async_code_errors,
    ),
    SeamBinarySensorDescription(
        key="connectivity",
        device_class=BinarySensorDeviceClass.CONNECTIVITY,
        entity_category=EntityCategory.DIAGNOSTIC,
        value_fn=lambda lock: lock.device.properties.online,
        # Even where Seam does not tell: its problems need a place to be shown.
        exists_fn=lambda lock: bool(
            lock.device.properties.online is not None
            or lock.device.errors
            or lock.device.warnings
        ),
        attributes_fn=_async_device_problems,
    ),
    SeamBinarySensorDescription(
        key="door",
        device_class=BinarySensorDeviceClass.DOOR,
        value_fn=lambda lock: lock.device.properties.door_open,
        exists_fn=lambda lock: lock.device.properties.door_open is not None,
    ),
)

WORKSPACE_PROBLEM = BinarySensorEntityDescription(
    key="access_code_problem",
    translation_key="access_code_problem",
    device_class=BinarySensorDeviceClass.PROBLEM,
)


async def async_setup_entry(
    hass: HomeAssistant,
    entry: SeamConfigEntry,
    async_add_entities: AddConfigEntryEntitiesCallback,
) -> None:
    """Set up the binary sensors of a workspace and of its locks."""
    async_add_entities([SeamWorkspaceProblem(entry.runtime_data, WORKSPACE_PROBLEM)])
    async_add_lock_entities(
        entry,
        async_add_entities,
        SeamBinarySensor,
        BINARY_SENSORS,
        lambda description, lock: description.exists_fn(lock),
    )


class SeamBinarySensor(SeamLockEntity, BinarySensorEntity):
    """Something about a lock that is or is not so."""

    entity_description: SeamBinarySensorDescription

    # They are for looking at now: in the database they would only be names of guests.
    _unrecorded_attributes = frozenset({"errors", "warnings"})

    @property
    @override
    def available(self) -> bool:
        """Return whether what it tells about is known."""
        return super().available and self.entity_description.known_fn(self.seam_lock)

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether it is so, None while the device does not tell."""
        return self.entity_description.value_fn(self.seam_lock)

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any] | None:
        """Return what is wrong, if this is the place for it."""
        attributes_fn = self.entity_description.attributes_fn
        return attributes_fn(self.hass, self.seam_lock) if attributes_fn else None


class SeamWorkspaceProblem(SeamWorkspaceEntity, BinarySensorEntity):
    """Whether a code on any lock has an error of its own."""

    _unrecorded_attributes = frozenset({"locks", "account_errors"})

    @property
    @override
    def is_on(self) -> bool | None:
        """Return whether there is one, None while the codes of a lock are not known."""
        locks = self.coordinator.data.locks.values()
        if any(map(_has_problem, locks)):
            return True
        if any(lock.device.has_access_codes and not lock.has_codes for lock in locks):
            return None
        return False

    @property
    @override
    def extra_state_attributes(self) -> Mapping[str, Any]:
        """Return on which locks, and what is wrong with accounts, which no code owns."""
        locks = self.coordinator.data.locks.values()
        troubles: dict[tuple[str | None, str], tuple[SeamProblem, list[str]]] = {}
        for lock in locks:
            for problem in lock.device.errors:
                if problem.scope in (Scope.ACCOUNT, Scope.BRIDGE):
                    # Each lock of the account repeats it.
                    _, names = troubles.setdefault(
                        (lock.device.connected_account_id, problem.code), (problem, [])
                    )
                    names.append(lock.device.name)
        return {
            "locks": sorted(lock.device.name for lock in locks if _has_problem(lock)),
            "account_errors": [
                {**told, "locks": sorted(names)}
                for problem, names in troubles.values()
                for told in code_problems(self.hass, [problem], "error_code")
            ],
        }

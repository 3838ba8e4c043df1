"""The devices of locks in Home Assistant's device registry."""

from collections.abc import Collection, Mapping

from homeassistant.config_entries import ConfigEntry
from homeassistant.core import HomeAssistant, callback
from homeassistant.helpers import device_registry as dr

from .const import DOMAIN
from .sync.snapshot import LockData


def seam_device_id(device: dr.DeviceEntry) -> str | None:
    """Return Seam's ID of a registered device."""
    return next(
        (value for domain, value in device.identifiers if domain == DOMAIN), None
    )


def registered_locks(
    hass: HomeAssistant, entry: ConfigEntry
) -> dict[str, dr.DeviceEntry]:
    """Return the registered locks of a workspace by Seam's device ID."""
    return {
        device_id: device
        for device in dr.async_entries_for_config_entry(
            dr.async_get(hass), entry.entry_id
        )
        if device.entry_type is not dr.DeviceEntryType.SERVICE
        and (device_id := seam_device_id(device))
    }


@callback
def async_update_devices(
    hass: HomeAssistant,
    entry: ConfigEntry,
    before: Mapping[str, LockData],
    locks: Mapping[str, LockData],
    removed: Collection[str],
) -> None:
    """Remove devices that Seam no longer has, and rename those renamed at Seam."""
    renamed = {
        device_id
        for device_id in before.keys() & locks.keys()
        if before[device_id].device.name != locks[device_id].device.name
    }
    if not removed and not renamed:
        return
    registry = dr.async_get(hass)
    for device_id, device in registered_locks(hass, entry).items():
        if device_id in removed:
            registry.async_remove_device(device.id)
        elif device_id in renamed:
            registry.async_update_device(device.id, name=locks[device_id].device.name)

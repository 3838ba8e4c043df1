"""Representation of resources in the API."""

from datetime import datetime
import json
from typing import Any

import orjson

from .clock import to_iso
from .state import AccessCode, Account, Device, Json, State, Webhook, Workspace


def render_workspace(workspace: Workspace) -> Json:
    """Return a workspace as the API does."""
    return {
        "workspace_id": workspace.workspace_id,
        "name": workspace.name,
        "company_name": workspace.company_name,
        "connect_partner_name": workspace.company_name,
        "connect_webview_customization": {},
        "is_publishable_key_auth_enabled": False,
        "is_sandbox": workspace.is_sandbox,
        "is_suspended": workspace.is_suspended,
        "organization_id": None,
    }


def render_account(account: Account) -> Json:
    """Return a connected account as the API does."""
    return {
        "connected_account_id": account.connected_account_id,
        "account_type": account.account_type,
        "account_type_display_name": account.account_type_display_name,
        "display_name": account.display_name,
        "accepted_capabilities": ["lock"],
        "automatically_manage_new_devices": True,
        "created_at": to_iso(account.created_at),
        "custom_metadata": {},
        "errors": [
            {
                "error_code": error["error_code"],
                "message": error["message"],
                "created_at": error["created_at"],
                "is_connected_account_error": True,
                "is_bridge_error": bool(error.get("is_bridge_error")),
            }
            for error in account.errors
        ],
        "warnings": account.warnings,
        "user_identifier": {},
    }


def _inherited_errors(state: State, device: Device) -> list[Json]:
    """Return the errors of a device, including those of its account."""
    return [
        *({"is_device_error": True, **e} for e in device.errors),
        *state.account_of(device).errors,
    ]


def render_device(state: State, device: Device) -> Json:
    """Return a managed or unmanaged device as the API does."""
    properties: Json = {
        "online": device.online,
        "name": device.nickname or device.display_name,
        "appearance": {"name": device.display_name},
        "model": {
            "display_name": device.model,
            "manufacturer_display_name": device.manufacturer_display_name,
        },
        "manufacturer": device.manufacturer,
        "image_url": f"https://connect.getseam.com/assets/images/devices/{device.device_type}.png",
    }
    if device.online:
        if device.locked is not None:
            properties["locked"] = device.locked
        if device.battery_level is not None:
            level = device.battery_level
            properties["battery"] = {"level": level, "status": battery_status(level)}
            properties["battery_level"] = level
        if device.door_open is not None:
            properties["door_open"] = device.door_open
    row: Json = {
        "device_id": device.device_id,
        "workspace_id": device.workspace_id,
        "connected_account_id": device.connected_account_id,
        "device_type": device.device_type,
        "display_name": device.nickname or device.display_name,
        "capabilities_supported": device.capabilities_supported,
        "custom_metadata": device.custom_metadata,
        "space_ids": [],
        "created_at": to_iso(device.created_at),
        "is_managed": device.is_managed,
        "location": device.location,
        "errors": _inherited_errors(state, device),
        "warnings": device.warnings,
        "properties": properties,
        **device.flags,
        **dict.fromkeys(
            (
                "can_simulate_connection",
                "can_simulate_disconnection",
                "can_simulate_removal",
            ),
            True,
        ),
    }
    if not device.is_managed:
        return row
    properties["serial_number"] = device.serial_number
    if device.keypad_battery_level is not None:
        battery = {"level": device.keypad_battery_level}
        properties["keypad_battery"] = battery
        properties["accessory_keypad"] = {"is_connected": True, "battery": battery}
    properties |= device.properties
    if device.nickname is not None:
        row["nickname"] = device.nickname
    row["device_provider"] = {
        "device_provider_name": device.provider,
        "display_name": device.provider_display_name,
        "provider_category": "stable",
    }
    row["device_manufacturer"] = {
        "manufacturer": device.manufacturer,
        "display_name": device.manufacturer_display_name,
    }
    return row


def battery_status(level: float) -> str:
    """Return the status for a battery level."""
    if level < 0.15:
        return "critical"
    if level < 0.35:
        return "low"
    return "full" if level >= 0.95 else "good"


def render_code(state: State, code: AccessCode, now: datetime) -> Json:
    """Return a managed or unmanaged code as the API does."""
    device = state.devices[code.device_id]
    row: Json = {
        "access_code_id": code.access_code_id,
        "device_id": code.device_id,
        "workspace_id": code.workspace_id,
        "name": code.name,
        "code": code.code,
        "type": code.type,
        "created_at": to_iso(code.created_at),
        # Seam cannot read the codes of an account that it cannot use.
        "status": "unknown" if state.account_of(device).errors else code.status,
        "display_status": _display_status(code, now),
        "is_managed": code.is_managed,
        "errors": [*code.errors, *_inherited_errors(state, device)],
        "warnings": code.warnings,
    }
    if code.ends_at is not None:
        row["ends_at"] = to_iso(code.ends_at)
        if code.starts_at is not None:
            row["starts_at"] = to_iso(code.starts_at)
    if not code.is_managed:
        row["status"] = "set" if code.status == "set" else "unset"
        for flag in ("cannot_be_managed", "cannot_delete_unmanaged_access_code"):
            if getattr(code, flag):
                row[flag] = True
        return row
    return row | {
        "common_code_key": code.common_code_key,
        "is_scheduled_on_device": code.is_scheduled_on_device,
        "is_waiting_for_code_assignment": code.is_waiting_for_code_assignment,
        "is_external_modification_allowed": code.is_external_modification_allowed,
        "is_one_time_use": code.is_one_time_use,
        "is_offline_access_code": code.is_offline_access_code,
        "is_backup": code.is_backup,
        "is_backup_access_code_available": code.ends_at is not None
        and not code.is_backup
        and not code.has_expired(now)
        and bool(device.backup_codes),
        "pulled_backup_access_code_id": code.pulled_backup_access_code_id,
        "pending_mutations": code.pending_mutations,
        "appearance": {"name": code.shown_name or code.name},
    }


def _display_status(code: AccessCode, now: datetime) -> str:
    if code.pending("deleting") or code.status == "removing":
        return "Removing"
    if code.has_expired(now):
        return "Expired"
    if code.status == "setting":
        return "Issuing"
    if not code.has_started(now):
        return "Scheduled"
    return {"set": "Active", "unset": "Inactive"}.get(code.status, "Unknown")


def render_webhook(webhook: Webhook, *, with_secret: bool) -> Json:
    """Return a webhook as the API does; only its creation returns the secret."""
    row: Json = {
        "webhook_id": webhook.webhook_id,
        "url": webhook.url,
        "event_types": webhook.event_types,
    }
    if with_secret:
        row["secret"] = webhook.secret
    return row


def dump_json(data: Any) -> bytes:
    """Return JSON as JavaScript writes it: with half surrogates as escapes."""
    try:
        return orjson.dumps(data)
    except TypeError:
        return json.dumps(data).encode()

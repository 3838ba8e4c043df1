"""The initial state: a small rental, and a second workspace."""

from datetime import datetime, timedelta
from typing import Any

from .builder import Builder
from .clock import to_iso
from .ids import stable_id
from .manufacturers import (
    AUGUST,
    IGLOOHOME,
    KWIKSET,
    NUKI,
    SCHLAGE,
    SMARTTHINGS,
    TTLOCK_KEYPAD,
)
from .state import Json, Key, State

KEY = "seam_test_simulator"
KEY_TWO = "seam_test_simulator_two"
PERSONAL_ACCESS_TOKEN = "seam_at_simulator"

WORKSPACE = stable_id("workspace")
WORKSPACE_TWO = stable_id("workspace two")
WORKSPACE_NAME = "Harbour Street Rentals"
WORKSPACE_TWO_NAME = "Mill Lane Office"

FRONT_DOOR = stable_id("front door")
APARTMENT_1 = stable_id("apartment 1")
APARTMENT_2 = stable_id("apartment 2")
GARDEN_HOUSE = stable_id("garden house")
BIKE_ROOM_KEYPAD = stable_id("bike room keypad")
BOAT_SHED = stable_id("boat shed")
LOCKS = (
    FRONT_DOOR,
    APARTMENT_1,
    APARTMENT_2,
    GARDEN_HOUSE,
    BIKE_ROOM_KEYPAD,
    BOAT_SHED,
)
CELLAR_DOOR_UNMANAGED = stable_id("cellar door")
OFFICE_DOOR = stable_id("office door")

# Front Door
CODE_CLEANER = stable_id("code cleaner")
CODE_OWNER = stable_id("code owner")
CODE_GUEST_NOW = stable_id("code guest now")
CODE_GUEST_NEXT = stable_id("code guest next")
CODE_HANDYMAN = stable_id("code handyman")
UNMANAGED_NEIGHBOUR = stable_id("unmanaged neighbour")
UNMANAGED_OLD_GUEST = stable_id("unmanaged old guest")
UNMANAGED_INSTALLER = stable_id("unmanaged installer")
# Apartment 1
CODE_APARTMENT_1_CLEANER = stable_id("code apartment 1 cleaner")
CODE_APARTMENT_1_GUEST = stable_id("code apartment 1 guest")
CODE_APARTMENT_1_EXPIRED = stable_id("code apartment 1 expired")
CODE_APARTMENT_1_FAILED = stable_id("code apartment 1 failed")
UNMANAGED_APARTMENT_1_TENANT = stable_id("unmanaged apartment 1 tenant")
# Apartment 2
CODE_APARTMENT_2_CLEANER = stable_id("code apartment 2 cleaner")
CODE_APARTMENT_2_GUEST = stable_id("code apartment 2 guest")
CODE_APARTMENT_2_LATER = stable_id("code apartment 2 later")
# Garden House
CODE_GARDENER = stable_id("code gardener")
CODE_GARDEN_GUEST = stable_id("code garden guest")
UNMANAGED_GARDEN_1 = stable_id("unmanaged garden 1")
UNMANAGED_GARDEN_2 = stable_id("unmanaged garden 2")
# Bike Room Keypad
CODE_RESIDENTS = stable_id("code residents")
CODE_BIKE_GUEST = stable_id("code bike guest")
UNMANAGED_BIKE_COURIER = stable_id("unmanaged bike courier")
# Boat Shed
CODE_SKIPPER = stable_id("code skipper")
CODE_BOAT_GUEST = stable_id("code boat guest")
UNMANAGED_BOAT_MARINA = stable_id("unmanaged boat marina")
# Office Door, in the second workspace
CODE_OFFICE_TEAM = stable_id("code office team")
CODE_OFFICE_CLEANER = stable_id("code office cleaner")


def rental(now: datetime) -> State:
    """Return the small rental and the second workspace."""
    builder = Builder(now)
    builder.workspace(WORKSPACE, WORKSPACE_NAME, KEY)
    builder.state.keys[PERSONAL_ACCESS_TOKEN] = Key(PERSONAL_ACCESS_TOKEN, None)
    _front_door(builder)
    _apartment_1(builder)
    _apartment_2(builder)
    _garden_house(builder)
    _bike_room_keypad(builder)
    _boat_shed(builder)
    builder.device(
        IGLOOHOME,
        CELLAR_DOOR_UNMANAGED,
        "Cellar Door",
        "IGB4-7731-CD",
        is_managed=False,
        battery_level=0.66,
    )
    builder.workspace(WORKSPACE_TWO, WORKSPACE_TWO_NAME, KEY_TWO)
    builder.device(
        AUGUST,
        OFFICE_DOOR,
        "Office Door",
        "L4WXE8R3TQ",
        locked=True,
        battery_level=0.9,
        location=_place("Office"),
    )
    builder.code(OFFICE_DOOR, CODE_OFFICE_TEAM, "Team", "835294")
    builder.code(OFFICE_DOOR, CODE_OFFICE_CLEANER, "Office cleaner", "957318")
    return builder.state


def _place(name: str) -> dict[str, str]:
    zone = "Europe/Copenhagen"
    return {"location_name": name, "time_zone": zone, "timezone": zone}


def _front_door(builder: Builder) -> None:
    builder.device(
        AUGUST,
        FRONT_DOOR,
        "Front Door",
        "L3QX9D27KM",
        locked=True,
        battery_level=0.84,
        door_open=False,
        keypad_battery_level=0.72,
        location=_place("Harbour Street 12"),
    )
    code = builder.code
    code(FRONT_DOOR, CODE_CLEANER, "Cleaner", "739158")
    code(FRONT_DOOR, CODE_OWNER, "Owner", "061947")
    code(
        FRONT_DOOR,
        CODE_GUEST_NOW,
        "Guest this week",
        "482639",
        days=(-2, 3),
        is_scheduled_on_device=True,
        use_backup_access_code_pool=True,
    )
    code(
        FRONT_DOOR,
        CODE_GUEST_NEXT,
        "Guest next week",
        "927463",
        days=(6, 10),
        status="unset",
        is_on_device=False,
    )
    code(
        FRONT_DOOR,
        CODE_HANDYMAN,
        "Handyman",
        "358172",
        errors=[
            builder.problem(
                "error",
                "duplicate_code_on_device",
                "There is already another access code with the same PIN on this device.",
                is_access_code_error=True,
                unmanaged_access_code_id=UNMANAGED_OLD_GUEST,
            )
        ],
        status="setting",
        is_on_device=False,
        pending_mutations=[_creating(builder)],
    )
    unmanaged: dict[str, Any] = {"is_managed": False}
    code(FRONT_DOOR, UNMANAGED_NEIGHBOUR, "Neighbour", "614783", **unmanaged)
    code(FRONT_DOOR, UNMANAGED_OLD_GUEST, "Summer guest", "358172", **unmanaged)
    code(
        FRONT_DOOR,
        UNMANAGED_INSTALLER,
        "Installer",
        "270591",
        **unmanaged,
        cannot_be_managed=True,
        cannot_delete_unmanaged_access_code=True,
    )


def _apartment_1(builder: Builder) -> None:
    device = APARTMENT_1
    builder.device(
        SCHLAGE,
        device,
        "Apartment 1",
        "0000000000A6F19C",
        locked=True,
        battery_level=0.58,
        location=_place("Harbour Street 12"),
    )
    code = builder.code
    code(device, CODE_APARTMENT_1_CLEANER, "Cleaner", "746381")
    code(
        device,
        CODE_APARTMENT_1_GUEST,
        "Weekend guest",
        "593827",
        days=(2, 5),
        status="unset",
        is_scheduled_on_device=True,
        use_backup_access_code_pool=True,
    )
    code(
        device,
        CODE_APARTMENT_1_EXPIRED,
        "Earlier guest",
        "861375",
        days=(-20, -13),
        status="unset",
        is_on_device=False,
    )
    message = "Schlage did not accept the access code. Seam keeps trying."
    code(
        device,
        CODE_APARTMENT_1_FAILED,
        "Plumber",
        "418296",
        status="setting",
        is_on_device=False,
        pending_mutations=[_creating(builder)],
        errors=[
            builder.problem(
                "error", "failed_to_set_on_device", message, is_access_code_error=True
            )
        ],
    )
    code(
        device, UNMANAGED_APARTMENT_1_TENANT, "Tenant 2024", "905634", is_managed=False
    )


def _apartment_2(builder: Builder) -> None:
    device = APARTMENT_2
    builder.device(
        KWIKSET,
        device,
        "Apartment 2",
        "KHT0928415530",
        locked=False,
        battery_level=0.21,
        location=_place("Harbour Street 12"),
    )
    code = builder.code
    code(device, CODE_APARTMENT_2_CLEANER, "Cleaner", "683914")
    message = (
        "The lock is slow to answer; setting the access code takes longer than usual."
    )
    code(
        device,
        CODE_APARTMENT_2_GUEST,
        "Long stay",
        "274968",
        days=(-9, 20),
        is_scheduled_on_device=True,
        warnings=[builder.problem("warning", "delay_in_setting_on_device", message)],
    )
    code(
        device,
        CODE_APARTMENT_2_LATER,
        "Guest next month",
        "836572",
        days=(33, 37),
        status="unset",
        is_on_device=False,
    )


def _garden_house(builder: Builder) -> None:
    device = GARDEN_HOUSE
    builder.device(
        SMARTTHINGS,
        device,
        "Garden House",
        "ST-4F7A-20B9",
        locked=True,
        battery_level=0.97,
        location=_place("Harbour Street 12"),
    )
    builder.code(device, CODE_GARDENER, "Gardener", "519746")
    builder.code(device, CODE_GARDEN_GUEST, "Garden guest", "637285", days=(-1, 1))
    unmanaged: dict[str, Any] = {"is_managed": False, "cannot_be_managed": True}
    builder.code(device, UNMANAGED_GARDEN_1, "Slot 4", None, **unmanaged)
    builder.code(device, UNMANAGED_GARDEN_2, "Slot 7", None, **unmanaged)


def _bike_room_keypad(builder: Builder) -> None:
    device = BIKE_ROOM_KEYPAD
    builder.device(
        TTLOCK_KEYPAD,
        device,
        "Bike Room Keypad",
        "TTK2-15583E",
        battery_level=0.49,
        location=_place("Harbour Street 14"),
    )
    builder.code(device, CODE_RESIDENTS, "Residents", "924871")
    builder.code(
        device,
        CODE_BIKE_GUEST,
        "Guest bikes",
        "765139",
        days=(-2, 3),
        is_scheduled_on_device=True,
    )
    builder.code(device, UNMANAGED_BIKE_COURIER, "Courier", "381649", is_managed=False)


def _boat_shed(builder: Builder) -> None:
    device = BOAT_SHED
    builder.device(
        NUKI,
        device,
        "Boat Shed",
        "3B9C61F2",
        locked=True,
        battery_level=0.35,
        online=False,
        location=_place("Marina"),
        errors=[
            builder.problem(
                "error",
                "device_offline",
                "The device is offline. Check its power and its connection.",
                is_device_error=True,
            )
        ],
    )
    builder.code(device, CODE_SKIPPER, "Skipper", "957264")
    builder.code(
        device,
        CODE_BOAT_GUEST,
        "Sailing school",
        "648293",
        status="setting",
        is_on_device=False,
        pending_mutations=[_creating(builder)],
    )
    builder.code(device, UNMANAGED_BOAT_MARINA, "Marina", "573618", is_managed=False)


def _creating(builder: Builder) -> Json:
    return {
        "mutation_code": "creating",
        "message": "Seam is in the process of pushing an access code creation to the device.",
        "created_at": to_iso(builder.now - timedelta(hours=7)),
    }

"""Forms of the actions, as Home Assistant's frontend fills them in."""

from typing import Any

from homeassistant.core import HomeAssistant
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers.selector import selector
from homeassistant.helpers.service import async_get_all_descriptions
import pytest

from custom_components.seam.const import DOMAIN
from simulator import Simulator
from simulator.seed import CODE_APARTMENT_1_EXPIRED

from .support import FLAT_1, FRONT, Actions
from .test_descriptions import _flat as flat_fields

CONVERT = "convert_access_code"
SCHEDULE = "schedule_access_code"

# What the frontend sends of a field that is ticked and left as it is.
START_VALUES: dict[str, Any] = {
    "boolean": lambda _config: False,
    "constant": lambda config: config["value"],
    "number": lambda config: config.get("min", 0),
}


def _ticked(field: dict[str, Any]) -> Any:
    """Return what a ticked field sends, None for nothing."""
    if field.get("default") is not None:
        return field["default"]
    [(kind, config)] = field["selector"].items()
    return START_VALUES.get(kind, lambda _config: None)(config or {})


@pytest.fixture
async def forms(hass: HomeAssistant, actions: Actions) -> dict[str, dict[str, Any]]:
    """Return the fields of the form of each action."""
    descriptions = (await async_get_all_descriptions(hass))[DOMAIN]
    return {name: flat_fields(found["fields"]) for name, found in descriptions.items()}


async def test_ticked_field_is_accepted(
    hass: HomeAssistant, forms: dict[str, dict[str, Any]]
) -> None:
    """A ticked field sends what its name says, or nothing."""
    for action, fields in forms.items():
        schema = hass.services.async_services_for_domain(DOMAIN)[action].schema
        required = {
            name: field["example"]
            for name, field in fields.items()
            if field.get("required")
        }
        for name, field in fields.items():
            selector(field["selector"])
            value = _ticked(field)
            assert value is not False, (action, name)
            if value is not None:
                assert schema is not None
                data = schema({"entity_id": FRONT, **required, name: value})
                assert data[name] == value


async def test_form_starts_as_calls_without_fields(
    hass: HomeAssistant, forms: dict[str, dict[str, Any]]
) -> None:
    """The frontend sends defaults of fields that nobody ticked, so they change nothing."""
    started = {
        name: field["default"]
        for fields in forms.values()
        for name, field in fields.items()
        if "default" in field
    }
    assert started == {
        "attempt_for_offline_device": True,
        "include": ["managed", "unmanaged"],
        "prefer_native_scheduling": True,
    }


@pytest.mark.parametrize("action", ["delete_expired_access_codes", CONVERT])
async def test_dry_run_needs_response(actions: Actions, action: str) -> None:
    """A dry run that shows nothing would look like a success."""
    data = {"all": True} if action == CONVERT else {}
    with pytest.raises(ServiceValidationError, match="response variable"):
        await actions.run(action, FRONT, dry_run=True, **data)


@pytest.mark.parametrize(
    ("key", "action", "data"),
    [
        ("no_code_selected", "delete_access_code", {"name": ""}),
        ("no_code_selected", "reveal_access_code", {"access_code_id": "", "name": ""}),
        ("no_code_or_all", CONVERT, {"name": ""}),
        ("nothing_to_change", "update_access_code", {"name": "Cleaner", "code": ""}),
        ("end_missing", SCHEDULE, {"name": "Baker", "starts_at": "2090-01-01"}),
        ("start_missing", SCHEDULE, {"name": "Baker", "ends_at": "2090-01-01"}),
        ("no_times", SCHEDULE, {"name": "Baker", "ongoing": False}),
    ],
)
async def test_error_names_field_left_empty(
    actions: Actions, key: str, action: str, data: dict[str, Any]
) -> None:
    """Forms send an empty text, and no date at all."""
    await actions.refused(key, action, FRONT, **data)


async def test_ticked_dry_run_changes_nothing(
    simulator: Simulator, actions: Actions, forms: dict[str, dict[str, Any]]
) -> None:
    """A dry run that was only ticked is one."""
    assert CODE_APARTMENT_1_EXPIRED in simulator.state.access_codes
    for action, data in (
        ("delete_expired_access_codes", {}),
        ("convert_access_code", {"all": _ticked(forms["convert_access_code"]["all"])}),
    ):
        before = actions.world
        answers = await actions.answers(
            action, [FRONT, FLAT_1], **data, dry_run=_ticked(forms[action]["dry_run"])
        )
        assert any(answer["access_codes"] for answer in answers.values())
        assert actions.world == before

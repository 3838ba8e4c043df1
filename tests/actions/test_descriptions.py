"""The schemas and descriptions of the actions match."""

from typing import Any

from homeassistant.core import HomeAssistant, SupportsResponse
from homeassistant.helpers.service import async_get_all_descriptions
from homeassistant.helpers.translation import async_get_translations
import voluptuous as vol

from custom_components.seam.actions.fields import ActionSchema
from custom_components.seam.const import DOMAIN
from tests.test_repository import ACTIONS_WITH_PIN

from .support import FRONT, Actions
from .test_refusals import CALLS, EACH

TARGETS = {
    *("entity_id", "device_id", "area_id", "floor_id", "label_id", "metadata"),
    # New in Home Assistant 2026.11.
    "exclude",
}


def _keys(schema: Any) -> dict[str, Any]:
    """Return the fields of an action schema, without the target."""
    while not isinstance(schema, dict):
        schema = (
            schema.schema
            if isinstance(schema, vol.Schema | ActionSchema)
            else next(
                inner
                for inner in schema.validators
                if isinstance(inner, vol.Schema | vol.All | dict)
            )
        )
    return {str(key): key for key in schema if str(key) not in TARGETS}


def _schemas(hass: HomeAssistant) -> dict[str, Any]:
    """Return the schemas of all actions."""
    actions = hass.services.async_services_for_domain(DOMAIN)
    return {name: action.schema for name, action in actions.items()}


def _flat(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the described fields, including those in sections."""
    found: dict[str, Any] = {}
    for name, field in fields.items():
        if "fields" in field:
            found |= _flat(field["fields"])
        else:
            found[name] = field
    return found


async def test_descriptions_match_schemas(
    hass: HomeAssistant, actions: Actions
) -> None:
    """Exactly the fields of the schemas are described, with what is required."""
    code_response = (await async_get_all_descriptions(hass))[DOMAIN]
    assert set(code_response) == set(_schemas(hass))
    for action, schema in _schemas(hass).items():
        keys = _keys(schema)
        fields = _flat(code_response[action]["fields"])
        for change, names in (
            ("add to", set(keys) - set(fields)),
            ("remove from", set(fields) - set(keys)),
        ):
            assert not names, f"{change} services.yaml: {action}: {names}"
        for name, field in fields.items():
            key = keys[name]
            assert bool(field.get("required")) is isinstance(key, vol.Required), (
                f"correct `required` in services.yaml: {action}.{name}"
            )
            assert field["selector"], name
        # Stays are a device without a lock.
        if action != "preview_stays":
            assert code_response[action].get("target") == {
                "entity": [{"integration": "seam", "domain": ["lock"]}]
            }, action


async def test_names_and_descriptions_exist(
    hass: HomeAssistant, actions: Actions
) -> None:
    """Actions and fields have a name and a description, sections have a name."""
    texts = await async_get_translations(hass, "en", "services", {DOMAIN})
    code_response = (await async_get_all_descriptions(hass))[DOMAIN]
    expected = set()
    for action in _schemas(hass):
        start = f"component.{DOMAIN}.services.{action}"
        expected |= {f"{start}.name", f"{start}.description"}
        for name, field in code_response[action]["fields"].items():
            if "fields" in field:
                expected.add(f"{start}.sections.{name}.name")
        for name in _flat(code_response[action]["fields"]):
            expected |= {
                f"{start}.fields.{name}.name",
                f"{start}.fields.{name}.description",
            }
    found = {key for key, text in texts.items() if text.strip()}
    assert found == expected


@EACH
async def test_actions_with_pin_in_response_are_known(
    actions: Actions, action: str
) -> None:
    """Examples of the others may store their responses in traces."""
    force = {"force": True} if action == "report_device_constraints" else {}
    answer = await actions.answer(action, FRONT, **CALLS[action], **force)
    assert ("code" in answer) is (action in ACTIONS_WITH_PIN)


async def test_pin_fields_say_how_to_write_pins_in_yaml(
    hass: HomeAssistant, actions: Actions
) -> None:
    """YAML reads some PINs without quotes as other numbers."""
    texts = await async_get_translations(hass, "en", "services", {DOMAIN})
    fields = [key for key in texts if key.endswith(".fields.code.description")]
    schemas = _schemas(hass).values()
    assert len(fields) == sum("code" in _keys(schema) for schema in schemas)
    for field in fields:
        assert (
            "In YAML, enclose the PIN in quotes so that it is not read as a different number."
            in texts[field]
        )


async def test_convert_says_to_begin_with_one_code(
    hass: HomeAssistant, actions: Actions
) -> None:
    """Locks have been disconnected from their account by conversions."""
    texts = await async_get_translations(hass, "en", "services", {DOMAIN})
    key = f"component.{DOMAIN}.services.convert_access_code.description"
    assert "Convert a single access code first" in texts[key]
    assert "They keep working" not in texts[key]


async def test_response_support(hass: HomeAssistant, actions: Actions) -> None:
    """Actions that only read require a response, others can return one."""
    supports = {
        "schedule_access_code": SupportsResponse.OPTIONAL,
        "convert_access_code": SupportsResponse.OPTIONAL,
        "delete_access_code": SupportsResponse.OPTIONAL,
        "reveal_access_code": SupportsResponse.ONLY,
        "get_access": SupportsResponse.ONLY,
        "get_access_codes": SupportsResponse.ONLY,
        "ensure_access_code": SupportsResponse.OPTIONAL,
        "update_access_code": SupportsResponse.OPTIONAL,
        "delete_expired_access_codes": SupportsResponse.OPTIONAL,
        "preview_stays": SupportsResponse.ONLY,
        "pull_backup_access_code": SupportsResponse.ONLY,
        "generate_code": SupportsResponse.ONLY,
        "get_lock_capabilities": SupportsResponse.ONLY,
        "release_access_code": SupportsResponse.OPTIONAL,
        "report_device_constraints": SupportsResponse.OPTIONAL,
        "simulate_unmanaged_access_code": SupportsResponse.OPTIONAL,
    }
    assert set(supports) == set(hass.services.async_services_for_domain(DOMAIN))
    for action, support in supports.items():
        assert hass.services.supports_response(DOMAIN, action) is support, action

"""The blueprints, and automations that use them."""

from pathlib import Path
from typing import Any, Final, cast

from homeassistant.components.automation import DOMAIN as AUTOMATION_DOMAIN
from homeassistant.components.automation.config import AUTOMATION_BLUEPRINT_SCHEMA
from homeassistant.components.blueprint import Blueprint
from homeassistant.components.persistent_notification import DOMAIN as NOTIFICATION
from homeassistant.core import HomeAssistant, ServiceCall
from homeassistant.helpers import entity_registry as er
from homeassistant.setup import async_setup_component
from homeassistant.util.yaml import parse_yaml
from pytest_homeassistant_custom_component.common import async_mock_service

from .test_repository import ROOT

BLUEPRINTS: Final = {
    path: path.read_text()
    for path in sorted((ROOT / "blueprints/automation/seam").glob("*.yaml"))
}
FOLDER: Final = "blueprints/automation/ha-seam"
# Neither a template nor a value of another type may be made of them.
ODD_NAMES: Final = (
    "{{ states | list }}",
    "{{ states('sun.sun') }}",
    "[1, 2]",
    "{'a': 1}",
    "None",
    "12",
    "{% x",
)


def import_blueprints(config_dir: str) -> None:
    """Put the blueprints where Home Assistant imports them to, as it saves them."""
    for path, text in BLUEPRINTS.items():
        saved = Path(config_dir, FOLDER, path.name)
        saved.parent.mkdir(parents=True, exist_ok=True)
        blueprint = Blueprint(
            cast("dict[str, Any]", parse_yaml(text)),
            expected_domain=AUTOMATION_DOMAIN,
            schema=AUTOMATION_BLUEPRINT_SCHEMA,
        )
        saved.write_text(blueprint.yaml())


def imported_blueprint(hass: HomeAssistant, path: Path) -> str:
    """Return a blueprint as Home Assistant has saved it."""
    return Path(hass.config.path(FOLDER, path.name)).read_text()


async def add_automation(
    hass: HomeAssistant, name: str, **inputs: Any
) -> list[ServiceCall]:
    """Make an automation, and return its notifications."""
    config = {"use_blueprint": {"path": f"ha-seam/{name}.yaml", "input": inputs}}
    assert await async_setup_component(
        hass,
        AUTOMATION_DOMAIN,
        {AUTOMATION_DOMAIN: [{"id": name, "alias": name, **config}]},
    )
    await hass.async_block_till_done()
    state = hass.states.get(f"automation.{name}")
    assert state
    assert state.state == "on"
    calls: list[ServiceCall] = async_mock_service(hass, NOTIFICATION, "create")
    return calls


def device_of(hass: HomeAssistant, entity_id: str) -> str:
    """Return the ID of the device of an entity."""
    entity = er.async_get(hass).async_get(entity_id)
    assert entity
    assert entity.device_id
    return entity.device_id


def messages(calls: list[ServiceCall]) -> list[str]:
    """Return the texts of notifications."""
    return [call.data["message"] for call in calls]

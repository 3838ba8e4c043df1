"""States of entities."""

from homeassistant.core import HomeAssistant


def state_of(hass: HomeAssistant, entity_id: str) -> str | None:
    """Return the state of an entity, None if it has none."""
    state = hass.states.get(entity_id)
    return state.state if state else None

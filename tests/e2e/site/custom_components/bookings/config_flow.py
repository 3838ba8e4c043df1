"""Config flow that asks for nothing."""

from typing import Any, override

from homeassistant.config_entries import ConfigFlow, ConfigFlowResult


class BookingsConfigFlow(ConfigFlow, domain="bookings"):
    """Add the calendar."""

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Create the entry at once."""
        return self.async_create_entry(title="Bookings", data={})

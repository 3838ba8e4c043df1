"""Config flow for Seam."""

from collections.abc import Mapping
from ipaddress import ip_address
import logging
import re
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    ConfigEntry,
    ConfigFlow,
    ConfigFlowResult,
    ConfigSubentryFlow,
    OptionsFlowWithReload,
)
from homeassistant.const import CONF_API_KEY
from homeassistant.core import callback
from homeassistant.data_entry_flow import section
from homeassistant.helpers.aiohttp_client import async_get_clientsession
from homeassistant.helpers.selector import (
    BooleanSelector,
    TextSelector,
    TextSelectorConfig,
    TextSelectorType,
    TimeSelector,
)
import voluptuous as vol
from yarl import URL

from .api import (
    DEFAULT_ENDPOINT,
    SeamAuthError,
    SeamClient,
    SeamError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    Workspace,
)
from .const import (
    CONF_ADVANCED,
    CONF_CHECK_IN,
    CONF_CHECK_OUT,
    CONF_CODE_SENSORS,
    CONF_ENDPOINT,
    CONF_PANEL,
    CONF_WEBHOOK,
    CONSOLE_URL,
    DEFAULT_CHECK_IN,
    DEFAULT_CHECK_OUT,
    DOMAIN,
)
from .coordinator import SeamConfigEntry
from .stays.flow import StaysSubentryFlow
from .stays.settings import SUBENTRY_STAYS

_LOGGER = logging.getLogger(__name__)

_API_KEY_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_ENDPOINT_SELECTOR = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

# Other credentials of Seam by their prefix, with the names that Seam gives them.
_OTHER_KEYS: Mapping[str, str] = {
    "seam_at": "personal access token",
    "seam_cst": "client session token",
    "seam_pk": "publishable key",
    "ey": "console session token",
}


class _InputError(Exception):
    """The input of a field is invalid."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        super().__init__(key)
        self.field = field
        self.key = key
        self.placeholders = placeholders


class SeamConfigFlow(ConfigFlow, domain=DOMAIN):
    """Handle a config flow for a Seam workspace."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: SeamConfigEntry) -> SeamOptionsFlow:
        """Return the options flow."""
        return SeamOptionsFlow()

    @classmethod
    @callback
    @override
    def async_get_supported_subentry_types(
        cls, config_entry: ConfigEntry
    ) -> dict[str, type[ConfigSubentryFlow]]:
        """Return the flow for stays."""
        return {SUBENTRY_STAYS: StaysSubentryFlow}

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the API key of a workspace."""
        return await self._async_step("user", user_input, ask_endpoint=True)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another API key or URL of the same workspace."""
        return await self._async_step("reconfigure", user_input, ask_endpoint=True)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle an API key that Seam no longer accepts."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new API key of the same workspace."""
        return await self._async_step("reauth_confirm", user_input, ask_endpoint=False)

    async def _async_step(
        self, step_id: str, user_input: dict[str, Any] | None, *, ask_endpoint: bool
    ) -> ConfigFlowResult:
        """Show the form until its input gives access to a workspace."""
        errors: dict[str, str] = {}
        placeholders = {"key_kind": "", "workspace": "", "console_url": CONSOLE_URL}
        entry = self._entry_to_update
        endpoint = initial = entry.data[CONF_ENDPOINT] if entry else DEFAULT_ENDPOINT
        if user_input is not None:
            if ask_endpoint:
                endpoint = user_input[CONF_ADVANCED][CONF_ENDPOINT]
            try:
                data = {
                    CONF_API_KEY: _validated_key(user_input[CONF_API_KEY]),
                    CONF_ENDPOINT: _validated_endpoint(endpoint),
                }
                workspace = await self._async_get_workspace(data)
            except _InputError as err:
                errors[err.field] = err.key
                placeholders.update(err.placeholders)
            else:
                await self.async_set_unique_id(workspace.workspace_id)
                return self._async_finish(entry, workspace, data)

        key_field = vol.Required(CONF_API_KEY)
        if user_input is not None and CONF_API_KEY not in errors:
            # Another field is wrong, so the key need not be pasted again.
            key_field.description = {"suggested_value": user_input[CONF_API_KEY]}
        fields: dict[vol.Marker, Any] = {key_field: _API_KEY_SELECTOR}
        if ask_endpoint:
            advanced = {
                vol.Required(CONF_ENDPOINT, default=endpoint): _ENDPOINT_SELECTOR
            }
            fields[vol.Required(CONF_ADVANCED)] = section(
                vol.Schema(advanced),  # type: ignore[arg-type] # is probatio's
                # Show the error inside of the section, and a URL that was entered.
                {"collapsed": CONF_ADVANCED not in errors and endpoint == initial},
            )
        return self.async_show_form(
            step_id=step_id,
            data_schema=vol.Schema(fields),  # type: ignore[arg-type] # is probatio's
            errors=errors,
            description_placeholders=placeholders,
        )

    @property
    def _entry_to_update(self) -> SeamConfigEntry | None:
        """Return the entry that the flow updates, or None if it adds one."""
        if self.source == SOURCE_REAUTH:
            return self._get_reauth_entry()
        if self.source == SOURCE_RECONFIGURE:
            return self._get_reconfigure_entry()
        return None

    async def _async_get_workspace(self, data: Mapping[str, str]) -> Workspace:
        """Return the workspace of the API key."""
        client = SeamClient(
            async_get_clientsession(self.hass), data[CONF_API_KEY], data[CONF_ENDPOINT]
        )
        try:
            workspace = await client.get_workspace()
        except SeamAuthError as err:
            raise _InputError(CONF_API_KEY, "invalid_auth") from err
        except SeamRateLimitError as err:
            raise _InputError("base", "rate_limited") from err
        except (SeamUnreachableError, SeamServerError) as err:
            raise _InputError("base", "cannot_connect") from err
        except SeamError as err:
            _LOGGER.exception("Seam rejected the request for the workspace")
            raise _InputError("base", "unknown") from err
        if workspace.is_suspended:
            raise _InputError("base", "workspace_suspended")
        entry = self._entry_to_update
        if entry and entry.unique_id != workspace.workspace_id:
            # After an abort, Home Assistant would not ask for the key again.
            raise _InputError(CONF_API_KEY, "wrong_workspace", workspace=workspace.name)
        return workspace

    def _async_finish(
        self,
        entry: SeamConfigEntry | None,
        workspace: Workspace,
        data: Mapping[str, str],
    ) -> ConfigFlowResult:
        """Create an entry, or update the given one."""
        if entry is None:
            self._abort_if_unique_id_configured()
            return self.async_create_entry(title=workspace.name, data=data)
        return self.async_update_reload_and_abort(entry, data_updates=data)


class SeamOptionsFlow(OptionsFlowWithReload):
    """Handle the options flow."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the options."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        options = vol.Schema(
            {
                vol.Required(CONF_CODE_SENSORS, default=False): BooleanSelector(),
                vol.Required(CONF_WEBHOOK, default=True): BooleanSelector(),
                vol.Required(CONF_PANEL, default=True): BooleanSelector(),
                vol.Required(CONF_CHECK_IN, default=DEFAULT_CHECK_IN): TimeSelector(),
                vol.Required(CONF_CHECK_OUT, default=DEFAULT_CHECK_OUT): TimeSelector(),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options,  # type: ignore[arg-type] # is probatio's
                self.config_entry.options,
            ),
        )


def _validated_key(value: str) -> str:
    """Return the API key without whitespace, or raise if it is something else."""
    key = value.strip()
    for prefix, kind in _OTHER_KEYS.items():
        if key.startswith(prefix):
            raise _InputError(CONF_API_KEY, "wrong_key_type", key_kind=kind)
    if not re.fullmatch(r"seam_\w+", key, re.ASCII):
        raise _InputError(CONF_API_KEY, "not_an_api_key")
    return key


def _validated_endpoint(value: str) -> str:
    """Return the normalized URL, or raise unless it is https or a loopback address."""
    try:
        url = URL(value.strip())
        port = url.port
    except ValueError as err:
        raise _InputError(CONF_ADVANCED, "invalid_endpoint") from err
    if (
        url.scheme not in ("http", "https")
        or not url.host
        or not port
        or url.user
        or url.password
        or url.query_string
        or url.fragment
    ):
        raise _InputError(CONF_ADVANCED, "invalid_endpoint")
    if url.scheme == "http" and not _is_loopback(url.host):
        raise _InputError(CONF_ADVANCED, "insecure_endpoint")
    return str(url).rstrip("/")


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"

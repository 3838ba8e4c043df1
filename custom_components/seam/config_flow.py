"""Connecting a Seam workspace."""

from collections.abc import Mapping
from ipaddress import ip_address
import logging
import re
from typing import Any, override

from homeassistant.config_entries import (
    SOURCE_REAUTH,
    SOURCE_RECONFIGURE,
    SOURCE_USER,
    ConfigFlow,
    ConfigFlowResult,
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
    CONF_CODE_SENSORS,
    CONF_ENDPOINT,
    CONF_WEBHOOK,
    CONSOLE_URL,
    DOMAIN,
)
from .coordinator import SeamConfigEntry

_LOGGER = logging.getLogger(__name__)

_API_KEY_SELECTOR = TextSelector(
    TextSelectorConfig(type=TextSelectorType.PASSWORD, autocomplete="off")
)
_ENDPOINT_SELECTOR = TextSelector(TextSelectorConfig(type=TextSelectorType.URL))

# What else Seam hands out, by how it begins; their names are Seam's own terms.
_OTHER_KEYS: Mapping[str, str] = {
    "seam_at": "personal access token",
    "seam_cst": "client session token",
    "seam_pk": "publishable key",
    "ey": "console session token",
}


class _InputError(Exception):
    """The input of a field cannot be right."""

    def __init__(self, field: str, key: str, **placeholders: str) -> None:
        super().__init__(key)
        self.field = field
        self.key = key
        self.placeholders = placeholders


class SeamConfigFlow(ConfigFlow, domain=DOMAIN):
    """Connects a workspace by its API key."""

    @staticmethod
    @callback
    @override
    def async_get_options_flow(config_entry: SeamConfigEntry) -> SeamOptionsFlow:
        """Return the flow for the options."""
        return SeamOptionsFlow()

    @override
    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for the key of a workspace."""
        return await self._async_step("user", user_input, ask_endpoint=True)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for another key or address of the same workspace."""
        return await self._async_step("reconfigure", user_input, ask_endpoint=True)

    async def async_step_reauth(
        self, entry_data: Mapping[str, Any]
    ) -> ConfigFlowResult:
        """Handle a key that Seam no longer accepts."""
        return await self.async_step_reauth_confirm()

    async def async_step_reauth_confirm(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Ask for a new key of the same workspace."""
        return await self._async_step("reauth_confirm", user_input, ask_endpoint=False)

    async def _async_step(
        self, step_id: str, user_input: dict[str, Any] | None, *, ask_endpoint: bool
    ) -> ConfigFlowResult:
        """Show the form until its input leads to a workspace."""
        errors: dict[str, str] = {}
        placeholders = {"key_kind": "", "console_url": CONSOLE_URL}
        endpoint = self._known_endpoint
        if user_input is not None:
            if ask_endpoint:
                endpoint = user_input[CONF_ADVANCED][CONF_ENDPOINT]
            try:
                data = {
                    CONF_API_KEY: _checked_key(user_input[CONF_API_KEY]),
                    CONF_ENDPOINT: _checked_endpoint(endpoint),
                }
                workspace = await self._async_get_workspace(data)
            except _InputError as err:
                errors[err.field] = err.key
                placeholders.update(err.placeholders)
            else:
                await self.async_set_unique_id(workspace.workspace_id)
                return self._async_finish(workspace, data)

        key_field = vol.Required(CONF_API_KEY)
        if user_input is not None and CONF_API_KEY not in errors:
            # It need not be pasted again when the trouble is another.
            key_field.description = {"suggested_value": user_input[CONF_API_KEY]}
        fields: dict[vol.Marker, Any] = {key_field: _API_KEY_SELECTOR}
        if ask_endpoint:
            advanced = {
                vol.Required(CONF_ENDPOINT, default=endpoint): _ENDPOINT_SELECTOR
            }
            fields[vol.Required(CONF_ADVANCED)] = section(
                vol.Schema(advanced),  # type: ignore[arg-type] # is probatio's
                # What is wrong in there has to be seen.
                {"collapsed": CONF_ADVANCED not in errors},
            )
        return self.async_show_form(
            step_id=step_id,
            data_schema=vol.Schema(fields),  # type: ignore[arg-type] # is probatio's
            errors=errors,
            description_placeholders=placeholders,
        )

    @property
    def _known_endpoint(self) -> str:
        """The address that the entry has, if this is about one."""
        if self.source == SOURCE_REAUTH:
            return str(self._get_reauth_entry().data[CONF_ENDPOINT])
        if self.source == SOURCE_RECONFIGURE:
            return str(self._get_reconfigure_entry().data[CONF_ENDPOINT])
        return DEFAULT_ENDPOINT

    async def _async_get_workspace(self, data: Mapping[str, str]) -> Workspace:
        """Return the workspace that the key opens."""
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
            _LOGGER.exception("Seam refused to tell its workspace")
            raise _InputError("base", "unknown") from err
        if workspace.is_suspended:
            raise _InputError("base", "workspace_suspended")
        return workspace

    def _async_finish(
        self, workspace: Workspace, data: Mapping[str, str]
    ) -> ConfigFlowResult:
        """Make the entry, or change it if it is of the same workspace."""
        if self.source == SOURCE_USER:
            self._abort_if_unique_id_configured()
            return self.async_create_entry(title=workspace.name, data=data)
        self._abort_if_unique_id_mismatch(
            reason="wrong_workspace",
            description_placeholders={"workspace": workspace.name},
        )
        entry = (
            self._get_reauth_entry()
            if self.source == SOURCE_REAUTH
            else self._get_reconfigure_entry()
        )
        return self.async_update_reload_and_abort(entry, data_updates=data)


class SeamOptionsFlow(OptionsFlowWithReload):
    """Asks what to show."""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> ConfigFlowResult:
        """Show the options."""
        if user_input is not None:
            return self.async_create_entry(data=user_input)
        options = vol.Schema(
            {
                vol.Required(CONF_CODE_SENSORS, default=False): BooleanSelector(),
                vol.Required(CONF_WEBHOOK, default=True): BooleanSelector(),
            }
        )
        return self.async_show_form(
            step_id="init",
            data_schema=self.add_suggested_values_to_schema(
                options,  # type: ignore[arg-type] # is probatio's
                self.config_entry.options,
            ),
        )


def _checked_key(value: str) -> str:
    """Return the key if it can be an API key; say what it is instead if not."""
    key = value.strip()
    for prefix, kind in _OTHER_KEYS.items():
        if key.startswith(prefix):
            raise _InputError(CONF_API_KEY, "wrong_key_type", key_kind=kind)
    if not re.fullmatch(r"seam_\w+", key, re.ASCII):
        raise _InputError(CONF_API_KEY, "wrong_key_type", key_kind="unknown text")
    return key


def _checked_endpoint(value: str) -> str:
    """Return the address if the key may go there: over https, or not off this machine."""
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

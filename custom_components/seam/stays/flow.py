"""Subentry flow for stays."""

from collections.abc import Mapping
from functools import partial
import re
from typing import Any, Final, cast

from homeassistant.components.calendar import DOMAIN as CALENDAR_DOMAIN
from homeassistant.config_entries import (
    SOURCE_RECONFIGURE,
    ConfigEntryState,
    ConfigSubentryFlow,
    SubentryFlowResult,
)
from homeassistant.data_entry_flow import section
from homeassistant.exceptions import ServiceValidationError
from homeassistant.helpers import entity_registry as er
from homeassistant.helpers.selector import (
    BooleanSelector,
    EntitySelector,
    EntitySelectorConfig,
    NumberSelector,
    NumberSelectorConfig,
    NumberSelectorMode,
    SelectOptionDict,
    SelectSelector,
    SelectSelectorConfig,
    SelectSelectorMode,
    TextSelector,
    TextSelectorConfig,
    TimeSelector,
)
from homeassistant.util import dt as dt_util
import voluptuous as vol

from ..const import (
    CONF_CHECK_IN,
    CONF_CHECK_OUT,
    DEFAULT_CHECK_IN,
    DEFAULT_CHECK_OUT,
    DOMAIN,
)
from ..coordinator import SeamConfigEntry
from ..issues import as_placeholders
from .bookings import PinRule
from .plan import Reason
from .preview import (
    Preview,
    async_changes,
    async_preview,
    plan_of_new_stays,
    preview_response,
)
from .reading import async_identify_calendar
from .runner import EMPTY_CONFIRMED
from .settings import (
    CONF_AFTER,
    CONF_ARRIVE_BY,
    CONF_BACKUP,
    CONF_BEFORE,
    CONF_CALENDAR,
    CONF_CONTAINS,
    CONF_EXCLUDES,
    CONF_HORIZON,
    CONF_LOCKS,
    CONF_NAME_TEMPLATE,
    CONF_PIN_RULE,
    SUBENTRY_STAYS,
)
from .watch import WATCHES

_FIELD: Final = re.compile(r"\{[^{}]*\}")
_FIELDS: Final = {"{summary}", "{guest}", "{uid}"}
_SECTION_BOOKINGS: Final = "which_bookings"
_SECTION_CODES: Final = "access_codes"
_SECTION_ARRIVAL: Final = "arrival"
_CONF_DELETE: Final = "delete_codes"
_SECTIONS: Final = (_SECTION_BOOKINGS, _SECTION_CODES, _SECTION_ARRIVAL)
_GROUPS: Final = ("created", "moved", "renamed", "deleted", "not_possible")
# As many lines as a dialog shows without scrolling for long.
_MAX_LINES: Final = 10

_TEXTS: Final = TextSelector(TextSelectorConfig(multiple=True))
_PIN_RULE: Final = SelectSelector(
    SelectSelectorConfig(
        options=[rule.value for rule in PinRule],
        translation_key="pin_rule",
        mode=SelectSelectorMode.LIST,
    )
)


def _number(maximum: int, *, minimum: int = 0) -> vol.All:
    selector = NumberSelector(
        NumberSelectorConfig(min=minimum, max=maximum, mode=NumberSelectorMode.BOX)
    )
    return vol.All(selector, vol.Coerce(int))


class StaysSubentryFlow(ConfigSubentryFlow):
    """Add or change stays. Nothing is done until the preview is confirmed."""

    _settings: dict[str, Any]
    _preview: Preview

    async def async_step_user(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for the settings of new stays."""
        options = self._get_entry().options
        defaults = {
            # The dialog would select the first one.
            CONF_LOCKS: [],
            # All-day events say nothing about the time.
            CONF_CHECK_IN: options.get(CONF_CHECK_IN, DEFAULT_CHECK_IN),
            CONF_CHECK_OUT: options.get(CONF_CHECK_OUT, DEFAULT_CHECK_OUT),
        }
        return await self._async_step("user", user_input, defaults)

    async def async_step_reconfigure(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Ask for other settings."""
        subentry = self._get_reconfigure_subentry()
        return await self._async_step("reconfigure", user_input, subentry.data)

    async def _async_step(
        self,
        step_id: str,
        user_input: dict[str, Any] | None,
        defaults: Mapping[str, Any],
    ) -> SubentryFlowResult:
        """Show the form until there is something to preview."""
        entry = cast("SeamConfigEntry", self._get_entry())
        if not self._is_loaded(entry):
            return self.async_abort(reason="entry_not_loaded")
        errors: dict[str, str] = {}
        if user_input is not None:
            settings = async_identify_calendar(self.hass, _flat(user_input))
            defaults = settings
            errors = _errors(settings)
            if not errors:
                try:
                    preview = await self._async_preview(entry, settings)
                except ServiceValidationError:
                    return self.async_abort(reason="entry_not_loaded")
                if preview is not None:
                    self._settings, self._preview = settings, preview
                    return await self.async_step_preview()
                errors[CONF_CALENDAR] = "calendar_unavailable"
        schema = self.add_suggested_values_to_schema(
            self._schema(entry, errors), _nested(defaults)
        )
        return self.async_show_form(
            step_id=step_id,
            data_schema=schema,
            errors=errors,
            description_placeholders={
                f"{field[1:-1]}_field": field for field in _FIELDS
            },
        )

    async def _async_preview(
        self, entry: SeamConfigEntry, settings: Mapping[str, Any]
    ) -> Preview | None:
        """Return what the settings would do."""
        if self.source == SOURCE_RECONFIGURE:
            watch = self.hass.data[WATCHES][self._reconfigure_subentry_id]
            return await watch.runner.async_preview(settings)
        return await async_preview(
            self.hass, entry, settings, partial(plan_of_new_stays, entry, settings)
        )

    async def async_step_preview(
        self, user_input: dict[str, Any] | None = None
    ) -> SubentryFlowResult:
        """Show what would be done, and do it when that is confirmed."""
        entry = cast("SeamConfigEntry", self._get_entry())
        if not self._is_loaded(entry):
            return self.async_abort(reason="entry_not_loaded")
        if user_input is None:
            response = preview_response(self.hass, entry, self._preview)
            fields: dict[vol.Marker, Any] = {}
            lists = _lists(response, self._others(entry))
            if lists["kept"]:
                fields[vol.Required(_CONF_DELETE, default=False)] = BooleanSelector()
            return self.async_show_form(
                step_id="preview",
                data_schema=vol.Schema(fields),  # type: ignore[arg-type] # is probatio's
                description_placeholders={
                    "bookings": str(response["bookings"]),
                    "changes": async_changes(
                        self.hass, lists, _MAX_LINES, excluded=self._preview.excluded
                    ),
                },
                last_step=True,
            )
        if self.source == SOURCE_RECONFIGURE:
            subentry = self._get_reconfigure_subentry()
            if user_input.get(_CONF_DELETE):
                if subentry.data == self._settings:
                    watch = self.hass.data[WATCHES][subentry.subentry_id]
                    watch.runner.async_confirm_empty()
                else:
                    # The runner with the new settings deletes them.
                    confirmed = self.hass.data.setdefault(EMPTY_CONFIRMED, set())
                    confirmed.add(subentry.subentry_id)
            title = subentry.title
            if title == self._name_of(subentry.data[CONF_CALENDAR]):
                title = self._name_of(self._settings[CONF_CALENDAR])
            # A change of the subentry reloads the entry.
            return self.async_update_and_abort(
                entry, subentry, title=title, data=self._settings
            )
        return self.async_create_entry(
            title=self._name_of(self._settings[CONF_CALENDAR]), data=self._settings
        )

    def _is_loaded(self, entry: SeamConfigEntry) -> bool:
        """Return whether locks, codes, and the stays to change are known."""
        return entry.state is ConfigEntryState.LOADED and (
            self.source != SOURCE_RECONFIGURE
            or self._reconfigure_subentry_id in self.hass.data.get(WATCHES, {})
        )

    def _others(self, entry: SeamConfigEntry) -> list[str]:
        """Return the titles of other stays that make codes for the same events."""
        own_id = (
            self._reconfigure_subentry_id if self.source == SOURCE_RECONFIGURE else None
        )
        return [
            subentry.title
            for subentry in entry.get_subentries_of_type(SUBENTRY_STAYS)
            if subentry.subentry_id != own_id
            and subentry.data[CONF_CALENDAR] == self._settings[CONF_CALENDAR]
            and set(subentry.data[CONF_LOCKS]) & set(self._settings[CONF_LOCKS])
        ]

    def _name_of(self, calendar: str) -> str:
        state = self.hass.states.get(calendar)
        return state.name if state else calendar

    def _schema(self, entry: SeamConfigEntry, errors: Mapping[str, str]) -> Any:
        """Return the form, with rarely used settings in sections."""
        locks = entry.runtime_data.data.locks.values()
        calendar = EntitySelector(
            EntitySelectorConfig(
                domain=CALENDAR_DOMAIN,
                # Those of all workspaces would make codes of codes.
                exclude_entities=[
                    item.entity_id
                    for item in er.async_get(self.hass).entities.values()
                    if item.platform == DOMAIN and item.domain == CALENDAR_DOMAIN
                ],
            )
        )
        selected = SelectSelector(
            SelectSelectorConfig(
                options=[
                    SelectOptionDict(value=lock.device_id, label=lock.device.name)
                    for lock in sorted(locks, key=lambda lock: lock.device.name)
                    if lock.device.has_access_codes
                ],
                multiple=True,
                mode=SelectSelectorMode.DROPDOWN,
            )
        )
        sections: dict[str, dict[vol.Marker, Any]] = {
            _SECTION_BOOKINGS: {
                vol.Optional(CONF_CONTAINS): _TEXTS,
                vol.Optional(CONF_EXCLUDES): _TEXTS,
                vol.Required(CONF_HORIZON, default=30): _number(365, minimum=1),
            },
            _SECTION_CODES: {
                vol.Required(CONF_NAME_TEMPLATE, default="{summary}"): TextSelector(),
                vol.Required(CONF_PIN_RULE, default=PinRule.SEAM.value): _PIN_RULE,
                vol.Required(CONF_BEFORE, default=0): _number(24 * 60),
                vol.Required(CONF_AFTER, default=0): _number(24 * 60),
            },
            _SECTION_ARRIVAL: {
                vol.Required(CONF_BACKUP, default=False): BooleanSelector(),
                vol.Optional(CONF_ARRIVE_BY): TimeSelector(),
            },
        }
        fields: dict[vol.Marker, Any] = {
            vol.Required(CONF_CALENDAR): calendar,
            vol.Required(CONF_LOCKS): selected,
            vol.Optional(CONF_CHECK_IN): TimeSelector(),
            vol.Optional(CONF_CHECK_OUT): TimeSelector(),
        }
        for name, schema in sections.items():
            fields[vol.Required(name)] = section(
                vol.Schema(schema),  # type: ignore[arg-type] # is probatio's
                {"collapsed": name not in errors},
            )
        return vol.Schema(fields)


def _flat(user_input: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings, which are stored without sections."""
    flat = dict(user_input)
    for name in _SECTIONS:
        flat |= flat.pop(name)
    return flat


def _nested(settings: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings as the form has them. It ignores what it does not have."""
    return {**settings, **dict.fromkeys(_SECTIONS, settings)}


def _errors(settings: Mapping[str, Any]) -> dict[str, str]:
    if not settings[CONF_LOCKS]:
        return {CONF_LOCKS: "no_locks"}
    fields = set(_FIELD.findall(settings[CONF_NAME_TEMPLATE]))
    if not settings[CONF_NAME_TEMPLATE].strip() or not fields <= _FIELDS:
        return {_SECTION_CODES: "invalid_name_template"}
    return {}


def _lists(response: Mapping[str, Any], others: list[str]) -> dict[str, list[str]]:
    """Return the lines of the preview, the warning first."""
    lists = {
        "others": others,
        **{group: [*map(_line, response[group])] for group in _GROUPS},
        "kept": [
            _line(row | {"reason": None})
            for row in response["left"]
            # Without a name, it is only remembered.
            if row["name"] and row["reason_key"] == Reason.CALENDAR_EMPTY
        ],
        "overlaps": [
            _line(row | {"name": f"{row['stay']} + {row['other']}", "reason": None})
            for row in response["overlaps"]
        ],
    }
    # Guests write these texts, which must not become links or images.
    return {
        key: [as_placeholders(text=text)["text"] for text in texts]
        for key, texts in lists.items()
    }


def _line(row: Mapping[str, Any]) -> str:
    times = " – ".join(
        f"{moment:%Y-%m-%d %H:%M}"
        for key in ("starts_at", "ends_at")
        if row[key] and (moment := dt_util.parse_datetime(row[key]))
    )
    parts = [row["name"] or "?", row["lock"], times, row["reason"]]
    return ", ".join(filter(None, parts))

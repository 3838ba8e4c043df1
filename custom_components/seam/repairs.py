"""Repairing: what to do with an unmanaged code that has the PIN of a managed one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from homeassistant.components.repairs import RepairsFlow, RepairsFlowResult
from homeassistant.config_entries import ConfigEntryState
from homeassistant.core import HomeAssistant
from homeassistant.exceptions import HomeAssistantError
from homeassistant.helpers import issue_registry as ir

from .access_codes import async_delete
from .api import AccessCode
from .const import DOMAIN
from .conversion import async_convert
from .coordinator import SeamConfigEntry, SeamCoordinator
from .issues import choices, colliding_code
from .picture import Lock
from .presentation import JsonObject, label


async def async_create_fix_flow(
    hass: HomeAssistant,
    issue_id: str,
    data: dict[str, str | int | float | None] | None,
) -> RepairsFlow:
    """Return the flow for an issue; duplicate codes are the only ones with one."""
    return DuplicateCodeFlow()


@dataclass(frozen=True, kw_only=True, slots=True)
class _Collision:
    """A managed code and the unmanaged one that is in its way."""

    coordinator: SeamCoordinator
    lock: Lock
    code: AccessCode
    other: AccessCode


class DuplicateCodeFlow(RepairsFlow):
    """Asks whether to convert, delete or leave the unmanaged code, until it worked."""

    _reason = ""

    async def async_step_init(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show what can be done."""
        return self._show_choices("init")

    async def async_step_failed(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Show it again, with the reason why it did not work."""
        return self._show_choices("failed")

    async def async_step_convert(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Have Seam manage the code."""
        return await self._async_repair(_async_convert)

    async def async_step_delete(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Delete the code."""
        return await self._async_repair(_async_delete)

    async def async_step_leave(
        self, user_input: dict[str, Any] | None = None
    ) -> RepairsFlowResult:
        """Leave everything as it is, and say no more of it."""
        if ir.async_get(self.hass).async_get_issue(DOMAIN, self.issue_id) is None:
            return self.async_abort(reason="gone")
        ir.async_ignore_issue(self.hass, DOMAIN, self.issue_id, True)
        return self.async_abort(reason="left")

    def _show_choices(self, step_id: str) -> RepairsFlowResult:
        if (collision := self._collision) is None:
            return self.async_abort(reason="gone")
        return self.async_show_menu(
            step_id=step_id,
            menu_options=[*choices(collision.lock, collision.other), "leave"],
            description_placeholders={
                "lock": collision.lock.device.name,
                "name": label(collision.code),
                "other": label(collision.other),
                "reason": self._reason,
            },
        )

    async def _async_repair(
        self, repair: Callable[[_Collision], Awaitable[JsonObject]]
    ) -> RepairsFlowResult:
        """Do what was chosen; let people choose again, with the reason, if it fails."""
        if (collision := self._collision) is None:
            return self.async_abort(reason="gone")
        try:
            outcome = await repair(collision)
        except HomeAssistantError as err:
            if err.translation_key == "not_found":
                return self.async_abort(reason="gone")
            self._reason = str(err)
            return await self.async_step_failed()
        if reason := outcome.get("reason"):
            self._reason = str(reason)
            return await self.async_step_failed()
        if outcome["outcome"] == "pending":
            return self.async_abort(reason="under_way")
        # The error may outlast the repair. Then the issue comes back, in its time.
        ir.async_delete_issue(self.hass, DOMAIN, self.issue_id)
        collision.coordinator.async_update_listeners()
        return self.async_create_entry(data={})

    @property
    def _collision(self) -> _Collision | None:
        """The two codes as they are now, None where they do not collide any more."""
        data = self.data or {}
        entry: SeamConfigEntry | None = self.hass.config_entries.async_get_entry(
            str(data.get("entry_id"))
        )
        if entry is None or entry.state is not ConfigEntryState.LOADED:
            return None
        lock = entry.runtime_data.data.locks.get(str(data.get("device_id")))
        if lock is None:
            return None
        if (code := lock.code(str(data.get("access_code_id")))) is None:
            return None
        for problem in code.own_errors:
            other = colliding_code(lock, code, problem)
            if other and other.access_code_id == data.get("other_access_code_id"):
                return _Collision(
                    coordinator=entry.runtime_data, lock=lock, code=code, other=other
                )
        return None


async def _async_convert(collision: _Collision) -> JsonObject:
    [outcome] = await async_convert(
        collision.coordinator,
        collision.lock,
        [collision.other],
        allow_external_modification=None,
        force=None,
        dry_run=False,
    )
    return outcome


async def _async_delete(collision: _Collision) -> JsonObject:
    return await async_delete(collision.coordinator, collision.lock, collision.other)

"""The Seam API, with one method for every endpoint in use.

Methods return models, raise `SeamError`s and do not send parameters that are None.
Times are aware datetimes. A change whose method returns an action attempt goes on
after the method has returned.
"""

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
import time
from typing import Any, TypedDict, Unpack

from aiohttp import ClientSession

from .access_codes import AccessCode
from .body import MAX_BYTES
from .devices import Device
from .errors import SeamServerError, SeamUnreadableError
from .events import Event
from .models import ActionAttempt, ConnectedAccount, Model, Webhook, Workspace
from .redact import Secrets
from .rows import RowReader, Rows
from .transport import Response, Transport, invalid_response, parse

DEFAULT_ENDPOINT = "https://connect.getseam.com"
EVENTS_LIMIT = 500
# Limits of a list. Seam has pages of 500 devices, and all codes of a lock on one.
_MAX_PAGES = 100
_MAX_ROWS = 100_000
_MAX_BYTES = 16 * 2**20
# Limits for each device of a list about single devices, as several are read at once.
# A code has about 1 KiB.
_MAX_ROWS_PER_DEVICE = 5000
_MAX_BYTES_PER_DEVICE = 2 * 2**20
_MAX_SECONDS = 120


@dataclass
class _Pages:
    """The rows of all pages, and whether no page is missing."""

    rows: list[Any] = field(default_factory=list)
    is_complete: bool = True
    fingerprint: int = 0
    size: int = 0


class NewCodes(TypedDict, total=False):
    """Parameters of new access codes."""

    name: str | None
    code: str | None
    preferred_code_length: int | None
    starts_at: datetime | None
    ends_at: datetime | None
    is_external_modification_allowed: bool | None
    prefer_native_scheduling: bool | None
    attempt_for_offline_device: bool | None
    use_backup_access_code_pool: bool | None


class NewCode(NewCodes, total=False):
    """Parameters of a new access code on one device."""

    is_offline_access_code: bool | None
    is_one_time_use: bool | None
    max_time_rounding: str | None
    common_code_key: str | None


class SeamClient:
    """Client of one Seam workspace."""

    def __init__(
        self,
        session: ClientSession,
        api_key: str,
        endpoint: str = DEFAULT_ENDPOINT,
        secrets: Secrets | None = None,
    ) -> None:
        """Initialize the client; the session is not closed with it."""
        self.secrets = Secrets(api_key) if secrets is None else secrets
        """The API key and PINs. The client adds those it sends or finds in bad rows."""
        self._transport = Transport(session, api_key, endpoint, self.secrets)
        self._reader = RowReader(self.secrets)
        # Fingerprints and rows of the last lists, as most come again unchanged.
        self._codes_read: dict[tuple[str, str], tuple[int, tuple[AccessCode, ...]]] = {}
        self._devices_read: tuple[int, tuple[Device, ...]] | None = None

    def close(self) -> None:
        """Send no further requests. Those that wait for a response go on."""
        self._transport.is_closed = True

    @property
    def is_closed(self) -> bool:
        """Whether the client sends no further requests."""
        return self._transport.is_closed

    @property
    def last_request_id(self) -> str | None:
        """The id of the last request with a response, which Seam's support asks for."""
        return self._transport.last_request_id

    @property
    def last_date(self) -> datetime | None:
        """The time of the last response by Seam's clock, None if unknown."""
        return self._transport.last_date

    # Workspaces

    async def get_workspace(self) -> Workspace:
        """Return the workspace of the API key (`/workspaces/get`)."""
        return _one(
            Workspace, await self._transport.read("/workspaces/get"), "workspace"
        )

    # Devices

    async def list_devices(
        self, device_ids: Iterable[str] | None = None
    ) -> Rows[Device]:
        """Return all managed devices, or those with the ids (`/devices/list`)."""
        path = "/devices/list"
        wanted = None if device_ids is None else sorted(device_ids)
        pages = await self._all_pages(
            path,
            "devices",
            device_count=len(wanted or ()),
            device_ids=wanted,
        )
        last = self._devices_read
        if wanted is None and last is not None and last[0] == pages.fingerprint:
            return Rows(last[1])
        devices = self._reader.read(
            Device, path, pages.rows, "device_id", is_complete=pages.is_complete
        )
        managed = devices.where(
            lambda device: (
                device.is_managed and (wanted is None or device.device_id in wanted)
            )
        )
        if wanted is None:
            self._devices_read = (
                (pages.fingerprint, tuple(managed)) if devices.all_rows_read else None
            )
            if devices.is_complete:
                ids = {device.device_id for device in devices}
                for code_path, device_id in list(self._codes_read):
                    if device_id not in ids:
                        del self._codes_read[code_path, device_id]
        return managed

    async def update_device(
        self,
        device_id: str,
        *,
        backup_access_code_pool_enabled: bool,
    ) -> None:
        """Turn the backup pool of a device on or off (`/devices/update`)."""
        await self._transport.write(
            "/devices/update",
            device_id=device_id,
            backup_access_code_pool_enabled=backup_access_code_pool_enabled,
        )

    # Locks

    async def lock_door(self, device_id: str) -> ActionAttempt:
        """Start locking a lock (`/locks/lock_door`)."""
        return await self._start_attempt("/locks/lock_door", device_id=device_id)

    async def unlock_door(self, device_id: str) -> ActionAttempt:
        """Start unlocking a lock (`/locks/unlock_door`)."""
        return await self._start_attempt("/locks/unlock_door", device_id=device_id)

    async def configure_auto_lock(
        self,
        device_id: str,
        *,
        auto_lock_enabled: bool,
        auto_lock_delay_seconds: int | None = None,
    ) -> ActionAttempt:
        """Start to turn the auto-lock of a lock on or off.

        To turn it on or change its delay, the delay is required, which is 1 to 60.
        Endpoint: `/locks/configure_auto_lock`.
        """
        return await self._start_attempt(
            "/locks/configure_auto_lock",
            device_id=device_id,
            auto_lock_enabled=auto_lock_enabled,
            auto_lock_delay_seconds=auto_lock_delay_seconds,
        )

    # Access codes

    async def create_access_code(
        self, device_id: str, **code: Unpack[NewCode]
    ) -> tuple[AccessCode, ActionAttempt | None]:
        """Create an access code; Seam generates the PIN if `code` is missing.

        `starts_at` and `ends_at` belong together; without them the code is permanent.
        Raise SeamDuplicateCodeError if the lock has the PIN already. Endpoint:
        `/access_codes/create`.
        """
        response = await self._transport.write(
            "/access_codes/create", device_id=device_id, **code
        )
        created = _code(response, "access_code", is_managed=True, device_id=device_id)
        return created, _attempt(response)

    async def create_multiple_access_codes(
        self,
        device_ids: Iterable[str],
        *,
        behavior_when_code_cannot_be_shared: str | None = None,
        **codes: Unpack[NewCodes],
    ) -> list[AccessCode]:
        """Create access codes with the same PIN on several devices.

        They are linked by a `common_code_key`, unless `code` is given.
        `behavior_when_code_cannot_be_shared` is `throw` or `create_random_code`.
        Endpoint: `/access_codes/create_multiple`.
        """
        path = "/access_codes/create_multiple"
        response = await self._transport.write(
            path,
            device_ids=list(device_ids),
            behavior_when_code_cannot_be_shared=behavior_when_code_cannot_be_shared,
            **codes,
        )
        rows = [
            _completed(row, {"is_managed": True})
            for row in _list(response, "access_codes")
        ]
        return self._reader.read(AccessCode, path, rows, "access_code_id")

    async def update_access_code(
        self,
        access_code_id: str,
        *,
        name: str | None = None,
        code: str | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
        type: str | None = None,
        is_managed: bool | None = None,
        is_external_modification_allowed: bool | None = None,
        attempt_for_offline_device: bool | None = None,
    ) -> ActionAttempt | None:
        """Change a managed access code (`/access_codes/update`).

        To change one time, both have to be given, and `type`. `type="ongoing"` removes
        the times, `is_managed=False` makes the code unmanaged.
        """
        return await self._start(
            "/access_codes/update",
            access_code_id=access_code_id,
            name=name,
            code=code,
            starts_at=starts_at,
            ends_at=ends_at,
            type=type,
            is_managed=is_managed,
            is_external_modification_allowed=is_external_modification_allowed,
            attempt_for_offline_device=attempt_for_offline_device,
        )

    async def update_multiple_access_codes(
        self,
        common_code_key: str,
        *,
        name: str | None = None,
        starts_at: datetime | None = None,
        ends_at: datetime | None = None,
    ) -> None:
        """Change linked access codes (`/access_codes/update_multiple`)."""
        await self._transport.write(
            "/access_codes/update_multiple",
            common_code_key=common_code_key,
            name=name,
            starts_at=starts_at,
            ends_at=ends_at,
        )

    async def delete_access_code(self, access_code_id: str) -> ActionAttempt | None:
        """Start deleting a managed access code (`/access_codes/delete`)."""
        return await self._start("/access_codes/delete", access_code_id=access_code_id)

    async def get_access_code(self, access_code_id: str) -> AccessCode:
        """Return a managed access code (`/access_codes/get`)."""
        response = await self._transport.read(
            "/access_codes/get", access_code_id=access_code_id
        )
        return _code(response, "access_code", is_managed=True)

    async def list_access_codes(self, device_id: str) -> Rows[AccessCode]:
        """Return the managed access codes of a device (`/access_codes/list`).

        Those of which the row says otherwise are unmanaged.
        """
        return await self._codes("/access_codes/list", device_id, is_managed=True)

    async def generate_code(self, device_id: str) -> str:
        """Return a PIN that the device accepts (`/access_codes/generate_code`)."""
        response = await self._transport.read(
            "/access_codes/generate_code", device_id=device_id
        )
        generated = response.get("generated_code")
        code = generated.get("code") if isinstance(generated, dict) else None
        if not isinstance(code, str):
            raise invalid_response(response)
        return code

    async def pull_backup_access_code(self, access_code_id: str) -> AccessCode:
        """Return the backup of a time-bound access code, the same each time.

        Endpoint: `/access_codes/pull_backup_access_code`.
        """
        response = await self._transport.write(
            "/access_codes/pull_backup_access_code", access_code_id=access_code_id
        )
        backup = _code(response, "backup_access_code", "access_code", is_managed=True)
        # A response without the backup holds the code itself.
        if backup.access_code_id == access_code_id:
            raise invalid_response(response)
        return backup

    async def report_device_constraints(
        self,
        device_id: str,
        *,
        supported_code_lengths: Iterable[int] | None = None,
        min_code_length: int | None = None,
        max_code_length: int | None = None,
    ) -> None:
        """Report the PIN lengths of a device to Seam.

        Either the lengths, each 4 to 20, or the shortest and the longest. Endpoint:
        `/access_codes/report_device_constraints`.
        """
        await self._transport.write(
            "/access_codes/report_device_constraints",
            device_id=device_id,
            supported_code_lengths=(
                None if supported_code_lengths is None else list(supported_code_lengths)
            ),
            min_code_length=min_code_length,
            max_code_length=max_code_length,
        )

    # Unmanaged access codes

    async def list_unmanaged_access_codes(self, device_id: str) -> Rows[AccessCode]:
        """Return the unmanaged codes of a device (`/access_codes/unmanaged/list`)."""
        return await self._codes(
            "/access_codes/unmanaged/list", device_id, is_managed=False
        )

    async def get_unmanaged_access_code(self, access_code_id: str) -> AccessCode:
        """Return an unmanaged access code (`/access_codes/unmanaged/get`)."""
        response = await self._transport.read(
            "/access_codes/unmanaged/get", access_code_id=access_code_id
        )
        return _code(response, "access_code", is_managed=False)

    async def convert_to_managed(
        self,
        access_code_id: str,
        *,
        is_external_modification_allowed: bool | None = None,
        force: bool | None = None,
    ) -> ActionAttempt | None:
        """Start converting an unmanaged access code, which may change its id.

        `force` takes the code over from another workspace. Endpoint:
        `/access_codes/unmanaged/convert_to_managed`.
        """
        return await self._start(
            "/access_codes/unmanaged/convert_to_managed",
            access_code_id=access_code_id,
            is_external_modification_allowed=is_external_modification_allowed,
            force=force,
        )

    async def delete_unmanaged_access_code(
        self, access_code_id: str
    ) -> ActionAttempt | None:
        """Start deleting an unmanaged code (`/access_codes/unmanaged/delete`)."""
        return await self._start(
            "/access_codes/unmanaged/delete", access_code_id=access_code_id
        )

    async def simulate_unmanaged_access_code(
        self, device_id: str, *, name: str, code: str
    ) -> AccessCode:
        """Create an unmanaged code with 4 to 8 digits on a sandbox lock.

        Endpoint: `/access_codes/simulate/create_unmanaged_access_code`.
        """
        response = await self._transport.write(
            "/access_codes/simulate/create_unmanaged_access_code",
            device_id=device_id,
            name=name,
            code=code,
        )
        return _code(response, "access_code", is_managed=False)

    # Action attempts

    async def get_action_attempt(
        self, action_attempt_id: str, *, is_urgent: bool = False
    ) -> ActionAttempt:
        """Return an action attempt (`/action_attempts/get`).

        An urgent request does not wait for others about access codes.
        """
        response = await self._transport.read(
            "/action_attempts/get",
            is_urgent=is_urgent,
            action_attempt_id=action_attempt_id,
        )
        return _one(ActionAttempt, response, "action_attempt")

    # Events

    async def list_events(self, since: datetime) -> Rows[Event]:
        """Return the events created after `since`, oldest first (`/events/list`).

        The endpoint has no pages: if there are as many events as the limit, there may
        be more.
        """
        path = "/events/list"
        response = await self._transport.read(path, since=since, limit=EVENTS_LIMIT)
        events = self._reader.read(Event, path, _list(response, "events"), "event_id")
        events.sort(key=lambda event: event.created_at)
        return events

    # Webhooks

    async def create_webhook(self, url: str) -> Webhook:
        """Register a webhook for all events (`/webhooks/create`).

        Only the webhook that this returns is sure to have its secret.
        """
        response = await self._transport.write(
            "/webhooks/create", url=url, event_types=["*"]
        )
        return _one(Webhook, response, "webhook")

    async def list_webhooks(self) -> Rows[Webhook]:
        """Return all webhooks of the workspace (`/webhooks/list`)."""
        return await self._rows(Webhook, "/webhooks/list", "webhooks", "webhook_id")

    async def delete_webhook(self, webhook_id: str) -> None:
        """Delete a webhook (`/webhooks/delete`)."""
        await self._transport.write("/webhooks/delete", webhook_id=webhook_id)

    # Connected accounts

    async def list_connected_accounts(self) -> Rows[ConnectedAccount]:
        """Return all connected accounts (`/connected_accounts/list`)."""
        return await self._rows(
            ConnectedAccount,
            "/connected_accounts/list",
            "connected_accounts",
            "connected_account_id",
        )

    async def sync_connected_account(self, connected_account_id: str) -> None:
        """Have Seam refresh a connected account now (`/connected_accounts/sync`)."""
        await self._transport.write(
            "/connected_accounts/sync", connected_account_id=connected_account_id
        )

    async def _start(self, path: str, **parameters: Any) -> ActionAttempt | None:
        return _attempt(await self._transport.write(path, **parameters))

    async def _start_attempt(self, path: str, **parameters: Any) -> ActionAttempt:
        response = await self._transport.write(path, **parameters)
        return _one(ActionAttempt, response, "action_attempt")

    async def _codes(
        self, path: str, device_id: str, *, is_managed: bool
    ) -> Rows[AccessCode]:
        """Return the access codes of a device from the list of one kind.

        Some may be of the other kind, as the list of Seam's own fake server has both.
        """
        pages = await self._all_pages(
            path, "access_codes", device_count=1, device_id=device_id
        )
        last = self._codes_read.get((path, device_id))
        if last is not None and last[0] == pages.fingerprint:
            return Rows(last[1])
        known = {"device_id": device_id, "is_managed": is_managed}
        codes = self._reader.read(
            AccessCode,
            path,
            [_completed(row, known) for row in pages.rows],
            "access_code_id",
            device_id=device_id,
            is_complete=pages.is_complete,
        ).where(lambda code: code.device_id == device_id)
        if codes.all_rows_read:
            self._codes_read[path, device_id] = pages.fingerprint, tuple(codes)
        else:
            self._codes_read.pop((path, device_id), None)
        return codes

    async def _rows[M: Model](
        self, model: type[M], path: str, key: str, id_key: str, **parameters: Any
    ) -> Rows[M]:
        pages = await self._all_pages(path, key, **parameters)
        return self._reader.read(
            model, path, pages.rows, id_key, is_complete=pages.is_complete
        )

    async def _all_pages(
        self, path: str, key: str, *, device_count: int = 0, **parameters: Any
    ) -> _Pages:
        """Return the rows of all pages; raise SeamServerError if they do not end."""
        pages = _Pages()
        max_rows, max_bytes = _MAX_ROWS, _MAX_BYTES
        if device_count:
            max_rows = min(max_rows, device_count * _MAX_ROWS_PER_DEVICE)
            max_bytes = min(max_bytes, device_count * _MAX_BYTES_PER_DEVICE)
        # Each request has a time limit of its own.
        end = time.monotonic() + _MAX_SECONDS
        cursor: str | None = None
        seen: set[str] = set()
        while True:
            # Every page needs the same filters.
            response = await self._transport.read(
                path,
                max_bytes=min(MAX_BYTES, max_bytes),
                page_cursor=cursor,
                **parameters,
            )
            pages.rows += _list(response, key)
            pages.size += response.size
            if (
                len(pages.rows) > max_rows
                or len(seen) >= _MAX_PAGES
                or pages.size > max_bytes
            ):
                raise SeamServerError(
                    f"The list from {path} has more than {max_rows} rows,"
                    f" {_MAX_PAGES} pages, or {max_bytes} bytes",
                    request_id=response.request_id,
                )
            pages.fingerprint = hash((pages.fingerprint, response.fingerprint))
            pagination = response.get("pagination")
            if not isinstance(pagination, dict):
                return pages
            cursor = pagination.get("next_page_cursor")
            has_next = pagination.get("has_next_page", cursor)
            if not (cursor if has_next is None else has_next):
                return pages
            # A repeated cursor would never end.
            if not isinstance(cursor, str) or not cursor or cursor in seen:
                pages.is_complete = False
                return pages
            seen.add(cursor)
            if time.monotonic() > end:
                raise SeamServerError(
                    f"Seam did not send all pages from {path} within {_MAX_SECONDS} seconds",
                    request_id=response.request_id,
                )


def _list(response: Response, key: str) -> list[Any]:
    rows = response.get(key)
    if not isinstance(rows, list):
        raise invalid_response(response)
    return rows


def _one[M: Model](model: type[M], response: Response, key: str) -> M:
    if (data := response.get(key)) is None:
        raise invalid_response(response)
    return parse(model, response, data)


def _code(response: Response, *keys: str, **known: Any) -> AccessCode:
    """Return the access code under the first key that the response has."""
    for key in keys:
        if (row := response.get(key)) is not None:
            return parse(AccessCode, response, _completed(row, known))
    raise invalid_response(response)


def _completed(row: Any, known: Mapping[str, Any]) -> Any:
    """Return the row with values of the request for what it lacks.

    Rows that have these values share them, which saves memory.
    """
    if isinstance(row, dict):
        for key, value in known.items():
            own = row.get(key)
            # What is empty is no ID, but a flag may be false.
            if own == value or own is None or (not own and isinstance(value, str)):
                row[key] = value
    return row


def _attempt(response: Response) -> ActionAttempt | None:
    """Return the attempt of a change, None if there is none that can be read."""
    if (row := response.get("action_attempt")) is None:
        return None
    # Seam has accepted the change, whatever the attempt is.
    with suppress(SeamUnreadableError):
        return parse(ActionAttempt, response, row)
    return None

"""A client of Home Assistant's REST and websocket APIs."""

import asyncio
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Final, Self

import aiohttp

USERNAME: Final = "dev"
PASSWORD: Final = "dev"


class HomeAssistantError(Exception):
    """Home Assistant refused a request."""


class HomeAssistant:
    """A client that signs in as a user."""

    def __init__(self, url: str) -> None:
        """Initialize a client of the Home Assistant at `url`."""
        self.url = url
        # Home Assistant requires the URL of the app that the user signs in to.
        self._client_id = f"{url}/"
        self._session = aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=60))
        self._tokens: dict[str, Any] = {}

    async def __aenter__(self) -> Self:
        """Return the client."""
        return self

    async def __aexit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Close the session."""
        await self._session.close()

    async def request(
        self, method: str, path: str, data: Mapping[str, Any] | None = None
    ) -> Any:
        """Send a request to the REST API, and return the decoded response."""
        async with self._session.request(
            method, f"{self.url}{path}", json=data, headers=self._headers
        ) as response:
            if response.status >= 400:
                raise HomeAssistantError(
                    f"{method} {path}: {response.status} {await response.text()}"
                )
            return await response.json()

    async def command(self, command: str, **data: Any) -> Any:
        """Send a websocket command, and return its result."""
        async with self._session.ws_connect(f"{self.url}/api/websocket") as socket:
            await socket.receive_json()
            await socket.send_json(
                {"type": "auth", "access_token": self._tokens["access_token"]}
            )
            await socket.receive_json()
            await socket.send_json({"id": 1, "type": command, **data})
            answer = await socket.receive_json()
        if not answer["success"]:
            raise HomeAssistantError(f"{command}: {answer['error']['message']}")
        return answer["result"]

    async def sign_in(self) -> None:
        """Sign in, and create the user first if there is none."""
        await self._fetch_tokens(
            await self._create_first_user()
            if await self._wants_first_user()
            else await self._log_in()
        )

    async def wait_until_running(self) -> None:
        """Wait until Home Assistant has started."""
        while True:
            if (await self.request("GET", "/api/config"))["state"] == "RUNNING":
                return
            await asyncio.sleep(0.2)

    async def sign_out(self) -> None:
        """Revoke the tokens."""
        async with self._session.post(
            f"{self.url}/auth/revoke", data={"token": self._tokens["refresh_token"]}
        ) as response:
            response.raise_for_status()
        self._tokens = {}

    @property
    def _headers(self) -> dict[str, str]:
        if token := self._tokens.get("access_token"):
            return {"Authorization": f"Bearer {token}"}
        return {}

    async def _wants_first_user(self) -> bool:
        async with self._session.get(f"{self.url}/api/onboarding") as response:
            # The URL no longer exists after onboarding.
            return response.ok and any(
                step["step"] == "user" and not step["done"]
                for step in await response.json()
            )

    async def _create_first_user(self) -> str:
        answer = await self.request(
            "POST",
            "/api/onboarding/users",
            {
                "client_id": self._client_id,
                "name": "Developer",
                "username": USERNAME,
                "password": PASSWORD,
                "language": "en",
            },
        )
        code: str = answer["auth_code"]
        return code

    async def _log_in(self) -> str:
        flow = await self.request(
            "POST",
            "/auth/login_flow",
            {
                "client_id": self._client_id,
                "handler": ["homeassistant", None],
                "redirect_uri": self._client_id,
            },
        )
        answer = await self.request(
            "POST",
            f"/auth/login_flow/{flow['flow_id']}",
            {
                "client_id": self._client_id,
                "username": USERNAME,
                "password": PASSWORD,
            },
        )
        if answer["type"] != "create_entry":
            raise HomeAssistantError(
                f"{USERNAME}/{PASSWORD} can no longer sign in: {answer['errors']}"
            )
        code: str = answer["result"]
        return code

    async def _fetch_tokens(self, code: str) -> None:
        async with self._session.post(
            f"{self.url}/auth/token",
            data={
                "grant_type": "authorization_code",
                "code": code,
                "client_id": self._client_id,
            },
        ) as response:
            response.raise_for_status()
            self._tokens = await response.json()

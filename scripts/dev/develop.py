"""Run a simulated Seam workspace and a real Home Assistant connected to it."""

import asyncio
from contextlib import AsyncExitStack
import json
import os
from pathlib import Path
import shlex
import signal
import sys
from typing import Any, Final

import aiohttp
from homeassistant.components.http.config import (
    HTTP_STORAGE_SCHEMA,
    async_get_and_load_store,
)
from homeassistant.components.onboarding import (
    STORAGE_KEY as onboarding_key,
    STORAGE_VERSION as onboarding_version,
    OnboardingStorage,
)
from homeassistant.components.onboarding.const import STEP_USER, STEPS
from homeassistant.const import RESTART_EXIT_CODE
from homeassistant.core import HomeAssistant as Core

from simulator.seed import KEY as API_KEY, KEY_TWO

from . import dashboard
from .client import PASSWORD, USERNAME, HomeAssistant, HomeAssistantError
from .process import Process

ROOT: Final = Path(__file__).resolve().parents[2]
START_SECONDS: Final = 180

CONFIGURATION: Final = """\
# Overwritten by every scripts/develop.
frontend:
config:
history:
logbook:
automation: !include automations.yaml
scene: !include scenes.yaml
script: !include scripts.yaml
logger:
  default: warning
  logs:
    custom_components.seam: info
    # Cameras are not used here.
    haffmpeg: critical
    homeassistant.components.camera.img_util: critical
"""


def _ended(end: asyncio.Task[int]) -> int | None:
    """Return the exit code of a process, or None while it runs."""
    return end.result() if end.done() else None


class Develop:
    """The simulator and Home Assistant, and their configuration."""

    def __init__(
        self, folder: Path, *, host: str, hass_port: int, simulator_port: int
    ) -> None:
        """Initialize with the folder for all data."""
        self._folder = folder
        self._config = folder / "home-assistant"
        self._host = host
        self._hass_port = hass_port
        self._url = f"http://{host}:{hass_port}"
        self._simulator_port = simulator_port
        self._endpoint = f"http://{host}:{simulator_port}"

    async def run(self) -> int:
        """Start both, connect them, and wait for a signal or the end of either process."""
        stop = asyncio.Event()
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        self._prepare_config()
        await self._prepare_storage()
        async with AsyncExitStack() as stack:
            simulator = await self._start_simulator()
            stack.push_async_callback(simulator.stop)
            return await self._run_home_assistant(simulator, stop)

    async def _run_home_assistant(self, simulator: Process, stop: asyncio.Event) -> int:
        """Run Home Assistant, including restarts from its menus."""
        while True:
            hass = await self._start_home_assistant()
            stopping = asyncio.create_task(stop.wait())
            ends = {
                process: asyncio.create_task(process.wait())
                for process in (simulator, hass)
            }
            connecting = asyncio.create_task(self._connect())
            try:
                await asyncio.wait(
                    (stopping, connecting, *ends.values()),
                    return_when=asyncio.FIRST_COMPLETED,
                )
                if connecting.done():
                    connecting.result()
                    await asyncio.wait(
                        (stopping, *ends.values()), return_when=asyncio.FIRST_COMPLETED
                    )
                if _ended(ends[simulator]) == 0 and not stop.is_set():
                    # Somebody stopped it to simulate an outage.
                    self._print_simulator_command()
                    await asyncio.wait(
                        (stopping, ends[hass]), return_when=asyncio.FIRST_COMPLETED
                    )
                if stop.is_set():
                    return 0
                if _ended(ends[hass]) == RESTART_EXIT_CODE:
                    continue
                for process, end in ends.items():
                    if end.done() and (process is hass or end.result() != 0):
                        self._report_death(process, end.result())
                return 1
            finally:
                for task in (stopping, connecting, *ends.values()):
                    task.cancel()
                await hass.stop()

    def _print_simulator_command(self) -> None:
        command = shlex.join(
            (os.path.relpath(sys.executable, ROOT), *self._simulator_arguments())
        )
        print(
            f"\n  The simulator was stopped. Home Assistant keeps running."
            f"\n  Start it again with: {command}\n",
            flush=True,
        )

    @staticmethod
    def _report_death(process: Process, code: int) -> None:
        print(f"\n{process.name} ended with code {code}. Last output:", file=sys.stderr)
        for line in process.tail:
            print(f"  {line}", file=sys.stderr)

    def _prepare_config(self) -> None:
        """Write the configuration, and link the integration and blueprints into it."""
        blueprints = self._config / "blueprints/automation/seam"
        if blueprints.is_symlink():
            blueprints.unlink()
        # Home Assistant does not find blueprints in a linked folder.
        sources = [
            Path("custom_components"),
            *(path.relative_to(ROOT) for path in ROOT.glob("blueprints/**/*.yaml")),
        ]
        for source in sources:
            link = self._config / source
            link.parent.mkdir(parents=True, exist_ok=True)
            link.unlink(missing_ok=True)
            if (ROOT / source).exists():
                link.symlink_to(ROOT / source)
        (self._config / "configuration.yaml").write_text(CONFIGURATION)
        # The editors write to these files.
        for name in ("automations", "scenes", "scripts"):
            file = self._config / f"{name}.yaml"
            if not file.exists():
                file.touch()

    async def _prepare_storage(self) -> None:
        """Save settings that Home Assistant would otherwise ask for."""
        core = Core(str(self._config))
        # Home Assistant reads its address from YAML only once, and reverts a changed
        # one after minutes unless it is confirmed in the browser.
        http = await async_get_and_load_store(core)
        address = {"server_host": [self._host], "server_port": self._hass_port}
        await http.async_set_pending(HTTP_STORAGE_SCHEMA(address))
        if http.pending is not None:
            await http.async_promote_pending()
        # The other steps of onboarding would add radio stations and the weather, and
        # download their requirements.
        onboarding = OnboardingStorage(core, onboarding_version, onboarding_key)
        if await onboarding.async_load() is None:
            await onboarding.async_save(
                {"done": [step for step in STEPS if step != STEP_USER]}
            )
        await core.async_stop(force=True)

    def _simulator_arguments(self) -> tuple[str, ...]:
        return (
            *("-m", "simulator"),
            *("--host", self._host, "--port", str(self._simulator_port)),
            *("--state", str(self._folder / "simulator.json")),
        )

    async def _start_simulator(self) -> Process:
        return await Process.start(
            "simulator",
            *(sys.executable, *self._simulator_arguments()),
            env={"PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
        )

    async def _start_home_assistant(self) -> Process:
        return await Process.start(
            "hass",
            *(sys.executable, "-m", "homeassistant"),
            *("--config", str(self._config)),
            env={"PYTHONUNBUFFERED": "1"},
            cwd=ROOT,
        )

    async def _connect(self) -> None:
        """Set up Home Assistant as a user would in the browser at the first start."""
        async with asyncio.timeout(START_SECONDS), HomeAssistant(self._url) as hass:
            await self._wait_for(f"{self._endpoint}/_simulator/state")
            await self._wait_for(f"{self._url}/manifest.json")
            await hass.sign_in()
            await hass.wait_until_running()
            if (await hass.request("GET", "/api/config"))["country"] is None:
                # Home Assistant asks for it otherwise.
                await hass.command("config/core/update", country="GB")
            await self._add_integration(hass)
            await self._save_dashboard(hass)
            await hass.sign_out()
        print(
            f"\n  Home Assistant  {self._url}  (user {USERNAME}, password {PASSWORD})"
            f"\n  Seam simulator  {self._endpoint}  (key {API_KEY})"
            f"\n  To try a second workspace, add the integration again with the key"
            f"\n  {KEY_TWO} and this URL under Advanced settings"
            f"\n  Ctrl-C stops both\n",
            flush=True,
        )

    @staticmethod
    async def _wait_for(url: str) -> None:
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    async with session.get(url) as response:
                        if response.ok:
                            return
                except aiohttp.ClientConnectionError:
                    pass  # Not running yet. The caller limits the time.
                await asyncio.sleep(0.2)

    async def _add_integration(self, hass: HomeAssistant) -> None:
        """Add the simulated workspace, or update its port."""
        entries = self._simulated_entries()
        if not entries:
            await self._finish_flow(hass, "create_entry", API_KEY)
        for entry in entries:
            if entry["data"]["endpoint"] != self._endpoint:
                await self._finish_flow(
                    hass,
                    "reconfigure_successful",
                    entry["data"]["api_key"],
                    entry_id=entry["entry_id"],
                )

    def _simulated_entries(self) -> list[dict[str, Any]]:
        """Return the entries of simulated workspaces, from Home Assistant's store.

        The API does not return the endpoint of an entry, and entries of real
        workspaces must not be changed.
        """
        store = self._config / ".storage" / "core.config_entries"
        if not store.exists():
            return []
        return [
            entry
            for entry in json.loads(store.read_text())["data"]["entries"]
            if entry["domain"] == "seam"
            and entry["data"]["endpoint"].startswith(f"http://{self._host}:")
        ]

    async def _finish_flow(
        self, hass: HomeAssistant, outcome: str, key: str, **start: str
    ) -> None:
        path = "/api/config/config_entries/flow"
        form = await hass.request("POST", path, {"handler": "seam", **start})
        result = await hass.request(
            "POST",
            f"{path}/{form['flow_id']}",
            {"api_key": key, "advanced": {"endpoint": self._endpoint}},
        )
        if outcome not in (result["type"], result.get("reason")):
            raise HomeAssistantError(f"the config flow answered {result}")

    @staticmethod
    async def _save_dashboard(hass: HomeAssistant) -> None:
        """Generate the dashboard from the registries, and overwrite the previous one."""
        existing = await hass.command("lovelace/dashboards/list")
        if all(item["url_path"] != dashboard.URL_PATH for item in existing):
            await hass.command(
                "lovelace/dashboards/create",
                url_path=dashboard.URL_PATH,
                title=dashboard.TITLE,
                icon="mdi:lock-smart",
            )
            await hass.command(
                "frontend/set_system_data",
                key="core",
                value={"default_panel": dashboard.URL_PATH},
            )
        await hass.command(
            "lovelace/config/save",
            url_path=dashboard.URL_PATH,
            config=dashboard.build(
                await hass.command("config/entity_registry/list"),
                await hass.command("config/device_registry/list"),
            ),
        )

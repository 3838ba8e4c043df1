"""Tests that the client does not need Home Assistant."""

import ast
import asyncio
import inspect
from pathlib import Path
import shutil
import subprocess
import sys

import pytest

from custom_components.seam import api
from custom_components.seam.api import SeamClient
from simulator import Simulator
from tests.api import test_codes, test_devices

PACKAGE = Path(api.__file__).parent
MODULES = sorted(PACKAGE.glob("*.py"))
# A run against the given URL in which Home Assistant cannot be imported.
ALONE = """
import asyncio, importlib.abc, sys

class Refuse(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("homeassistant", "custom_components"):
            raise ModuleNotFoundError(name)

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, sys.argv[1])
import aiohttp
import api

async def main():
    async with aiohttp.ClientSession() as session:
        client = api.SeamClient(session, sys.argv[3], sys.argv[2])
        devices = await client.list_devices()
        codes = await client.list_access_codes(devices[0].device_id)
        print(len(devices), len(codes))

asyncio.run(main())
assert not [name for name in sys.modules if name.startswith("homeassistant")]
"""


def imported(module: Path) -> set[str]:
    """Return the names that a module imports, relative ones with their dots."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_api_imports_neither_home_assistant_nor_integration(module: Path) -> None:
    """The client imports nothing outside its package."""
    names = imported(module)
    assert not {
        n for n in names if n.startswith(("homeassistant", "custom_components"))
    }
    assert not {n for n in names if n.startswith("..")}


async def test_api_works_without_home_assistant(
    simulator: Simulator, tmp_path: Path
) -> None:
    """The client can be used where Home Assistant is not installed."""
    # The original is beside modules that are named like those of Python.
    shutil.copytree(PACKAGE, tmp_path / "api")
    process = await _run(ALONE, str(tmp_path), simulator.url, simulator.key)
    assert process.returncode == 0, process.stderr
    assert process.stdout.split() == ["6", "5"]


async def _run(code: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return await asyncio.to_thread(
        subprocess.run,
        [sys.executable, "-I", "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
    )


def test_public_names_exist() -> None:
    """All public names exist, and all errors are public."""
    assert all(hasattr(api, name) for name in api.__all__)
    errors = {
        name
        for name, kind in inspect.getmembers(api.errors, inspect.isclass)
        if issubclass(kind, api.SeamError)
    }
    assert errors <= set(api.__all__)


def test_every_client_method_has_test() -> None:
    """Every method of the client has a test against the simulator."""
    tests = vars(test_codes) | vars(test_devices)
    missing = {
        name
        for name, _ in inspect.getmembers(SeamClient, inspect.iscoroutinefunction)
        if not name.startswith("_") and f"test_{name}" not in tests
    }
    assert not missing

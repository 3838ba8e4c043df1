"""The client stands alone: it works where Home Assistant is not."""

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
# A finder that lets nothing of Home Assistant in, and a run against the address given.
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
    """Return what a module imports; relative imports as dots and name."""
    names: set[str] = set()
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names.add("." * node.level + (node.module or ""))
    return names


@pytest.mark.parametrize("module", MODULES, ids=lambda path: path.stem)
def test_imports(module: Path) -> None:
    """Nothing of Home Assistant, and nothing of the integration around it."""
    names = imported(module)
    assert not {
        n for n in names if n.startswith(("homeassistant", "custom_components"))
    }
    assert not {n for n in names if n.startswith("..")}


async def test_without_home_assistant(simulator: Simulator, tmp_path: Path) -> None:
    """It can be imported and used in a process that has no Home Assistant."""
    # A copy: beside the original are modules named like some of Python's own.
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


def test_all_is_offered() -> None:
    """What the package names is there, and every error is among it."""
    assert all(hasattr(api, name) for name in api.__all__)
    errors = {
        name
        for name, kind in inspect.getmembers(api.errors, inspect.isclass)
        if issubclass(kind, api.SeamError)
    }
    assert errors <= set(api.__all__)


def test_every_method_has_its_test() -> None:
    """A method that nobody drives against the simulator is found."""
    tests = vars(test_codes) | vars(test_devices)
    missing = {
        name
        for name, _ in inspect.getmembers(SeamClient, inspect.iscoroutinefunction)
        if not name.startswith("_") and f"test_{name}" not in tests
    }
    assert not missing

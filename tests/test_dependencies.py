"""Tests of the pinned packages."""

from importlib.metadata import requires
import json
from pathlib import Path
import tomllib

from homeassistant import bootstrap
from homeassistant.auth.mfa_modules import notify, totp
from homeassistant.const import __version__
from homeassistant.util.package import is_installed
import pytest

from .test_project import ROOT, load_json

# The pins in pyproject.toml are for the release that the test harness pins.
pinned_release = pytest.mark.skipif(
    f"homeassistant=={__version__}"
    not in (requires("pytest-homeassistant-custom-component") or ()),
    reason="the pins are for another release of Home Assistant",
)


def test_requirements_are_pinned() -> None:
    """Each requirement names an exact version."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for group in project["dependency-groups"].values():
        for requirement in group:
            assert isinstance(requirement, dict) or "==" in requirement, requirement


@pinned_release
def test_develop_needs_no_downloads() -> None:
    """The requirements of all components that scripts/develop starts are installed."""
    components = Path(bootstrap.__file__).parent / "components"
    manifest = load_json("manifest.json")
    todo = {
        *bootstrap.CORE_INTEGRATIONS,
        *bootstrap.DEFAULT_INTEGRATIONS,
        *("calendar", "config", "diagnostics", "frontend", "history", "logbook"),
        *manifest.get("dependencies", ()),
        *manifest.get("after_dependencies", ()),
    }
    after = set(manifest.get("after_dependencies", ()))
    done: set[str] = set()
    wanted = {*notify.REQUIREMENTS, *totp.REQUIREMENTS}
    while todo:
        done.add(domain := todo.pop())
        needs = json.loads((components / domain / "manifest.json").read_text())
        todo |= set(needs.get("dependencies", ())) - done
        # Home Assistant also installs these for an integration that names others.
        if domain in after:
            after |= set(needs.get("after_dependencies", ()))
            todo |= after - done
        wanted |= set(needs.get("requirements", ()))
    assert not {name for name in wanted if not is_installed(name)}


@pinned_release
def test_develop_pins_match_home_assistant() -> None:
    """The pins are in the manifests of the installed Home Assistant."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    components = Path(bootstrap.__file__).parent / "components"
    asked = {
        requirement
        for manifest in components.glob("*/manifest.json")
        for requirement in json.loads(manifest.read_text()).get("requirements", ())
    }
    asked |= {*notify.REQUIREMENTS, *totp.REQUIREMENTS}
    assert set(project["dependency-groups"]["develop"]) <= asked

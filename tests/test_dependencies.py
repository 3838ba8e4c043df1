"""Tests of the pinned packages."""

from importlib.metadata import requires
import json
import tomllib

from homeassistant.auth.mfa_modules import notify, totp
from homeassistant.const import __version__
from homeassistant.util.package import is_installed
import pytest

from scripts.dev.requirements import COMPONENTS, requirements

from .test_repository import ROOT

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
    """The requirements of all components that scripts/develop and tests start are there."""
    assert not {name for name in requirements() if not is_installed(name)}


@pinned_release
def test_develop_pins_match_home_assistant() -> None:
    """The pins are in the manifests of the installed Home Assistant."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    asked = {
        requirement
        for manifest in COMPONENTS.glob("*/manifest.json")
        for requirement in json.loads(manifest.read_text()).get("requirements", ())
    }
    asked |= {*notify.REQUIREMENTS, *totp.REQUIREMENTS}
    assert set(project["dependency-groups"]["develop"]) <= asked

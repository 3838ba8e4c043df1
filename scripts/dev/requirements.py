"""Print what Home Assistant would download for scripts/develop and the tests."""

import json
from pathlib import Path
from typing import Any, Final

from homeassistant import bootstrap
from homeassistant.auth.mfa_modules import notify, totp

ROOT: Final = Path(__file__).resolve().parents[2]
COMPONENTS: Final = Path(bootstrap.__file__).parent / "components"


def _manifest(folder: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
    return manifest


def requirements() -> set[str]:
    """Return the requirements of all components that scripts/develop and tests start."""
    own = _manifest(ROOT / "custom_components" / "seam")
    after = set(own.get("after_dependencies", ()))
    todo = {
        *bootstrap.CORE_INTEGRATIONS,
        *bootstrap.DEFAULT_INTEGRATIONS,
        *("calendar", "config", "diagnostics", "frontend", "history", "logbook"),
        # Tests add these.
        *("local_calendar", "remote_calendar"),
        *own.get("dependencies", ()),
        *after,
    }
    done: set[str] = set()
    found = {*notify.REQUIREMENTS, *totp.REQUIREMENTS}
    while todo:
        done.add(domain := todo.pop())
        manifest = _manifest(COMPONENTS / domain)
        todo |= set(manifest.get("dependencies", ())) - done
        # Home Assistant also installs these for an integration that names others.
        if domain in after:
            after |= set(manifest.get("after_dependencies", ()))
            todo |= after - done
        found |= set(manifest.get("requirements", ()))
    return found


if __name__ == "__main__":
    print(*sorted(requirements()), sep="\n")

"""What holds the project's files together."""

import ast
from collections.abc import Iterable, Iterator
import json
import os
from pathlib import Path
import re
import subprocess
import tomllib
from typing import Any, Final

from homeassistant import bootstrap
from homeassistant.auth.mfa_modules import notify, totp
from homeassistant.util.package import is_installed
from homeassistant.util.yaml import load_yaml_dict
from PIL import Image
import pytest

ROOT: Final = Path(__file__).resolve().parents[1]
INTEGRATION: Final = ROOT / "custom_components" / "seam"

QUALITY_SCALE_RULES: Final = frozenset(
    {
        # Bronze
        "action-setup",
        "appropriate-polling",
        "brands",
        "common-modules",
        "config-flow",
        "config-flow-test-coverage",
        "dependency-transparency",
        "docs-actions",
        "docs-conditions",
        "docs-high-level-description",
        "docs-installation-instructions",
        "docs-removal-instructions",
        "docs-triggers",
        "entity-event-setup",
        "entity-unique-id",
        "has-entity-name",
        "runtime-data",
        "test-before-configure",
        "test-before-setup",
        "unique-config-entry",
        # Silver
        "action-exceptions",
        "config-entry-unloading",
        "docs-configuration-parameters",
        "docs-installation-parameters",
        "entity-unavailable",
        "integration-owner",
        "log-when-unavailable",
        "parallel-updates",
        "reauthentication-flow",
        "test-coverage",
        # Gold
        "devices",
        "diagnostics",
        "discovery",
        "discovery-update-info",
        "docs-data-update",
        "docs-examples",
        "docs-known-limitations",
        "docs-supported-devices",
        "docs-supported-functions",
        "docs-troubleshooting",
        "docs-use-cases",
        "dynamic-devices",
        "entity-category",
        "entity-device-class",
        "entity-disabled-by-default",
        "entity-translations",
        "exception-translations",
        "icon-translations",
        "reconfiguration-flow",
        "repair-issues",
        "stale-devices",
        # Platinum
        "async-dependency",
        "inject-websession",
        "strict-typing",
    }
)

FLOW_HELPER_REASONS: Final = {
    "already_configured",
    "reauth_successful",
    "reconfigure_successful",
}

# In pieces, so that this file does not hold what it looks for.
REGISTRY_HOSTS: Final = tuple(
    ".".join(parts)
    for parts in (
        ("pypi", "org"),
        ("pythonhosted", "org"),
        ("registry", "npmjs", "org"),
        ("registry", "yarnpkg", "com"),
        ("deb", "debian", "org"),
        ("ghcr", "io"),
        ("docker", "io"),
        ("mcr", "microsoft", "com"),
    )
)
# Called with the key and placeholders of a translation.
ERRORS: Final = {
    "ActionError",
    "ChangeUncertainError",
    "NotFoundError",
    "WorkspaceRefusedError",
    "refusal",
}
MACHINE_PATH: Final = re.compile(r"(?<![\w.$}~-])/(?:home|root|Users|work|tmp|opt)/\w")


def load_json(name: str) -> dict[str, Any]:
    """Return a JSON file of the integration."""
    content: dict[str, Any] = json.loads((INTEGRATION / name).read_text())
    return content


@pytest.fixture(scope="module", name="translations")
def translations_fixture() -> dict[str, Any]:
    """Return the English texts."""
    return load_json("translations/en.json")


@pytest.fixture(scope="module", name="services")
def services_fixture() -> dict[str, Any]:
    """Return services.yaml."""
    return load_yaml_dict(str(INTEGRATION / "services.yaml"))


def tracked_files() -> list[Path]:
    """Return the files that are, or are about to be, under version control."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git checkout")
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\0")
    return [path for name in listed if name and (path := ROOT / name).is_file()]


def syntax_nodes() -> Iterator[tuple[Path, ast.AST]]:
    """Yield all of the integration's code."""
    for path in INTEGRATION.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            yield path, node


class Strings:
    """The strings in the integration's code, f-strings included."""

    def __init__(self) -> None:
        """Collect them."""
        self._plain: set[str] = set()
        self._patterns: list[re.Pattern[str]] = []
        for _, node in syntax_nodes():
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                self._plain.add(node.value)
            elif isinstance(node, ast.JoinedStr):
                parts = [
                    part.value if isinstance(part, ast.Constant) else None
                    for part in node.values
                ]
                # One that is nothing but a value would match everything.
                if any(isinstance(part, str) and len(part) > 3 for part in parts):
                    self._patterns.append(
                        re.compile(
                            "".join(
                                re.escape(part) if isinstance(part, str) else r"\w+"
                                for part in parts
                            )
                        )
                    )

    def __contains__(self, text: str) -> bool:
        """Return whether the code holds `text`, or can put it together."""
        return text in self._plain or any(
            pattern.fullmatch(text) for pattern in self._patterns
        )

    def missing(self, texts: Iterable[str]) -> set[str]:
        """Return those that the code cannot name."""
        return {text for text in texts if text not in self}


def literals(value: ast.expr | None) -> list[str]:
    """Return the strings that an expression can be: one, or either of two."""
    match value:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return literals(body) + literals(orelse)
        case _:
            return []


def calls() -> Iterator[tuple[str, str, ast.Call, dict[str | None, ast.expr]]]:
    """Yield each call's module, line, node and what it passes by name."""
    for path, node in syntax_nodes():
        if isinstance(node, ast.Call):
            yield (
                path.stem,
                f"{path.name}:{node.lineno}",
                node,
                {keyword.arg: keyword.value for keyword in node.keywords},
            )


def exceptions_made() -> Iterator[tuple[str, str, set[str | None] | None]]:
    """Yield where, the text's key and its placeholders if they can be read."""
    for _, where, call, passed in calls():
        if isinstance(call.func, ast.Name) and call.func.id in ERRORS:
            names: set[str | None] | None = set(passed)
            keys = literals(call.args[0])
        elif "translation_domain" in passed:
            match passed.get("translation_placeholders"):
                case None:
                    names = set()
                case ast.Dict(keys=given):
                    names = {name for key in given for name in literals(key)}
                case _:
                    names = None
            keys = literals(passed["translation_key"])
        else:
            continue
        for key in keys:
            # What is unpacked cannot be read.
            yield where, key, None if names and None in names else names


def flat_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return an action's fields with those in sections beside the others."""
    flat: dict[str, Any] = {}
    for name, field in fields.items():
        flat |= field.get("fields", {name: field})
    return flat


def placeholders(text: str) -> set[str]:
    """Return the names in braces."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_manifest_is_in_order() -> None:
    """Domain and name lead, the other keys are sorted."""
    manifest = load_json("manifest.json")
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert manifest["domain"] == INTEGRATION.name
    assert "quality_scale" not in manifest


def test_hacs_floor() -> None:
    """The oldest Home Assistant that is promised to work."""
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["homeassistant"] == "2026.10.0"
    assert set(hacs) == {"name", "homeassistant", "hide_default_branch"}


def test_quality_scale() -> None:
    """Every rule has a status, and a reason where it is not simply met."""
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    assert len(QUALITY_SCALE_RULES) == 54
    assert set(rules) == QUALITY_SCALE_RULES
    for name, rule in rules.items():
        if rule != "done":
            assert set(rule) == {"status", "comment"}, name
            assert rule["status"] in {"done", "exempt", "todo"}, name
            assert rule["comment"].strip(), name


def test_actions_are_described(
    services: dict[str, Any], translations: dict[str, Any]
) -> None:
    """services.yaml, icons.json and the texts know the same actions and fields."""
    icons = load_json("icons.json")["services"]
    assert set(services) == set(icons) == set(translations["services"])
    for name, action in services.items():
        assert icons[name]["service"].startswith("mdi:"), name
        texts = translations["services"][name]
        assert texts["name"] and texts["description"], name
        fields = (action or {}).get("fields", {})
        sections = {key for key, field in fields.items() if "fields" in field}
        assert set(texts.get("sections", {})) == sections, name
        assert set(texts.get("fields", {})) == set(flat_fields(fields)), name
        for field, code_response in texts.get("fields", {}).items():
            assert code_response["name"] and code_response["description"], (
                f"{name}.{field}"
            )


def test_choices_are_described(
    services: dict[str, Any], translations: dict[str, Any]
) -> None:
    """A choice's options have a text each, and no text is left over."""
    selectors = [
        selector["select"]
        for action in services.values()
        for field in flat_fields((action or {}).get("fields", {})).values()
        if "translation_key" in ((selector := field["selector"]).get("select") or {})
    ]
    in_services = {selector["translation_key"] for selector in selectors}
    code_response = translations.get("selector", {})
    for selector in selectors:
        options = code_response[selector["translation_key"]]["options"]
        assert set(options) == set(selector["options"])
    assert not Strings().missing(set(code_response) - in_services)


def test_translation_keys_exist(translations: dict[str, Any]) -> None:
    """What the code names has a text."""
    for where, key, _ in exceptions_made():
        assert key in translations["exceptions"], f"{where}: {key}"
    entities = translations["entity"]
    for module, where, call, passed in calls():
        if "translation_domain" not in passed:
            for key in literals(passed.get("translation_key")):
                if ast.unparse(call.func).endswith("async_create_issue"):
                    assert key in translations["issues"], f"{where}: {key}"
                elif module in entities:
                    assert key in entities[module], f"{where}: {key}"
        if module == "config_flow":
            for keyword, section in (("step_id", "step"), ("reason", "abort")):
                for key in literals(passed.get(keyword)):
                    assert any(
                        key in translations.get(flow, {}).get(section, {})
                        for flow in ("config", "options")
                    ), f"{where}: {key}"


def test_no_text_is_left_over(translations: dict[str, Any]) -> None:
    """Each text belongs to something in the code."""
    strings = Strings()
    for section in ("exceptions", "issues"):
        assert not strings.missing(translations.get(section, ())), section
    for flow in ("config", "options"):
        for section in ("error", "abort", "step"):
            # Home Assistant's own flow helpers name these.
            left_over = strings.missing(translations.get(flow, {}).get(section, ()))
            assert left_over <= FLOW_HELPER_REASONS, f"{flow}.{section}"
    for platform, entities in translations.get("entity", {}).items():
        assert not strings.missing(entities), platform


def test_placeholders_are_filled(translations: dict[str, Any]) -> None:
    """An exception brings what its text asks for."""
    for where, key, names in exceptions_made():
        if names is not None:
            asked = placeholders(translations["exceptions"][key]["message"])
            assert asked <= names, f"{where}: {key}"


def test_translations_agree(translations: dict[str, Any]) -> None:
    """Other languages say no more and no less, with the same placeholders."""

    def leaves(texts: dict[str, Any], prefix: str = "") -> dict[str, set[str]]:
        found: dict[str, set[str]] = {}
        for key, value in texts.items():
            path = f"{prefix}{key}"
            if isinstance(value, dict):
                found |= leaves(value, f"{path}.")
            else:
                found[path] = placeholders(value)
        return found

    english = leaves(translations)
    for path in (INTEGRATION / "translations").glob("*.json"):
        assert leaves(json.loads(path.read_text())) == english, path.name


def test_texts_are_plain(translations: dict[str, Any]) -> None:
    """Addresses come as placeholders, and there is no HTML."""
    text = json.dumps(translations)
    assert "://" not in text
    assert not re.search(r"</?\w+>", text)


def test_entities_have_icons(translations: dict[str, Any]) -> None:
    """Icons are for entities that exist."""
    for platform, entities in load_json("icons.json").get("entity", {}).items():
        assert set(entities) <= set(translations["entity"][platform]), platform


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "factor"), [("", 1), ("@2x", 2)])
def test_brand_images(prefix: str, suffix: str, factor: int) -> None:
    """Icons are square, logos at least as high as is asked for, both transparent."""
    for name in ("icon", "logo"):
        with Image.open(INTEGRATION / f"brand/{prefix}{name}{suffix}.png") as image:
            assert image.mode == "RGBA"
            if name == "icon":
                assert image.size == (256 * factor, 256 * factor)
            else:
                assert min(image.size) == 128 * factor


def test_files_know_no_machine() -> None:
    """No path of somebody's machine and no registry's address gets published."""
    found = []
    for path in tracked_files():
        if path.suffix in {".png", ".woff2"}:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if MACHINE_PATH.search(line) or any(
                host in line for host in REGISTRY_HOSTS
            ):
                found.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert found == []


def test_scripts_can_be_run() -> None:
    """What starts with a shebang can be executed, and the other way round."""
    for path in tracked_files():
        executable = os.access(path, os.X_OK)
        assert path.read_bytes().startswith(b"#!") == executable, path.name


def test_pins_are_exact() -> None:
    """The same packages come tomorrow, too."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    for group in project["dependency-groups"].values():
        for requirement in group:
            assert isinstance(requirement, dict) or "==" in requirement, requirement


def test_starting_downloads_nothing() -> None:
    """Home Assistant's own components find what their manifests ask for."""
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
        # It looks after these, too, for an integration that names others.
        if domain in after:
            after |= set(needs.get("after_dependencies", ()))
            todo |= after - done
        wanted |= set(needs.get("requirements", ()))
    assert not {name for name in wanted if not is_installed(name)}


def test_develop_pins_are_needed() -> None:
    """The pins are those of the installed Home Assistant, not of an older one."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    components = Path(bootstrap.__file__).parent / "components"
    asked = {
        requirement
        for manifest in components.glob("*/manifest.json")
        for requirement in json.loads(manifest.read_text()).get("requirements", ())
    }
    asked |= {*notify.REQUIREMENTS, *totp.REQUIREMENTS}
    assert set(project["dependency-groups"]["develop"]) <= asked

"""Tests of what hassfest and HACS check, and of other files in the repository."""

from importlib import import_module
import json
import os
from pathlib import Path
import re
import subprocess
import tomllib
from typing import Any, Final

from awesomeversion import AwesomeVersion, AwesomeVersionStrategy
from homeassistant.util.yaml import load_yaml_dict, parse_yaml
from PIL import Image
import pytest

from custom_components.seam import PLATFORMS

from .documentation import PAGES, examples, parsed

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

MANIFEST_KEYS: Final = frozenset(
    {
        "after_dependencies",
        "categories",
        "codeowners",
        "config_flow",
        "connectivity",
        "dependencies",
        "documentation",
        "domain",
        "integration_type",
        "iot_class",
        "issue_tracker",
        "loggers",
        "name",
        "requirements",
        "version",
    }
)
# Split, so that this file does not match.
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
YAML_BLOCKS: Final = tuple(
    pytest.param(block, id=f"{page}-{number}")
    for page in PAGES
    for number, block in enumerate(examples(page), 1)
)
# Actions whose responses contain PINs.
ACTIONS_WITH_PIN: Final = frozenset(
    {
        "ensure_access_code",
        "generate_code",
        "pull_backup_access_code",
        "reveal_access_code",
        "schedule_access_code",
        "simulate_unmanaged_access_code",
        "update_access_code",
    }
)
MACHINE_PATH: Final = re.compile(r"(?<![\w.$}~-])/(?:home|root|Users|work|tmp|opt)/\w")


def load_json(name: str) -> dict[str, Any]:
    """Return the content of a JSON file of the integration."""
    content: dict[str, Any] = json.loads((INTEGRATION / name).read_text())
    return content


def tracked_files() -> list[Path]:
    """Return the files under version control, and new ones that are not ignored."""
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


def test_manifest_keys_are_sorted() -> None:
    """The domain and the name come first, as hassfest requires."""
    manifest = load_json("manifest.json")
    keys = list(manifest)
    assert keys == ["domain", "name", *sorted(set(keys) - {"domain", "name"})]
    assert manifest["domain"] == INTEGRATION.name
    assert "quality_scale" not in manifest


def test_manifest_is_valid() -> None:
    """It has what hassfest requires of custom integrations, and no unknown key."""
    manifest = load_json("manifest.json")
    assert manifest.keys() <= MANIFEST_KEYS
    assert {
        "codeowners",
        "documentation",
        "integration_type",
        "iot_class",
        "issue_tracker",
        "requirements",
        "version",
    } <= manifest.keys()
    assert AwesomeVersion(manifest["version"]).strategy is AwesomeVersionStrategy.SEMVER
    assert manifest["integration_type"] in {"device", "hub", "service"}
    assert manifest["iot_class"] in {"cloud_polling", "cloud_push"}
    assert manifest["config_flow"] is True
    assert manifest["requirements"] == []
    for key in ("documentation", "issue_tracker"):
        assert manifest[key].startswith("https://github.com/ha-seam/ha-seam")


def test_hacs_minimum_version() -> None:
    """HACS requires the oldest supported release of Home Assistant."""
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert hacs["homeassistant"] == "2026.10.0"
    assert list(hacs) == ["name", *sorted(hacs.keys() - {"name"})]
    # HACS knows no others.
    assert hacs.keys() <= {
        "content_in_root",
        "country",
        "filename",
        "hacs",
        "hide_default_branch",
        "homeassistant",
        "name",
        "persistent_directory",
        "render_readme",
        "zip_release",
    }
    assert hacs["hide_default_branch"] is True


def test_quality_scale_is_complete() -> None:
    """Every rule is done, or has a status and a comment."""
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    assert len(QUALITY_SCALE_RULES) == 54
    assert set(rules) == QUALITY_SCALE_RULES
    for name, rule in rules.items():
        if rule != "done":
            assert set(rule) == {"status", "comment"}, name
            assert rule["status"] in {"done", "exempt"}, name
            assert rule["comment"].strip(), name


def test_quality_scale_has_evidence() -> None:
    """The page lists all rules in their order, and the evidence exists."""
    rules = load_yaml_dict(str(INTEGRATION / "quality_scale.yaml"))["rules"]
    page = (ROOT / "docs" / "quality-scale.md").read_text("utf-8")
    rows = re.findall(r"^\| `([\w-]+)` \| (.+) \|$", page, re.MULTILINE)
    assert [name for name, _ in rows] == list(rules)
    for name, evidence in rows:
        is_exempt = rules[name] != "done" and rules[name]["status"] == "exempt"
        assert is_exempt == (evidence == "Exempt"), name
        assert _check_evidence(evidence) != is_exempt, name


def test_settings_are_documented() -> None:
    """Each option and each setting of stays is in a table, by its label."""
    texts = load_json("translations/en.json")
    labels = {
        "README": _labels(texts["options"]["step"]["init"]),
        "stays": _labels(texts["config_subentries"]["stays"]["step"]["user"]),
    }
    for page, wanted in labels.items():
        named = re.findall(r"^\| ([^|]+) \|", PAGES[page], re.MULTILINE)
        assert wanted
        assert wanted <= set(", ".join(named).casefold().split(", ")), page


def _labels(step: dict[str, Any]) -> set[str]:
    """Return the labels of a form, with those in its sections."""
    forms = [step, *step.get("sections", {}).values()]
    return {label.casefold() for form in forms for label in form["data"].values()}


def test_triggers_and_conditions_are_documented() -> None:
    """Each is in a table, and so is each of its options."""
    for kind in ("triggers", "conditions"):
        for name, content in load_yaml_dict(str(INTEGRATION / f"{kind}.yaml")).items():
            if not name.startswith("."):
                assert f"`seam.{name}`" in PAGES["triggers"], name
                fields = content.get("fields", {})
                assert all(f"`{field}`" in PAGES["triggers"] for field in fields), name


def test_protections_have_tests() -> None:
    """Each threat on the page about security names a test, and it exists."""
    page = (ROOT / "docs" / "security.md").read_text("utf-8")
    rows = re.findall(r"^\| (?!---|Threat)(.+) \| (.+) \| (.+) \|$", page, re.MULTILINE)
    assert len(rows) > 15
    assert all(_check_evidence(evidence) for _, _, evidence in rows)


def _check_evidence(text: str) -> bool:
    """Check that files, tests and headings exist, and return whether there are any."""
    found: list[str] = re.findall(r"`([^`]+)`", text)
    for item in found:
        path, _, test = item.partition("::")
        path, _, anchor = path.partition("#")
        content = (ROOT / path).read_text("utf-8")
        assert not test or re.search(rf"def {test}\(", content), item
        assert not anchor or anchor in _anchors(content), item
    return bool(found)


def test_platforms_set_parallel_updates() -> None:
    """Each platform says whether its entities may act at the same time."""
    for platform in PLATFORMS:
        module = import_module(f"custom_components.seam.{platform}")
        assert module.PARALLEL_UPDATES == 0, platform


@pytest.mark.parametrize("prefix", ["", "dark_"])
@pytest.mark.parametrize(("suffix", "factor"), [("", 1), ("@2x", 2)])
def test_brand_images(prefix: str, suffix: str, factor: int) -> None:
    """Icons and logos have the sizes that Home Assistant requires."""
    for name in ("icon", "logo"):
        with Image.open(INTEGRATION / f"brand/{prefix}{name}{suffix}.png") as image:
            assert image.mode == "RGBA"
            if name == "icon":
                assert image.size == (256 * factor, 256 * factor)
            else:
                assert min(image.size) == 128 * factor


def test_files_contain_no_machine_paths_or_registry_hosts() -> None:
    """No file contains a path of a machine or the host of a package registry."""
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


def test_scripts_are_executable() -> None:
    """Exactly the files that start with a shebang are executable."""
    for path in tracked_files():
        executable = os.access(path, os.X_OK)
        assert path.read_bytes().startswith(b"#!") == executable, path.name


WORKFLOWS: Final = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_workflows_are_pinned_and_have_few_permissions(path: Path) -> None:
    """Each action is one commit, and each job has only the rights that it needs."""
    text = path.read_text()
    actions = re.findall(r"uses: (\S+)(.*)", text)
    assert actions
    for action, comment in actions:
        assert re.fullmatch(r"[\w./-]+@[0-9a-f]{40}", action), action
        assert re.fullmatch(r" # \S+", comment), action
        # These install the newest version. scripts/setup installs a certain one.
        assert "/setup-" not in action, action
    workflow = parse_yaml(text)
    assert isinstance(workflow, dict)
    assert workflow["permissions"] == {}
    for name, job in workflow["jobs"].items():
        writes = path.stem == "release" and name == "draft"
        assert job["permissions"] == {"contents": "write" if writes else "read"}


def test_dependencies_are_updated() -> None:
    """Dependabot watches the files with pins, but no package that follows another."""
    config = load_yaml_dict(str(ROOT / ".github" / "dependabot.yml"))
    updates = {
        (update["package-ecosystem"], update["directory"]): update
        for update in config["updates"]
    }
    ecosystems = {"package-lock.json": "npm", "pyproject.toml": "uv", "uv.txt": "pip"}
    assert updates.keys() == {
        (ecosystems[path.name], f"/{path.parent.relative_to(ROOT)}".removesuffix("."))
        for path in tracked_files()
        if path.name in ecosystems
    } | {("github-actions", "/")}
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    watched = {rule["dependency-name"] for rule in updates["uv", "/"]["allow"]}
    assert watched == {
        requirement.partition("==")[0]
        for name, group in groups.items()
        for requirement in group
        if name != "develop" and isinstance(requirement, str)
    }


@pytest.mark.parametrize(
    "path",
    [path for path in tracked_files() if path.suffix == ".md"],
    ids=lambda path: path.relative_to(ROOT).as_posix(),
)
def test_links_lead_somewhere(path: Path) -> None:
    """Files and headings that pages link to exist."""
    text = re.sub(r"```.*?```", "", path.read_text("utf-8"), flags=re.DOTALL)
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        if link.startswith(("http", "mailto:")):
            continue
        name, _, heading = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.exists(), link
        if heading:
            assert heading in _anchors(target.read_text("utf-8")), link


def test_images_are_screenshots() -> None:
    """Each is on a page, and a browser test saves it under the same name."""
    tests = "".join(path.read_text() for path in (ROOT / "tests/e2e").glob("*.py"))
    for path in (ROOT / "docs" / "images").iterdir():
        assert any(f"images/{path.name})" in page for page in PAGES.values()), path
        assert f'screenshots / "{path.name}"' in tests, path


def _anchors(page: str) -> set[str]:
    """Return the anchors that GitHub gives the headings of a page."""
    headings = re.findall(r"^#+ (.+)$", page, re.MULTILINE)
    texts = (re.sub(r"\[([^]]*)\]\([^)]*\)", r"\1", text) for text in headings)
    return {
        re.sub(r"[^\w\- ]", "", text.strip().lower()).replace(" ", "-")
        for text in texts
    }


@pytest.mark.parametrize("block", YAML_BLOCKS)
def test_examples_keep_pins_out_of_traces(block: str) -> None:
    """They contain data and responses, unless an example turns them off."""
    actions = ACTIONS_WITH_PIN.intersection(re.findall(r"seam\.(\w+)", block))
    if actions and ("response_variable:" in block or "code:" in block):
        assert parsed(block)["trace"] == {"stored_traces": 0}


@pytest.mark.parametrize("block", YAML_BLOCKS)
def test_examples_quote_pins(block: str) -> None:
    """YAML reads some PINs as other numbers."""
    assert re.findall(r"\bcode:[ ]*(?![\"'{ ])(.+)", block) == []


def test_yaml_examples_are_found() -> None:
    """The pages with examples are read."""
    text = "".join(str(param.values[0]) for param in YAML_BLOCKS)
    assert all(f"seam.{action}" in text for action in ACTIONS_WITH_PIN)
    assert 'code: "' in text

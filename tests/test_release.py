"""Tests of the script that builds a release."""

import json
from pathlib import Path
import shutil
import subprocess
from zipfile import ZipFile

from homeassistant.util.yaml import load_yaml_dict
import pytest

from scripts.dev.release import build

from .test_repository import INTEGRATION, ROOT, load_json, tracked_files

VERSION = load_json("manifest.json")["version"]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """Return a repository with the integration, whose changelog is dated."""
    root = tmp_path / "checkout"
    for path in tracked_files():
        name = path.relative_to(ROOT)
        if path.is_relative_to(INTEGRATION) or name.name in (
            "CHANGELOG.md",
            "hacs.json",
        ):
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, root / name)
    _set_date(root, "2026-12-01")
    for command in (["init", "-q"], ["add", "."]):
        subprocess.run(["git", *command], cwd=root, check=True)
    return root


def _set_date(root: Path, date: str) -> None:
    changelog = root / "CHANGELOG.md"
    _, _, text = changelog.read_text("utf-8").partition(f"## {VERSION} (")
    changelog.write_text(
        f"# Changelog\n\n## {VERSION} ({date}){text.partition(')')[2]}", "utf-8"
    )


def test_archive_contains_integration(checkout: Path, tmp_path: Path) -> None:
    """HACS unpacks it into the folder of the integration."""
    (checkout / "custom_components/seam/left_over.py").touch()
    archive = build(checkout, f"v{VERSION}", tmp_path / "dist")
    hacs = json.loads((ROOT / "hacs.json").read_text())
    assert (archive.name, hacs["zip_release"]) == (hacs["filename"], True)
    with ZipFile(archive) as archived:
        assert archived.testzip() is None
        assert set(archived.namelist()) == {
            path.relative_to(INTEGRATION).as_posix()
            for path in tracked_files()
            if path.is_relative_to(INTEGRATION)
        }
        manifest = (INTEGRATION / "manifest.json").read_bytes()
        assert archived.read("manifest.json") == manifest
    first = archive.read_bytes()
    assert build(checkout, f"v{VERSION}", tmp_path / "again").read_bytes() == first
    notes = (tmp_path / "dist" / "notes.md").read_text("utf-8")
    assert notes.startswith("The first release")
    assert "## " not in notes


def test_tag_must_agree_with_manifest(checkout: Path, tmp_path: Path) -> None:
    """Home Assistant shows the version in the manifest."""
    with pytest.raises(ValueError, match=r"The tag is v99\.0\.0, but"):
        build(checkout, "v99.0.0", tmp_path)


def test_changelog_must_be_dated(checkout: Path, tmp_path: Path) -> None:
    """A version that is not released yet has no date."""
    _set_date(checkout, "unreleased")
    with pytest.raises(ValueError, match="has no date"):
        build(checkout, f"v{VERSION}", tmp_path)


def test_changelog_must_have_section(checkout: Path, tmp_path: Path) -> None:
    """A release without notes is a mistake."""
    (checkout / "CHANGELOG.md").write_text("# Changelog\n")
    with pytest.raises(ValueError, match="has no section"):
        build(checkout, f"v{VERSION}", tmp_path)


def test_tag_must_be_on_main(tmp_path: Path) -> None:
    """What was never merged is not released, and an older commit of main is."""
    workflow = load_yaml_dict(str(ROOT / ".github" / "workflows" / "release.yml"))
    steps = workflow["jobs"]["draft"]["steps"]
    [check] = [step["run"] for step in steps if "origin/main" in step.get("run", "")]

    def run(*command: str) -> int:
        return subprocess.run(command, cwd=tmp_path, check=False).returncode

    commit = "git", "-c", "user.name=A", "-c", "user.email=a@b", "commit", "-q"
    run("git", "init", "-q")
    run(*commit, "--allow-empty", "-m", "Merged")
    run("git", "tag", "merged")
    run(*commit, "--allow-empty", "-m", "Newer")
    run("git", "update-ref", "refs/remotes/origin/main", "HEAD")
    run(*commit, "--allow-empty", "-m", "Not merged")
    assert run("bash", "-ec", check) == 1
    run("git", "checkout", "-q", "merged")
    assert run("bash", "-ec", check) == 0

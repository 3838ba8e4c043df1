"""Check a release, and write its archive and its notes.

The archive has the name from hacs.json, and contains the files of the integration at
its root, as HACS expects. The manifest, the changelog and the tag must agree.
"""

import argparse
import json
from pathlib import Path
import re
import subprocess
import sys
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT: Final = Path(__file__).resolve().parents[2]
_INTEGRATION: Final = Path("custom_components") / "seam"
# The same files always make the same archive.
_DATE: Final = (1980, 1, 1, 0, 0, 0)


def notes(changelog: str, version: str) -> str:
    """Return the section of a version in the changelog.

    Raise ValueError if it is missing, empty, or not dated.
    """
    section = re.search(
        rf"^## {re.escape(version)} \((?P<date>[^)]*)\)\n(?P<text>.*?)(?=^## |\Z)",
        changelog,
        re.MULTILINE | re.DOTALL,
    )
    if section is None or not section["text"].strip():
        raise ValueError(f"CHANGELOG.md has no section for {version}")
    if not re.fullmatch(r"\d{4}-\d\d-\d\d", section["date"]):
        raise ValueError(f"CHANGELOG.md has no date for {version}")
    return section["text"].strip() + "\n"


def build(root: Path, tag: str, output: Path) -> Path:
    """Write the archive and `notes.md`, and return the path of the archive.

    Raise ValueError if the tag does not fit the manifest or the changelog.
    """
    manifest = json.loads((root / _INTEGRATION / "manifest.json").read_text())
    if tag != f"v{manifest['version']}":
        raise ValueError(
            f"The tag is {tag}, but the version in the manifest is {manifest['version']}"
        )
    text = notes((root / "CHANGELOG.md").read_text("utf-8"), manifest["version"])
    output.mkdir(parents=True, exist_ok=True)
    (output / "notes.md").write_text(text, "utf-8")
    tracked = subprocess.run(
        ["git", "ls-files", "-z", _INTEGRATION.as_posix()],
        cwd=root,
        check=True,
        capture_output=True,
        text=True,
    ).stdout
    name: str = json.loads((root / "hacs.json").read_text())["filename"]
    archive = output / name
    with ZipFile(archive, "w", ZIP_DEFLATED) as target:
        for path in map(Path, sorted(filter(None, tracked.split("\0")))):
            entry = ZipInfo(path.relative_to(_INTEGRATION).as_posix(), _DATE)
            entry.compress_type = ZIP_DEFLATED
            target.writestr(entry, (root / path).read_bytes())
    return archive


def main() -> None:
    """Build the release of a tag."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("tag", help="for example v0.1.0")
    parser.add_argument("--output", type=Path, default=ROOT / "dist")
    arguments = parser.parse_args()
    try:
        archive = build(ROOT, arguments.tag, arguments.output)
    except ValueError as err:
        sys.exit(str(err))
    print(archive)


if __name__ == "__main__":
    main()

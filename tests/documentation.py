"""The documentation and its examples."""

from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util.yaml import parse_yaml

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = {
    path.stem: path.read_text(encoding="utf-8")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")))
}


def examples(page: str, containing: str = "") -> list[str]:
    """Return the YAML examples on a page that contain a text."""
    blocks = re.findall(r"^```yaml\n(.*?)^```$", PAGES[page], re.DOTALL | re.MULTILINE)
    return [block for block in blocks if containing in block]


def parsed(example: str) -> dict[str, Any]:
    """Return what an example configures."""
    content = parse_yaml(example)
    assert isinstance(content, dict)
    return content

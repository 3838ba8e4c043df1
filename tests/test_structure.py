"""Tests of the structure of the code: size, layers and import cycles."""

import ast
from collections.abc import Iterable
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import Final

import pytest

from custom_components.seam.actions import ACTIONS

from .documentation import PAGES

ROOT: Final = Path(__file__).resolve().parents[1]
INTEGRATION: Final = "custom_components.seam"
PROJECT: Final = (INTEGRATION, "simulator", "benchmarks", "scripts", "tests")

MAX_ROOMS: Final = 31
MAX_ROOT_MODULES: Final = 24
MAX_FLOORS: Final = 10
MAX_LINES: Final = 400
LONG_MODULES: Final = {f"{INTEGRATION}.api.client"}

type Graph = dict[str, set[str]]


def _paths(package: str) -> dict[str, Path]:
    """Return the modules of a package, named as in an import, and their files."""
    paths = {}
    for path in (ROOT / package.replace(".", "/")).rglob("*.py"):
        parts = path.relative_to(ROOT).with_suffix("").parts
        paths[".".join(parts).removesuffix(".__init__")] = path
    return paths


MODULES: Final = {
    name: path for package in PROJECT for name, path in _paths(package).items()
}


def _imported(module: str, node: ast.AST) -> Iterable[str]:
    """Return the names that a node imports, with relative ones resolved."""
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    if not isinstance(node, ast.ImportFrom):
        return []
    base = node.module or ""
    if node.level:
        parts = module.split(".")
        # A package counts as its own __init__ module.
        depth = node.level - (MODULES[module].name == "__init__.py")
        package = ".".join(parts[: len(parts) - depth])
        base = f"{package}.{base}".rstrip(".")
    return [
        name if (name := f"{base}.{alias.name}") in MODULES else base
        for alias in node.names
    ]


def _imports(module: str) -> set[str]:
    """Return what a module imports anywhere, also for type checking only."""
    tree = ast.parse(MODULES[module].read_text())
    return {name for node in ast.walk(tree) for name in _imported(module, node)}


def _room(module: str) -> str:
    """Return the package or the module directly under the integration."""
    return module.removeprefix(INTEGRATION).lstrip(".").partition(".")[0] or "__init__"


@pytest.fixture(scope="module")
def imports() -> Graph:
    """Return the imports of each module of the project."""
    return {module: _imports(module) for module in MODULES}


@pytest.fixture(scope="module")
def modules(imports: Graph) -> Graph:
    """Return which modules of the project each of them imports."""
    return {
        module: (names & MODULES.keys()) - {module} for module, names in imports.items()
    }


@pytest.fixture(scope="module")
def rooms(modules: Graph) -> Graph:
    """Return which rooms of the integration each of them imports."""
    found: Graph = {}
    for module in _paths(INTEGRATION):
        found.setdefault(_room(module), set()).update(
            _room(name)
            for name in modules[module]
            if name.startswith(INTEGRATION) and _room(name) != _room(module)
        )
    return found


def _floors(graph: Graph) -> dict[str, int]:
    """Return the length of the longest path down from each node."""
    floors: dict[str, int] = {}
    for node in TopologicalSorter(graph).static_order():
        floors[node] = 1 + max((floors[below] for below in graph[node]), default=0)
    return floors


@pytest.mark.parametrize("nodes", ["modules", "rooms"])
def test_no_import_cycle(request: pytest.FixtureRequest, nodes: str) -> None:
    """Neither modules of the project nor rooms of the integration import in circles."""
    try:
        TopologicalSorter(request.getfixturevalue(nodes)).prepare()
    except CycleError as err:
        pytest.fail(" ← ".join(err.args[1]))


def test_number_of_rooms(rooms: Graph) -> None:
    """The root of the integration stays small enough to survey."""
    names = rooms.keys() - {"__init__"}
    in_root = {name for name in names if f"{INTEGRATION}.{name}" in MODULES} - {
        name for name in names if MODULES[f"{INTEGRATION}.{name}"].stem == "__init__"
    }
    assert len(names) <= MAX_ROOMS
    assert len(in_root) <= MAX_ROOT_MODULES


def test_number_of_floors(rooms: Graph) -> None:
    """The longest chain of imports between rooms is limited."""
    floors = _floors(rooms)
    assert max(floors.values()) <= MAX_FLOORS, floors


@pytest.mark.parametrize("part", ["api", "sync", "stays.compare", "stays.run"])
def test_part_does_not_import_home_assistant(
    imports: Graph, modules: Graph, part: str
) -> None:
    """Neither directly nor through another module of the integration."""
    prefix = f"{INTEGRATION}.{part}"
    todo = [name for name in _paths(INTEGRATION) if f"{name}.".startswith(f"{prefix}.")]
    seen: set[str] = set()
    while todo:
        module = todo.pop()
        seen.add(module)
        assert not [name for name in imports[module] if "homeassistant" in name], module
        todo += modules[module] - seen


def test_files_of_panel_are_documented() -> None:
    """Somebody who wants to change a page finds its file."""
    _, _, section = PAGES["architecture"].partition("## Panel and card")
    names = {path.stem for path in (ROOT / "frontend" / "src").rglob("*.ts")}
    missing = {name for name in names - {"index"} if f"`{name}`" not in section}
    assert not missing, f"add to docs/architecture.md: {missing}"


def test_modules_are_documented() -> None:
    """The page about the architecture names each module in the row of its package."""
    page = PAGES["architecture"]
    actions = {action.handler.__module__ for action in ACTIONS.values()}
    for module in _paths(INTEGRATION).keys() - actions:
        package, _, name = module.removeprefix(f"{INTEGRATION}.").rpartition(".")
        # The models of the API are described as a group.
        if MODULES[module].name != "__init__.py" and package != "api":
            start = f"| `{package}/` |" if package else "## Root modules"
            end = "\n" if package else "\n## "
            assert f"`{name}`" in page.partition(start)[2].partition(end)[0], module


@pytest.mark.parametrize("module", sorted(_paths(INTEGRATION).keys() - LONG_MODULES))
def test_length_of_module(module: str) -> None:
    """Modules of the integration can be read in one go."""
    assert len(MODULES[module].read_text().splitlines()) <= MAX_LINES

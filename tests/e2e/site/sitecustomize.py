"""Let tests decide how long an adoption watches a lock, instead of waiting minutes.

Python imports this module at startup, because its folder is in PYTHONPATH.
"""

from collections.abc import Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
import os
from pathlib import Path
import sys
from types import ModuleType

MODULE = "custom_components.seam.websocket.adoption_job"


class Steps:
    """A look each second until a file exists."""

    def __iter__(self) -> Iterator[int]:
        """Yield the seconds until the next look."""
        yield 1
        while not Path(os.environ["SEAM_WATCHED"]).exists():
            yield 1


class Finder:
    """Changes the module when it is imported."""

    @classmethod
    def find_spec(cls, name: str, *_: object) -> ModuleSpec | None:
        """Return the module's own spec, but change the module after its execution."""
        if name != MODULE:
            return None
        sys.meta_path.remove(cls)
        spec = find_spec(name)
        assert spec is not None
        assert spec.loader is not None
        execute = spec.loader.exec_module

        def execute_and_change(module: ModuleType) -> None:
            execute(module)
            assert hasattr(module, "WATCH_STEPS")
            vars(module)["WATCH_STEPS"] = Steps()

        vars(spec.loader)["exec_module"] = execute_and_change
        return spec


sys.meta_path.insert(0, Finder)

"""docs/advice.md, made of the code: `python -m tests.advice_table` writes it anew."""

import json
from pathlib import Path
from typing import Final

from custom_components.seam import advice
from custom_components.seam.api import Scope, SeamProblem
from custom_components.seam.api.problems import read_problems

ADVICE_PAGE: Final = Path(__file__).resolve().parents[1] / "docs" / "advice.md"

_HEAD: Final = """\
# What to do about errors and warnings

Seam tells what is wrong by these codes and by a message of its own, which Home Assistant shows
beside this advice: in the attributes `errors` and `warnings` of the code sensors, and, for errors
that last, under Repairs. Codes that are not here get the advice for what they are about.

| code | about | advice |
| --- | --- | --- |
"""


def advice_page() -> str:
    """Return the page as the code and the translations have it."""
    path = Path(advice.__file__).parent / "translations" / "en.json"
    texts = json.loads(path.read_text())["selector"]["advice"]["options"]
    rows = []
    for code in sorted(advice.KNOWN_CODES):
        [problem] = read_problems([{"error_code": code}])
        rows.append((f"`{code}`", problem))
    rows += [("any other", SeamProblem(code="", scope=scope)) for scope in Scope]
    return _HEAD + "".join(
        f"| {name} | {problem.scope.value} | {texts[advice.advice_key(problem)]} |\n"
        for name, problem in rows
    )


if __name__ == "__main__":
    ADVICE_PAGE.write_text(advice_page())

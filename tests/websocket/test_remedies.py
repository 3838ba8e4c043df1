"""What a tap can do about the problems of locks and codes."""

from itertools import batched
import re
from typing import Any, Final

import pytest

from custom_components.seam.advice import (
    _ADVICE_ABOUT_ACCOUNT,
    ADVICE_KEYS,
    DUPLICATE_NAME,
    KNOWN_CODES,
)
from custom_components.seam.websocket.remedies import REMEDIES
from simulator import Simulator
from simulator.seed import CODE_HANDYMAN, LOCKS, UNMANAGED_OLD_GUEST
from tests.clock import START
from tests.conftest import Poll
from tests.test_repository import load_json

from .conftest import Panel

# Home Assistant's web server uses keys of a type that aiohttp warns about.
pytestmark = [
    pytest.mark.filterwarnings("ignore::aiohttp.web_exceptions.NotAppKeyWarning"),
    pytest.mark.usefixtures("frozen_clock"),
]

# What advice says that a tap can do.
WORDS: Final = {
    "add": "Create (the|another) code",
    "allow_changes": "allow changes there",
    "convert_other": "^“.*” has.* Convert",
    "delete": "delete the code|delete it and create|delete one of|still open .*delete it",
    "delete_expired": "Delete codes that you no longer need",
    "delete_other": "^“.*” has.*( Delete| or delete)|^“.*also manages.* or delete",
    "edit": "this PIN or name|Choose a different schedule|update the code again",
    "found_codes": "(Another|unmanaged|duplicate) codes?|not created with Seam",
    "new_pin": "[Cc]hange (the PIN|this|or delete one)|Choose a PIN|this PIN or name",
    "pull_backup": "pull a backup code",
    "reconnect_account": "in the Seam console",
    "refresh_lock": "connection|online|its bridge|Check (again|the lock )|still open",
}
REMOVAL_WARNINGS: Final = {"being_deleted", "delay_in_removing_from_device"}


def _named(advice: str) -> set[str]:
    """Return the remedies that are in an advice."""
    return {remedy for remedy, words in WORDS.items() if re.search(words, advice)}


def _possible(
    lock: dict[str, Any], code: dict[str, Any], problem: dict[str, Any]
) -> set[str]:
    """Return the remedies that are not refused."""
    codes = {code["access_code_id"]: code for code in lock["codes"]}
    other = codes.get(problem.get("other_access_code_id"), {"can": {}})
    can = {
        "add": lock["can"]["create"],
        "allow_changes": code["is_external_modification_allowed"]
        or code["can"]["update"],
        "convert_other": other["can"].get("convert"),
        "delete": code["can"]["delete"],
        "delete_expired": any(
            code["state"] == "expired" and code["can"]["delete"] is True
            for code in codes.values()
        ),
        "delete_other": other["can"].get("delete"),
        "edit": code["can"]["update"],
        "found_codes": not all(code["is_managed"] for code in codes.values()),
        "new_pin": "cannot_specify_pin_code" not in lock["rules"]["constraints"]
        and code["can"]["update"],
        "pull_backup": code["can"]["pull_backup"],
        "reconnect_account": True,
        "refresh_lock": True,
    }
    return {remedy for remedy, possible in can.items() if possible is True}


@pytest.mark.parametrize("key", sorted(ADVICE_KEYS))
def test_advice_has_the_remedies_that_it_names(key: str) -> None:
    """Each reason has a button for what its advice says, and no other."""
    texts = load_json("translations/en.json")["selector"]["advice"]["options"]
    if key.removesuffix("_named") in _ADVICE_ABOUT_ACCOUNT:
        key = key.removesuffix("_named")
    assert set(REMEDIES[key]) == _named(texts[key])


@pytest.mark.parametrize("is_warning", [False, True])
async def test_remedies_are_the_possible_ones(
    simulator: Simulator, panel: Panel, reconcile: Poll, is_warning: bool
) -> None:
    """Whatever problem a code has, it has each button that would not be refused."""
    kind = "warning" if is_warning else "error"
    problems = [
        {
            f"{kind}_code": problem_code,
            "message": "A problem.",
            "created_at": START.isoformat(),
            f"is_access_code_{kind}": True,
        }
        # Codes that are being removed have no remedies.
        for problem_code in sorted(KNOWN_CODES - REMOVAL_WARNINGS)
    ]
    seen: set[str] = set()
    # Of more, only the first would be kept.
    for some in batched(problems, 20, strict=False):
        for code in simulator.state.access_codes.values():
            setattr(code, f"{kind}s", list(some))
        await reconcile()
        await panel.received()
        assert panel.locks.keys() == set(LOCKS)
        for lock in panel.locks.values():
            for code in lock["codes"]:
                assert len(code[f"{kind}s"]) >= len(some)
                for problem in code[f"{kind}s"]:
                    named = _named(problem["advice"])
                    if problem[f"{kind}_code"] == DUPLICATE_NAME and "new_pin" in named:
                        named = named - {"new_pin"} | {"edit"}
                    possible = named & _possible(lock, code, problem)
                    assert set(problem["remedies"]) == possible, (problem, code)
                    seen |= possible
    assert {"new_pin", "convert_other", "allow_changes", "refresh_lock"} <= seen


async def test_new_pin_comes_before_conversion(panel: Panel) -> None:
    """A code whose PIN another code has stays broken if that one is converted."""
    handyman = panel.code(CODE_HANDYMAN)
    assert handyman
    [error] = handyman["errors"]
    assert error["remedies"] == ["new_pin", "convert_other", "delete_other"]
    assert error["other_access_code_id"] == UNMANAGED_OLD_GUEST


async def test_managed_codes_are_not_converted(
    simulator: Simulator, panel: Panel, reconcile: Poll
) -> None:
    """Neither a menu nor a remedy offers to convert what Seam manages."""
    await reconcile()
    await panel.received()
    codes = [code for lock in panel.locks.values() for code in lock["codes"]]
    managed = {code["access_code_id"] for code in codes if code["is_managed"]}
    assert managed
    for code in codes:
        if code["is_managed"]:
            assert code["can"]["convert"] is not True
        for problem in code["errors"] + code["warnings"]:
            if "convert_other" in problem["remedies"]:
                assert problem["other_access_code_id"] not in managed

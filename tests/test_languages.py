"""Tests that the translations of the integration and the panel match the English texts."""

from collections.abc import Iterable
import json
from pathlib import Path
import re
from typing import Any, Final

import pytest

from .test_repository import INTEGRATION, ROOT

FRONTEND: Final = ROOT / "frontend" / "src"
FOLDERS: Final = (INTEGRATION / "translations", FRONTEND / "language")

# The plural categories of whole numbers and others, from Unicode CLDR.
_TWO: Final = {"one", "other"}
_MILLIONS: Final = {"one", "many", "other"}
_SLAVIC: Final = {"one", "few", "many", "other"}
LANGUAGES: Final = {
    "cs": _SLAVIC,
    "da": _TWO,
    "de": _TWO,
    "el": _TWO,
    "en": _TWO,
    "es": _MILLIONS,
    "fi": _TWO,
    "fr": _MILLIONS,
    "hu": _TWO,
    "it": _MILLIONS,
    "ja": {"other"},
    "nb": _TWO,
    "nl": _TWO,
    "pl": _SLAVIC,
    "pt": _MILLIONS,
    "pt-BR": _MILLIONS,
    "ro": {"one", "few", "other"},
    "sv": _TWO,
    "tr": _TWO,
    "zh-Hans": {"other"},
}
# How much longer than in English the text of a button may be: by half, and short ones by
# some letters.
BUTTON_FACTOR: Final = 1.5
BUTTON_LETTERS: Final = 7

TRANSLATIONS: Final = [
    pytest.param(folder, path.stem, id=f"{folder.name}-{path.stem}")
    for folder in FOLDERS
    for path in sorted(folder.glob("*.json"))
]


def _texts(folder: Path, language: str) -> dict[str, Any]:
    texts: dict[str, Any] = json.loads((folder / f"{language}.json").read_text("utf-8"))
    return texts


def _placeholders(text: str) -> set[str]:
    return set(re.findall(r"\{(\w+)\}", text))


def _leaves(texts: dict[str, Any], prefix: str = "") -> dict[str, str]:
    """Return the texts by their path."""
    found: dict[str, str] = {}
    for key, value in texts.items():
        if isinstance(value, dict):
            found |= _leaves(value, f"{prefix}{key}.")
        else:
            found[f"{prefix}{key}"] = value
    return found


def _plurals(texts: dict[str, Any]) -> dict[str, dict[str, str]]:
    """Return the texts of the panel that depend on a number."""
    return {key: value for key, value in texts.items() if isinstance(value, dict)}


def _check_keys(
    folder: Path, language: str, found: Iterable[str], english: Iterable[str]
) -> None:
    """Check that a language has the keys of the English texts, or name the others."""
    difference = {
        "missing": sorted({*english} - {*found}),
        "only here": sorted({*found} - {*english}),
    }
    path = (folder / f"{language}.json").relative_to(ROOT)
    assert not any(difference.values()), f"{path}: {difference}"


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_there_are_all_languages(folder: Path) -> None:
    """There are these languages and no others."""
    assert {path.stem for path in folder.glob("*.json")} == LANGUAGES.keys()


@pytest.mark.parametrize(("folder", "language"), TRANSLATIONS)
def test_language_has_all_texts(folder: Path, language: str) -> None:
    """A language has the keys and the placeholders of the English texts."""
    texts, english = _texts(folder, language), _texts(folder, "en")
    _check_keys(folder, language, texts, english)
    for key in _plurals(english) if folder == FOLDERS[1] else {}:
        del texts[key], english[key]
    found, expected = _leaves(texts), _leaves(english)
    _check_keys(folder, language, found, expected)
    for key, text in found.items():
        assert _placeholders(text) == _placeholders(expected[key]), key


@pytest.mark.parametrize(("folder", "language"), TRANSLATIONS)
def test_texts_are_clean(folder: Path, language: str) -> None:
    """There are no empty texts, blanks at the ends, URLs, or HTML."""
    for key, text in _leaves(_texts(folder, language)).items():
        assert text, key
        assert text == text.strip(), key
        assert "://" not in text, key
        assert not re.search(r"</?\w+>", text), key


@pytest.mark.parametrize("language", [path.stem for path in FOLDERS[1].glob("*.json")])
def test_plurals_are_those_of_the_language(language: str) -> None:
    """A text has a form for each plural category, with the placeholders of English."""
    plurals = _plurals(_texts(FOLDERS[1], language))
    english = _plurals(_texts(FOLDERS[1], "en"))
    _check_keys(FOLDERS[1], language, plurals, english)
    for key, forms in plurals.items():
        assert forms.keys() == LANGUAGES[language], key
        expected = _placeholders(english[key]["other"])
        for category, text in forms.items():
            # "One" may stand for the number.
            optional = {"count"} if category == "one" else set()
            assert _placeholders(text) | optional == expected | optional, key


def _buttons() -> set[str]:
    """Return the keys of the texts on buttons of the panel."""
    keys = {key for key in _texts(FOLDERS[1], "en") if key.startswith("remedy_")}
    for path in FRONTEND.rglob("*.ts"):
        source = re.sub(r"(aria-label|title)=\$\{t\([^)]*\)\}", "", path.read_text())
        for button in re.findall(r"<button.*?</button>", source, re.DOTALL):
            for argument in re.findall(r"\bt\(([^)]*)", button):
                keys.update(re.findall(r'"(\w+)"', argument))
    return keys


@pytest.mark.parametrize("language", [path.stem for path in FOLDERS[1].glob("*.json")])
def test_buttons_are_short(language: str) -> None:
    """Texts on buttons are not much longer than in English, so that they fit."""
    texts, english = _texts(FOLDERS[1], language), _texts(FOLDERS[1], "en")
    buttons = _buttons()
    assert {"add_guest", "cancel", "remedy_new_pin", "save"} <= buttons
    too_long = {
        key: texts[key]
        for key in buttons
        if len(texts[key])
        > max(len(english[key]) * BUTTON_FACTOR, len(english[key]) + BUTTON_LETTERS)
    }
    assert too_long == {}


# What the panel calls the fields of actions.
SETTINGS: Final = {
    "allow_external_modification": "option_external",
    "code": "pin",
    "is_offline_access_code": "option_offline",
    "ongoing": "permanent",
    "preferred_code_length": "option_length",
    "use_backup_access_code_pool": "option_backup",
}


@pytest.mark.parametrize("language", LANGUAGES)
def test_names_that_are_english_everywhere_are_not_translated(language: str) -> None:
    """The sidebar has one name for all users, and booking calendars are in English."""
    texts = _leaves(_texts(INTEGRATION / "translations", language))
    translated = [
        key
        for key, english in _leaves(_texts(INTEGRATION / "translations", "en")).items()
        for name in ("“Access codes”", "“Not available”")
        if name in english and name[1:-1] not in texts[key]
    ]
    assert not translated


@pytest.mark.parametrize("language", [path.stem for path in FOLDERS[1].glob("*.json")])
def test_settings_have_same_name_in_panel_and_actions(language: str) -> None:
    """Somebody who knows a setting from the panel finds it in the form of an action."""
    actions, panel = (_texts(folder, language) for folder in FOLDERS)
    for action in ("schedule", "ensure", "update", "convert"):
        fields = actions["services"][f"{action}_access_code"]["fields"]
        for name in fields.keys() & SETTINGS.keys():
            shown = panel[SETTINGS[name]].replace("’", "'")
            assert fields[name]["name"].replace("’", "'") == shown, (action, name)

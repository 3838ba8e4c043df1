"""Tests of the texts: every key in the code has one, and every text is used."""

import ast
from collections.abc import Iterable, Iterator
from functools import cache
import json
from pathlib import Path
import re
from typing import Any, Final

from homeassistant.util import slugify
from homeassistant.util.yaml import load_yaml_dict
import pytest

from .documentation import PAGES
from .test_repository import INTEGRATION, load_json

FLOW_HELPER_REASONS: Final = {
    "already_configured",
    "reauth_successful",
    "reconfigure_successful",
}
# Called with the key and placeholders of a translation.
ERRORS: Final = {
    "ActionError",
    "ChangeUncertainError",
    "NotFoundError",
    "WorkspaceRefusedError",
    "refusal",
}


@pytest.fixture(scope="module", name="translations")
def translations_fixture() -> dict[str, Any]:
    """Return the English translations."""
    return load_json("translations/en.json")


@pytest.fixture(scope="module", name="services")
def services_fixture() -> dict[str, Any]:
    """Return the content of services.yaml."""
    return load_yaml_dict(str(INTEGRATION / "services.yaml"))


@cache
def syntax_nodes() -> list[tuple[Path, ast.AST]]:
    """Return the syntax nodes of the integration with their files."""
    return [
        (path, node)
        for path in INTEGRATION.rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
    ]


class Strings:
    """The strings in the code of the integration, including f-strings."""

    def __init__(self) -> None:
        """Collect the strings."""
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
                # An f-string with nothing but values would match everything.
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
        """Return whether the code contains a text or can build it."""
        return text in self._plain or any(
            pattern.fullmatch(text) for pattern in self._patterns
        )

    def missing(self, texts: Iterable[str]) -> set[str]:
        """Return the texts that the code neither contains nor builds."""
        return {text for text in texts if text not in self}


def literals(value: ast.expr | None) -> list[str]:
    """Return the strings that a literal or conditional expression can be."""
    match value:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=body, orelse=orelse):
            return literals(body) + literals(orelse)
        case _:
            return []


def calls() -> Iterator[tuple[str, str, ast.Call, dict[str | None, ast.expr]]]:
    """Yield the module, location, node and keyword arguments of each call."""
    for path, node in syntax_nodes():
        if isinstance(node, ast.Call):
            yield (
                path.stem,
                f"{path.name}:{node.lineno}",
                node,
                {keyword.arg: keyword.value for keyword in node.keywords},
            )


def raised_exceptions() -> Iterator[tuple[str, str, set[str | None] | None]]:
    """Yield the location, translation key and known placeholders of each exception."""
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
            # Unpacked placeholders are not known.
            yield where, key, None if names and None in names else names


def flat_fields(fields: dict[str, Any]) -> dict[str, Any]:
    """Return the fields of an action, including those in sections."""
    flat: dict[str, Any] = {}
    for name, field in fields.items():
        flat |= field.get("fields", {name: field})
    return flat


def automation_parts(kind: str) -> dict[str, Any]:
    """Return the descriptions of the triggers or conditions."""
    content = load_yaml_dict(str(INTEGRATION / f"{kind}s.yaml"))
    # Names that start with a dot are only anchors.
    return {name: part for name, part in content.items() if name[0] != "."}


def flows(translations: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return the texts of the flows."""
    found = {name: translations.get(name, {}) for name in ("config", "options")}
    found.update(translations["config_subentries"])
    return found


def placeholders(text: str) -> set[str]:
    """Return the placeholders of a text."""
    return set(re.findall(r"\{(\w+)\}", text))


def test_actions_have_texts_and_icons(
    services: dict[str, Any], translations: dict[str, Any]
) -> None:
    """services.yaml, icons.json and translations have the same actions and fields."""
    icons = load_json("icons.json")["services"]
    for file, names in (
        ("icons.json", set(icons)),
        ("translations/en.json", set(translations["services"])),
    ):
        assert names == set(services), f"{file}: {names ^ set(services)}"
    for name, action in services.items():
        assert icons[name]["service"].startswith("mdi:"), name
        texts = translations["services"][name]
        assert texts["name"] and texts["description"], name
        fields = (action or {}).get("fields", {})
        sections = {key for key, field in fields.items() if "fields" in field}
        assert set(texts.get("sections", {})) == sections, name
        difference = set(texts.get("fields", {})) ^ set(flat_fields(fields))
        assert not difference, (
            f"only in one of services.yaml and translations/en.json: {name}: {difference}"
        )
        for field, text in texts.get("fields", {}).items():
            assert text["name"] and text["description"], f"{name}.{field}"


@pytest.mark.parametrize("kind", ["condition", "trigger"])
def test_triggers_and_conditions_have_texts_and_icons(
    translations: dict[str, Any], kind: str
) -> None:
    """The descriptions, icons.json and translations have the same fields."""
    described = automation_parts(kind)
    icons = load_json("icons.json")[f"{kind}s"]
    texts = translations[f"{kind}s"]
    assert set(icons) == set(described), f"correct icons.json: {kind}s"
    assert set(texts) == set(described), f"correct translations/en.json: {kind}s"
    for name, part in described.items():
        assert icons[name][kind].startswith("mdi:"), name
        assert texts[name]["name"] and texts[name]["description"], name
        fields = texts[name].get("fields", {})
        assert set(fields) == set(part.get("fields", {})), name
        for field, text in fields.items():
            assert text["name"] and text["description"], f"{name}.{field}"


def test_errors_label_texts_from_outside(translations: dict[str, Any]) -> None:
    """A raw text of Seam does not look like a sentence of ours."""
    for key, text in translations["exceptions"].items():
        message = text["message"]
        assert message.count("{error}") == message.count(": {error}"), key


def test_fields_that_select_codes_have_the_same_texts(
    translations: dict[str, Any],
) -> None:
    """They say where to find names and IDs, which no dialog shows as attributes."""
    found: dict[str, set[str]] = {}
    for action in translations["services"].values():
        fields = action.get("fields", {})
        if "access_code_id" in fields:
            for name in ("name", "access_code_id"):
                found.setdefault(name, set()).add(fields[name]["description"])
    assert found
    for descriptions in found.values():
        [description] = descriptions
        assert "The “Get access codes” action lists all names and IDs." in description
    assert "attributes of" not in json.dumps(translations)


def test_selector_options_have_texts(
    services: dict[str, Any], translations: dict[str, Any]
) -> None:
    """Each option of a selector has a text, and each text an option."""
    selectors = [
        selector["select"]
        for described in (*services.values(), *automation_parts("trigger").values())
        for field in flat_fields((described or {}).get("fields", {})).values()
        if "translation_key" in ((selector := field["selector"]).get("select") or {})
    ]
    described = {selector["translation_key"] for selector in selectors}
    texts = translations.get("selector", {})
    for selector in selectors:
        options = texts[selector["translation_key"]]["options"]
        assert set(options) == set(selector["options"])
    assert not Strings().missing(set(texts) - described)


def test_translation_keys_exist(translations: dict[str, Any]) -> None:
    """Each translation key in the code has a text."""
    add = "add to translations/en.json:"
    for where, key, _ in raised_exceptions():
        assert key in translations["exceptions"], f"{add} exceptions.{key} ({where})"
    entities = translations["entity"]
    for module, where, call, passed in calls():
        if "translation_domain" not in passed:
            for key in literals(passed.get("translation_key")):
                if ast.unparse(call.func).endswith("async_create_issue"):
                    assert key in translations["issues"], (
                        f"{add} issues.{key} ({where})"
                    )
                elif module in entities:
                    assert key in entities[module], (
                        f"{add} entity.{module}.{key} ({where})"
                    )
        if module in ("config_flow", "flow"):
            for keyword, section in (("step_id", "step"), ("reason", "abort")):
                for key in literals(passed.get(keyword)):
                    assert any(
                        key in flow.get(section, {})
                        for flow in flows(translations).values()
                    ), f"{add} {section}.{key} ({where})"


def test_no_unused_translations(translations: dict[str, Any]) -> None:
    """Each text is used in the code."""
    strings = Strings()
    for section in ("exceptions", "issues"):
        assert not strings.missing(translations.get(section, ())), section
    for name, flow in flows(translations).items():
        for section in ("error", "abort", "step"):
            # Helpers of Home Assistant use these keys.
            unused = strings.missing(flow.get(section, ()))
            assert unused <= FLOW_HELPER_REASONS, f"{name}.{section}"
    for platform, entities in translations.get("entity", {}).items():
        assert not strings.missing(entities), platform


def test_exceptions_fill_placeholders(translations: dict[str, Any]) -> None:
    """Exceptions have all placeholders of their texts."""
    for where, key, names in raised_exceptions():
        if names is not None:
            needed = placeholders(translations["exceptions"][key]["message"])
            assert needed <= names, f"{where}: {key}"


def test_icons_belong_to_entities(translations: dict[str, Any]) -> None:
    """Each entity with a name has an icon, unless its device class has one."""
    icons = load_json("icons.json")["entity"]
    assert set(icons) == set(translations["entity"])
    for platform, entities in translations["entity"].items():
        have_device_class = {
            key
            for module, _, _, passed in calls()
            if module == platform and "device_class" in passed
            for key in literals(passed.get("translation_key"))
        }
        where = f"icons.json: entity.{platform}"
        missing = set(entities) - set(icons[platform]) - have_device_class
        assert not missing, f"add to {where}: {missing}"
        unused = set(icons[platform]) - set(entities)
        assert not unused, f"remove from {where}: {unused}"


def test_entities_are_documented(translations: dict[str, Any]) -> None:
    """Each entity with a name has a row, or a section for those of stays."""
    pages = PAGES["entities"] + PAGES["stays"]
    for platform, entities in translations["entity"].items():
        for key, entity in entities.items():
            if name := entity.get("name"):
                entity_id = rf"`{platform}\.\w+_({slugify(name)}|{key})`"
                assert re.search(entity_id, pages), (
                    f"add a row to docs/entities.md: {platform}: {name}"
                )

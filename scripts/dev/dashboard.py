"""Dashboard of scripts/develop, built from the entity registry."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

URL_PATH: Final = "seam-locks"
TITLE: Final = "Locks"

# In this order, with short names. What a lock does not have is left out.
TILES: Final = {
    "managed_access_codes": "Managed",
    "unmanaged_access_codes": "Unmanaged",
    "access_code_problem": "Codes",
    "connectivity": "Connectivity",
    "door": "Door",
    "battery": "Battery",
    "next_code_change": "Next change",
    "access_code_activity": "Activity",
}

# Expects `sensors`. The card shows Markdown, so every ASCII punctuation mark in names and
# messages is escaped: other people write them.
CODES_TEMPLATE: Final = r"""
{%- macro plain(text) -%}
{{ text.split() | join(" ") | regex_replace("([!-/:-@\\[-`{-~])", "\\\\\\1") }}
{%- endmacro -%}
{%- macro moment(time) -%}
{{ time | as_timestamp | timestamp_custom("%-d %b %H:%M") }}
{%- endmacro -%}
{%- set shared = namespace(shown=[]) -%}
{%- set lists = sensors | map("last") | map("state_attr", "access_codes") | list -%}
{%- if none in lists -%}
The access codes are currently unknown because they could not be fetched from Seam.
{%- elif not lists | sum(start=[]) -%}
The lock has no access codes.
{%- endif -%}
{%- for title, sensor in sensors -%}
{%- set codes = state_attr(sensor, "access_codes") or [] -%}
{%- if codes %}

**{{ title }}**
{% for code in codes %}
- {{ plain(code.name or "(no name)") }} · **{{ code.state | replace("_", " ") | capitalize }}**
{%- if code.starts_at %}<br>{{ moment(code.starts_at) }} – {{ moment(code.ends_at) }}{% endif %}
{%- endfor %}

{% endif %}
{%- for problem in (state_attr(sensor, "errors") or []) + (state_attr(sensor, "warnings") or []) %}
{#- Each code repeats the problems of its lock. -#}
{%- set is_shared = problem.scope != "access_code" %}
{%- if not (is_shared and problem.message in shared.shown) %}
{%- set shared.shown = shared.shown + ([problem.message] if is_shared else []) %}
<ha-alert alert-type="{{ "error" if problem.error_code is defined else "warning" }}"><b>{% if not is_shared %}{{ plain(problem.name or "(no name)") }}: {% endif %}{{ plain(problem.message) }}</b><br>{{ plain(problem.advice) }}</ha-alert>
{% endif %}
{%- endfor %}
{%- endfor %}
"""


def build(
    entities: Iterable[Mapping[str, Any]], devices: Iterable[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return a dashboard with a section for every lock."""
    names = {
        device["id"]: device["name_by_user"] or device["name"] for device in devices
    }
    ours = sorted(
        (
            entity
            for entity in entities
            if entity["platform"] == "seam"
            and entity["device_id"] is not None
            and entity["disabled_by"] is None
        ),
        key=itemgetter("device_id"),
    )
    by_device = [
        (names[device_id], list(group))
        for device_id, group in groupby(ours, key=itemgetter("device_id"))
    ]
    return {
        "views": [
            {
                "title": TITLE,
                "type": "sections",
                "max_columns": 3,
                "sections": [
                    _section(name, group)
                    for name, group in sorted(by_device, key=itemgetter(0))
                    if any(_domain(entity) == "lock" for entity in group)
                ],
            }
        ]
    }


def _section(heading: str, entities: list[Mapping[str, Any]]) -> dict[str, Any]:
    [lock_id] = [
        entity["unique_id"] for entity in entities if _domain(entity) == "lock"
    ]
    # Entities that are named by their device class have no translation key.
    prefix = lock_id.removesuffix("lock")
    by_key = {
        entity["unique_id"].removeprefix(prefix): entity["entity_id"]
        for entity in entities
    }
    sensors = [
        (title, by_key[key])
        for title, key in (
            ("Managed", "managed_access_codes"),
            ("Unmanaged", "unmanaged_access_codes"),
        )
        if key in by_key
    ]
    cards: list[dict[str, Any]] = [
        {"type": "heading", "heading": heading, "icon": "mdi:lock-smart"},
        {"type": "tile", "entity": by_key["lock"]},
        *(
            {"type": "tile", "entity": by_key[key], "name": name}
            for key, name in TILES.items()
            if key in by_key
        ),
    ]
    # The card would be empty for a lock that cannot have codes.
    if sensors:
        cards.append(
            {
                "type": "markdown",
                "content": f"{{% set sensors = {sensors} %}}{CODES_TEMPLATE}",
                "grid_options": {"columns": "full"},
            }
        )
    return {"type": "grid", "cards": cards}


def _domain(entity: Mapping[str, Any]) -> str:
    entity_id: str = entity["entity_id"]
    return entity_id.partition(".")[0]

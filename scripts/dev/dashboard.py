"""The dashboard of scripts/develop, made from what is in the entity registry."""

from collections.abc import Iterable, Mapping
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

URL_PATH: Final = "seam-locks"
TITLE: Final = "Locks"

# In this order; what a lock does not have is left out.
TILES: Final = (
    "managed_access_codes",
    "unmanaged_access_codes",
    "access_code_problem",
    "connectivity",
    "door",
    "battery",
    "next_code_change",
    "access_code_activity",
)

CODES_TEMPLATE: Final = """\
{{%- set sensors = {sensors} -%}}
{{%- set ns = namespace(codes=[], problems=[]) -%}}
{{%- for sensor in sensors -%}}
{{%- set ns.codes = ns.codes + (state_attr(sensor, "access_codes") or []) -%}}
{{%- set ns.problems = ns.problems + (state_attr(sensor, "errors") or [])
     + (state_attr(sensor, "warnings") or []) -%}}
{{%- endfor -%}}
| Code | Status | From | Until | |
| :-- | :-- | :-- | :-- | :-- |
{{% for code in ns.codes -%}}
| {{{{ code.name or "(no name)" }}}} \
| {{{{ code.display_status or code.status }}}} \
| {{{{ code.starts_at | as_datetime | as_local | as_timestamp | timestamp_custom("%d %b %H:%M") if code.starts_at else "–" }}}} \
| {{{{ code.ends_at | as_datetime | as_local | as_timestamp | timestamp_custom("%d %b %H:%M") if code.ends_at else "–" }}}} \
| {{{{ "not managed by Seam" if code.can_convert is defined else "" }}}}\
{{{{ " · " ~ code.pending | join(", ") if code.pending else "" }}}} |
{{% endfor %}}
{{% for problem in ns.problems %}}
<ha-alert alert-type="{{{{ "error" if problem.error_code is defined else "warning" }}}}" \
title="{{{{ problem.name or "(no name)" }}}}: {{{{ problem.message }}}}">{{{{ problem.advice or "" }}}}</ha-alert>
{{% endfor %}}
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


def _section(name: str, entities: list[Mapping[str, Any]]) -> dict[str, Any]:
    by_key = {
        # A name from the registry would repeat the heading.
        entity["translation_key"]: entity["entity_id"]
        for entity in entities
        if _domain(entity) != "lock"
    }
    sensors = [
        by_key[key]
        for key in ("managed_access_codes", "unmanaged_access_codes")
        if key in by_key
    ]
    return {
        "type": "grid",
        "cards": [
            {"type": "heading", "heading": name, "icon": "mdi:lock-smart"},
            *(
                {"type": "tile", "entity": entity["entity_id"]}
                for entity in entities
                if _domain(entity) == "lock"
            ),
            *(
                {"type": "tile", "entity": by_key[key], "vertical": False}
                for key in TILES
                if key in by_key
            ),
            {
                "type": "markdown",
                "title": "Codes",
                "content": CODES_TEMPLATE.format(sensors=sensors),
                "grid_options": {"columns": "full"},
            },
        ],
    }


def _domain(entity: Mapping[str, Any]) -> str:
    entity_id: str = entity["entity_id"]
    return entity_id.partition(".")[0]

"""Reading of JSON bodies that may not be quite valid."""

import json
from typing import Any

import orjson


def parse_json(content: bytes) -> Any:
    """Return the content of JSON; raise ValueError if it is not valid.

    JavaScript may send half of a surrogate pair, which orjson rejects. It is replaced
    by U+FFFD.
    """
    try:
        return orjson.loads(content)
    except orjson.JSONDecodeError:
        try:
            text = json.dumps(json.loads(content), ensure_ascii=False)
        except RecursionError as err:
            raise ValueError("nested too deeply") from err
    return orjson.loads(
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    )

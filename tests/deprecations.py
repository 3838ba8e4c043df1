"""Detection of what Home Assistant logs about deprecated use by the integration."""

import logging
import re
from typing import Final, override

# Cleared by the test that finds something.
found: Final[list[str]] = []
_USE: Final = re.compile(r"custom integration 'seam'|\bdeprecated .* from seam\b")


class _Detector(logging.Handler):
    @override
    def emit(self, record: logging.LogRecord) -> None:
        if record.levelno >= logging.WARNING and _USE.search(record.getMessage()):
            found.append(record.getMessage())


def start() -> None:
    """Collect these messages, also those about imports."""
    logging.getLogger().addHandler(_Detector())

"""Names that several modules share."""

from typing import Final

DOMAIN: Final = "seam"

# The section of the forms for what hardly anybody changes, and its field.
CONF_ADVANCED: Final = "advanced"
CONF_ENDPOINT: Final = "endpoint"

CONF_CODE_SENSORS: Final = "code_sensors"
CONF_WEBHOOK: Final = "webhook"

CONSOLE_URL: Final = "https://console.seam.co"

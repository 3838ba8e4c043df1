"""Constants for the Seam integration."""

from typing import Final

DOMAIN: Final = "seam"

# The collapsed section of the config flow, and its field.
CONF_ADVANCED: Final = "advanced"
CONF_ENDPOINT: Final = "endpoint"

CONF_CODE_SENSORS: Final = "code_sensors"
CONF_WEBHOOK: Final = "webhook"

# In seconds. Locks may have a longer one, but Seam does not accept it.
MAX_AUTO_LOCK_DELAY: Final = 60

CONSOLE_URL: Final = "https://console.seam.co"

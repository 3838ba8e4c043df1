"""Constants for the Seam integration."""

from typing import Final

DOMAIN: Final = "seam"

# The collapsed section of the config flow, and its field.
CONF_ADVANCED: Final = "advanced"
CONF_ENDPOINT: Final = "endpoint"

CONF_CHECK_IN: Final = "check_in"
CONF_CHECK_OUT: Final = "check_out"
CONF_CODE_SENSORS: Final = "code_sensors"
CONF_PANEL: Final = "panel"
CONF_WEBHOOK: Final = "webhook"

DEFAULT_CHECK_IN: Final = "15:00:00"
DEFAULT_CHECK_OUT: Final = "11:00:00"

PANEL: Final = "seam"

# In seconds. Locks may have a longer one, but Seam does not accept it.
MAX_AUTO_LOCK_DELAY: Final = 60

CONSOLE_URL: Final = "https://console.seam.co"

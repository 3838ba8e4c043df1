"""Benchmarks of the integration against a simulated Seam workspace."""

import logging

# Home Assistant logs before it has read its configuration.
logging.getLogger("homeassistant").setLevel(logging.ERROR)
# The cloud component loads camera components, which log that libraries are missing.
for _name in ("haffmpeg", "homeassistant.components.camera.img_util"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

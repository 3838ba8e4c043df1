"""What the integration costs, measured against a simulated Seam."""

import logging

# What Home Assistant says before its configuration tells it to be quiet.
logging.getLogger("homeassistant").setLevel(logging.ERROR)
# Its parts for the cloud load those for cameras, which are not what this is about.
for _name in ("haffmpeg", "homeassistant.components.camera.img_util"):
    logging.getLogger(_name).setLevel(logging.CRITICAL)

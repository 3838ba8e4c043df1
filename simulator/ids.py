"""IDs and random numbers that repeat with the same seed."""

import base64
import random
import uuid

NAMESPACE = uuid.UUID("5ea3f00d-0000-4000-8000-000000000000")


def stable_id(name: str) -> str:
    """Return the ID that belongs to a name."""
    return str(uuid.uuid5(NAMESPACE, name))


class Ids:
    """A source of IDs, PINs and secrets."""

    def __init__(self, seed: int) -> None:
        """Initialize the source with a seed."""
        self._random = random.Random(seed)

    def new(self) -> str:
        """Return a new ID."""
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))

    def digits(self, length: int) -> str:
        """Return that many random digits."""
        return "".join(str(self._random.randrange(10)) for _ in range(length))

    def secret(self) -> str:
        """Return a new webhook secret."""
        return "whsec_" + base64.b64encode(self._random.randbytes(24)).decode()

    def shuffle[T](self, items: list[T]) -> None:
        """Shuffle a list in place."""
        self._random.shuffle(items)

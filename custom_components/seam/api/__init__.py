"""An asynchronous client for the Seam API, independent of Home Assistant."""

from .access_codes import AccessCode, Appearance, CodeStatus
from .client import DEFAULT_ENDPOINT, SeamClient
from .devices import Device
from .errors import (
    SeamAuthError,
    SeamClosedError,
    SeamDuplicateCodeError,
    SeamError,
    SeamInvalidInputError,
    SeamNotFoundError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
    SeamUnreadableError,
)
from .events import Event
from .models import ActionAttempt, ActionAttemptStatus, ConnectedAccount, Workspace
from .problems import Scope, SeamProblem

__all__ = [
    "DEFAULT_ENDPOINT",
    "AccessCode",
    "ActionAttempt",
    "ActionAttemptStatus",
    "Appearance",
    "CodeStatus",
    "ConnectedAccount",
    "Device",
    "Event",
    "Scope",
    "SeamAuthError",
    "SeamClient",
    "SeamClosedError",
    "SeamDuplicateCodeError",
    "SeamError",
    "SeamInvalidInputError",
    "SeamNotFoundError",
    "SeamNotSentError",
    "SeamProblem",
    "SeamRateLimitError",
    "SeamServerError",
    "SeamUnreachableError",
    "SeamUnreadableError",
    "Workspace",
]

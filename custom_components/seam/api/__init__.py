"""An asynchronous client for the Seam API. It knows nothing of Home Assistant."""

from .client import DEFAULT_ENDPOINT, SeamClient
from .errors import (
    SeamAuthError,
    SeamDuplicateCodeError,
    SeamError,
    SeamInvalidInputError,
    SeamNotFoundError,
    SeamNotSentError,
    SeamRateLimitError,
    SeamServerError,
    SeamUnreachableError,
)
from .events import Event
from .models import (
    AccessCode,
    ActionAttempt,
    ActionAttemptStatus,
    CodeStatus,
    Device,
    Workspace,
)
from .problems import Scope, SeamProblem

__all__ = [
    "DEFAULT_ENDPOINT",
    "AccessCode",
    "ActionAttempt",
    "ActionAttemptStatus",
    "CodeStatus",
    "Device",
    "Event",
    "Scope",
    "SeamAuthError",
    "SeamClient",
    "SeamDuplicateCodeError",
    "SeamError",
    "SeamInvalidInputError",
    "SeamNotFoundError",
    "SeamNotSentError",
    "SeamProblem",
    "SeamRateLimitError",
    "SeamServerError",
    "SeamUnreachableError",
    "Workspace",
]

"""Error responses of the API."""

from .state import Json


class ApiError(Exception):
    """An error response in Seam's envelope."""

    def __init__(
        self,
        status: int,
        error_type: str,
        message: str,
        *,
        validation_errors: dict[str, list[str]] | None = None,
        data: Json | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        """Initialize the error; `validation_errors` are keyed by parameter."""
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message
        self.validation_errors = validation_errors
        self.data = data
        self.headers = headers or {}

    def body(self, request_id: str) -> Json:
        """Return the envelope."""
        error: Json = {
            "type": self.error_type,
            "message": self.message,
            "request_id": request_id,
        }
        if self.data is not None:
            error["data"] = self.data
        if self.validation_errors is not None:
            error["validation_errors"] = {
                "_errors": [],
                **{k: {"_errors": v} for k, v in self.validation_errors.items()},
            }
        return {"error": error, "ok": False}


def invalid_input(message: str, *parameters: str) -> ApiError:
    """Return the error for invalid parameters."""
    errors = {parameter: [message] for parameter in parameters}
    return ApiError(400, "invalid_input", message, validation_errors=errors)


def device_not_found(device_id: str) -> ApiError:
    """Return the error for an unknown device."""
    return ApiError(
        404,
        "device_not_found",
        f"Could not find a device with device_id {device_id}",
        data={"device_id": device_id},
    )


def access_code_not_found(access_code_id: str | None = None) -> ApiError:
    """Return the error for an unknown code."""
    if access_code_id is None:
        return ApiError(404, "access_code_not_found", "Could not find an access code")
    return ApiError(
        404,
        "access_code_not_found",
        f"Could not find an access_code with access_code_id {access_code_id}",
        data={"access_code_id": access_code_id},
    )

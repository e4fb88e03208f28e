"""What can go wrong, as the API names it.

    WallCrawlerError                 code, HTTP status, text for the caller
    ├── InvalidRequest               400  INVALID_REQUEST, with the field
    ├── Unauthorized                 401  UNAUTHORIZED
    ├── Forbidden                    403  FORBIDDEN
    ├── SessionNotFound              404  SESSION_NOT_FOUND
    ├── NothingHere                  404  NOT_FOUND
    ├── NoSuchFile                   404  FILE_NOT_FOUND
    ├── OperationNotFound            404  OPERATION_NOT_FOUND
    ├── ConnectionNotFound           404  CONNECTION_NOT_FOUND
    ├── SessionEnded                 410  SESSION_ENDED, with the status and reason
    ├── IdempotencyConflict          409  IDEMPOTENCY_CONFLICT
    ├── ControlHeld                  409  CONTROL_HELD
    ├── AlreadyStreaming             409  SCREENCAST_RUNNING
    ├── NotStreaming                 409  SCREENCAST_NOT_RUNNING
    ├── TooLarge                     413  PAYLOAD_TOO_LARGE
    ├── ActionFailed                 422  ACTION_FAILED, with how far the chain got (`performed`);
    │   │                                 so have those below
    │   ├── TargetNotFound           422  TARGET_NOT_FOUND, with the nearest candidates
    │   ├── AmbiguousTarget          422  AMBIGUOUS_TARGET, with the candidates
    │   ├── TargetCovered            422  TARGET_COVERED, with what covers it
    │   ├── TargetDisabled           422  TARGET_DISABLED
    │   ├── TargetDetached           422  TARGET_DETACHED
    │   ├── InstructionNotUnderstood 422  INSTRUCTION_NOT_UNDERSTOOD
    │   ├── NavigationFailed         422  NAVIGATION_FAILED
    │   └── DialogOpen               422  DIALOG_OPEN, with its kind and text
    ├── ResultTooLarge               422  RESULT_TOO_LARGE, with its size and the limit
    ├── TooSlow                      429  TOO_SLOW
    ├── NoCapacity                   429  NO_CAPACITY, with Retry-After
    ├── BrowserStartFailed           502  BROWSER_START_FAILED
    ├── CapacityRefused              502  CAPACITY_REFUSED, with ECS's word for it
    ├── ModelFailed                  502  MODEL_FAILED
    ├── ScreenshotNotStored          502  SCREENSHOT_NOT_STORED
    ├── Unavailable                  503  UNAVAILABLE, with Retry-After
    ├── ContainerLost                503  CONTAINER_LOST, with Retry-After
    ├── CapacityUnavailable          503  CAPACITY_UNAVAILABLE, with ECS's word and Retry-After
    ├── SessionNotReady              503  SESSION_NOT_READY, with Retry-After
    ├── TaskTimeout                  504  TASK_TIMEOUT, with the request's id
    └── ActionTimeout                504  ACTION_TIMEOUT, with what was waited for

`message` is read by the caller: it says what to do and never holds a key, a host or a traceback.
"""

from __future__ import annotations

from collections.abc import Mapping


class WallCrawlerError(Exception):
    """Base of every error that reaches a caller."""

    code = "INTERNAL"
    http_status = 500
    retry_after_seconds: int | None = None

    def __init__(self, message: str, /, **details: object) -> None:
        """`details` is JSON-serialisable and is shown to the caller as `error.details`."""
        super().__init__(message)
        self.message = message
        self.details: Mapping[str, object] = details


class InvalidRequest(WallCrawlerError):
    """The request cannot be understood; `details["field"]` names the culprit."""

    code = "INVALID_REQUEST"
    http_status = 400


class Unauthorized(WallCrawlerError):
    """No credential, or one that is not known."""

    code = "UNAUTHORIZED"
    http_status = 401


class Forbidden(WallCrawlerError):
    """The token is right, but not for this."""

    code = "FORBIDDEN"
    http_status = 403


class SessionNotFound(WallCrawlerError):
    """No such session, or somebody else's: the two are not told apart."""

    code = "SESSION_NOT_FOUND"
    http_status = 404


class NothingHere(WallCrawlerError):
    """The path names nothing that is served."""

    code = "NOT_FOUND"
    http_status = 404

    def __init__(self, message: str = "There is nothing at this path.") -> None:
        super().__init__(message)


class NoSuchFile(WallCrawlerError):
    """The session has no finished download of that name."""

    code = "FILE_NOT_FOUND"
    http_status = 404


class OperationNotFound(WallCrawlerError):
    """No such operation of this session, or its outcome is not kept any more."""

    code = "OPERATION_NOT_FOUND"
    http_status = 404


class ConnectionNotFound(WallCrawlerError):
    """No such connection of the WebSocket API, or it is gone: connect again."""

    code = "CONNECTION_NOT_FOUND"
    http_status = 404


class SessionEnded(WallCrawlerError):
    """The session existed and is over; its tokens are revoked with it."""

    code = "SESSION_ENDED"
    http_status = 410


class IdempotencyConflict(WallCrawlerError):
    """The same `Idempotency-Key` was used with another body."""

    code = "IDEMPOTENCY_CONFLICT"
    http_status = 409


class ControlHeld(WallCrawlerError):
    """A human holds the session, and has not handed it back in time."""

    code = "CONTROL_HELD"
    http_status = 409


class AlreadyStreaming(WallCrawlerError):
    """The connection is a viewer already; send other options over it to change its wish."""

    code = "SCREENCAST_RUNNING"
    http_status = 409


class NotStreaming(WallCrawlerError):
    """The connection is no viewer."""

    code = "SCREENCAST_NOT_RUNNING"
    http_status = 409


class TooLarge(WallCrawlerError):
    """The body is larger than what is left for the session, or than the endpoint takes."""

    code = "PAYLOAD_TOO_LARGE"
    http_status = 413


class TooSlow(WallCrawlerError):
    """The client takes less than it is sent; its connection is closed."""

    code = "TOO_SLOW"
    http_status = 429


class NoCapacity(WallCrawlerError):
    """Every slot of every live task is taken, and no more tasks may be started."""

    code = "NO_CAPACITY"
    http_status = 429
    retry_after_seconds = 5


class BrowserStartFailed(WallCrawlerError):
    """The container could not give the session a working browser."""

    code = "BROWSER_START_FAILED"
    http_status = 502


class CapacityRefused(WallCrawlerError):
    """ECS will not start a container as it is configured; `details["reason"]` is its word."""

    code = "CAPACITY_REFUSED"
    http_status = 502


class CapacityUnavailable(WallCrawlerError):
    """ECS has no room for another container just now; `details["reason"]` is its word."""

    code = "CAPACITY_UNAVAILABLE"
    http_status = 503
    retry_after_seconds = 30


class SessionNotReady(WallCrawlerError):
    """The session still waits for its container or its browser."""

    code = "SESSION_NOT_READY"
    http_status = 503
    retry_after_seconds = 5


class Unavailable(WallCrawlerError):
    """Redis cannot be reached just now; nothing was changed."""

    code = "UNAVAILABLE"
    http_status = 503
    retry_after_seconds = 2


class ContainerLost(WallCrawlerError):
    """The session's container is gone, and with it the session; another one may be created."""

    code = "CONTAINER_LOST"
    http_status = 503
    retry_after_seconds = 2


class TaskTimeout(WallCrawlerError):
    """The container did not answer in time; the request is not run after its deadline."""

    code = "TASK_TIMEOUT"
    http_status = 504


class ActionFailed(WallCrawlerError):
    """An action could not be done on the page as it is."""

    code = "ACTION_FAILED"
    http_status = 422


class TargetNotFound(ActionFailed):
    """Nothing on the page is what was asked for; `details["candidates"]` are the nearest."""

    code = "TARGET_NOT_FOUND"


class AmbiguousTarget(ActionFailed):
    """Several things fit about equally well; `details["candidates"]` lists them."""

    code = "AMBIGUOUS_TARGET"


class TargetCovered(ActionFailed):
    """Something else would get the pointer; `details["coveredBy"]` describes it."""

    code = "TARGET_COVERED"


class TargetDisabled(ActionFailed):
    """The target is disabled or read-only."""

    code = "TARGET_DISABLED"


class TargetDetached(ActionFailed):
    """The target left the document before it could be acted on."""

    code = "TARGET_DETACHED"


class InstructionNotUnderstood(ActionFailed):
    """No step could be read from the words, or no model is there to read them."""

    code = "INSTRUCTION_NOT_UNDERSTOOD"


class NavigationFailed(ActionFailed):
    """The page did not load; `details["reason"]` is Chromium's `net::ERR_…`."""

    code = "NAVIGATION_FAILED"


class DialogOpen(ActionFailed):
    """A JavaScript dialog blocks the page; `details` has its `kind` and `text`."""

    code = "DIALOG_OPEN"


class ResultTooLarge(WallCrawlerError):
    """An action was done, but its result cannot be carried; `details` has `bytes` and `limit`."""

    code = "RESULT_TOO_LARGE"
    http_status = 422


class ModelFailed(WallCrawlerError):
    """The model refused, answered nonsense, or its service failed."""

    code = "MODEL_FAILED"
    http_status = 502


class ScreenshotNotStored(WallCrawlerError):
    """A screenshot was taken, but its bucket could not be written."""

    code = "SCREENSHOT_NOT_STORED"
    http_status = 502


class ActionTimeout(WallCrawlerError):
    """What was waited for did not happen within the action's time."""

    code = "ACTION_TIMEOUT"
    http_status = 504


REMOTE_ERRORS: Mapping[str, type[WallCrawlerError]] = {
    kind.code: kind
    for kind in (
        InvalidRequest,
        SessionNotFound,
        SessionEnded,
        ControlHeld,
        NoCapacity,
        BrowserStartFailed,
        Unavailable,
        SessionNotReady,
        TaskTimeout,
        ActionFailed,
        TargetNotFound,
        AmbiguousTarget,
        TargetCovered,
        TargetDisabled,
        TargetDetached,
        InstructionNotUnderstood,
        NavigationFailed,
        DialogOpen,
        ResultTooLarge,
        ModelFailed,
        ScreenshotNotStored,
        ActionTimeout,
    )
}
"""Errors a container may answer on the bus, by code (see `shared.bus`)."""

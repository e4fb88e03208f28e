"""What a task can be asked for over the bus; a leaf, for those who only name the kinds."""

from __future__ import annotations

from enum import Enum


class RequestKind(Enum):
    """What a task can be asked for; the payload's record is named beside it."""

    OPEN = "open"  # OpenSession -> {}
    CLOSE = "close"  # CloseSession -> {}
    CONTROL = "control"  # ControlSession -> shared.envelope.outgoing.ControlInfo
    # shared.actions.ActionRequest of the body that `BODY_OF_KIND` names -> the action's result
    ACT = "act"
    OBSERVE = "observe"
    EXTRACT = "extract"
    NAVIGATE = "navigate"
    SCREENSHOT = "screenshot"
    # shared.connections: nobody waits on the bus for what comes of these
    MESSAGE = "message"  # ConnectionMessage
    LEFT = "left"  # ConnectionLeft

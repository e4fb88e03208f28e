"""What a target in words may mean on a page, in short."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Snapshot
from cdp_proxy.core.actions.resolver.search import find
from cdp_proxy.core.actions.resolver.view import View
from cdp_proxy.core.actions.steps import Method, Target

TWO_EDITS = 'link "Edit" href=/1 #one\nlink "Edit" href=/2 #two'


def found(snapshot: Snapshot, target: Target, method: Method = Method.CLICK) -> list[str]:
    """Ids of what a target may mean."""
    view = View(snapshot)
    return [view.elements[ref].attributes.get("id", "") for ref in find(target, method, view)]


def named(text: str, **more: object) -> Target:
    return Target(text=text, **more)  # type: ignore[arg-type]


def quoted(text: str, **more: object) -> Target:
    return Target(text=text, quoted=True, **more)  # type: ignore[arg-type]

"""Snapshots by hand, for tests of what works on them."""

from __future__ import annotations

from cdp_proxy.core.actions.elements import Box, Element, NodeKey, Snapshot


def element(ref: int, role: str, name: str = "", **more: object) -> Element:
    fields: dict[str, object] = {
        "ref": ref,
        "key": NodeKey("S", 100 + ref),
        "frame_id": "F",
        "parent": None,
        "tag": "div",
        "role": role,
        "name": name,
        "text": name,
        "own_text": name,
        "label": "",
        "value": "",
        "attributes": {},
        "states": frozenset[str](),
        "box": Box(0, 20.0 * ref, 100, 20),
        "visible": True,
        "interactive": True,
    }
    return Element(**{**fields, **more})  # type: ignore[arg-type]


def snapshot(*elements: Element, url: str = "https://shop.example/cart") -> Snapshot:
    return Snapshot(
        url=url, title="Cart", viewport=Box(0, 0, 1280, 720), elements=elements, children={}
    )

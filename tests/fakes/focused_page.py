"""A scripted browser's answers to the looks at what has the focus in its pages."""

from __future__ import annotations

from typing import Any

from tests.fakes.scripted_browser import ScriptedBrowser


class FocusedPage:
    """Frames within each other, the focus in the innermost; `said` is what its node answers."""

    def __init__(self, browser: ScriptedBrowser, *frames: str) -> None:
        """`frames` are the ids of the frames in the page, from the outside."""
        self.said: dict[str, Any] = {}
        """What the functions answer that are called on the node, by a word that is in them."""
        self.asked: list[tuple[str, Any]] = []
        """Sessions in which functions were called, and their arguments."""
        self._inner = dict(zip(("", *frames), (*frames, None), strict=True))
        browser.results.update(
            {
                "Page.createIsolatedWorld": self._world,
                "Runtime.evaluate": lambda _: {"result": {"objectId": f"node-{self._frame}"}},
                "DOM.describeNode": self._describe,
                "DOM.resolveNode": {"object": {"objectId": "chosen"}},
                "Runtime.callFunctionOn": self._call,
            }
        )
        self._frame = ""

    def _world(self, command: dict[str, Any]) -> dict[str, Any]:
        frame_id = command["params"]["frameId"]
        self._frame = frame_id if frame_id in self._inner else ""
        return {"executionContextId": 1}

    def _describe(self, command: dict[str, Any]) -> dict[str, Any]:
        inner = self._inner[command["params"]["objectId"].removeprefix("node-")]
        return {"node": {} if inner is None else {"frameId": inner}}

    def _call(self, command: dict[str, Any]) -> dict[str, Any]:
        params = command["params"]
        self.asked.append((command["sessionId"], [it.get("value") for it in params["arguments"]]))
        function = params["functionDeclaration"]
        value = next((said for word, said in self.said.items() if word in function), None)
        return {"result": {"value": value}}

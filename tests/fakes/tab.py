"""A tab whose page is written as HTML, and which does what a test says when it is acted on.

What is asked of it goes the same way as on a live tab: snapshots are captured, scripts called on
nodes, the pointer and keys sent as commands. Every element is laid out on a row of its own, so that
a point tells which one is meant. Time only passes when somebody waits.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from typing import Any, NamedTuple, ParamSpec, TypeVar

from cdp_proxy.core.actions import scripts
from cdp_proxy.core.actions.activity import Activity
from cdp_proxy.core.actions.elements import Element
from cdp_proxy.core.actions.performing.work import Found, Work
from cdp_proxy.core.actions.ports import BlockedByDialog, CommandFailed, Dialog
from cdp_proxy.core.actions.resolver import View
from cdp_proxy.core.commands import CdpCommand
from tests.fakes.captured import FRAME, SESSION, Tag, captured

T = TypeVar("T")
P = ParamSpec("P")

ROW = 20.0
_VOID = frozenset({"input", "img", "br", "hr"})
_UNBOXED = frozenset({"option", "optgroup"})
_FLAGS = {"checked": "inputChecked", "selected": "optionSelected", "onclick": "isClickable"}
_LOOKING = frozenset(
    {
        "DOMSnapshot.captureSnapshot",
        "Page.createIsolatedWorld",
        "Page.getLayoutMetrics",
        "DOM.resolveNode",
        "DOM.describeNode",
        "Runtime.evaluate",
        "Runtime.callFunctionOn",
    }
)
"""Methods that change nothing: not in `ScriptedTab.sent`."""
_SCRIPT_NAMES = {text: name for name, text in vars(scripts).items() if name.isupper()}


class Sent(NamedTuple):
    """A command that does something."""

    method: str
    params: Mapping[str, Any]
    session: str


class _Reader(HTMLParser):
    """HTML as the tags of `captured`, each on its row."""

    def __init__(self) -> None:
        super().__init__()
        self.nodes: list[tuple[str, dict[str, str]] | None] = [None, None]
        """By backend node id; None for what is no element."""
        self.roots: list[Tag] = []
        self._open: list[tuple[Tag, list[Tag | str]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        attributes = {name: value or "" for name, value in attrs}
        hidden = "hidden" in attributes or tag in _UNBOXED
        made = Tag(
            tag,
            attributes,
            box=None if hidden else (0.0, ROW * len(self.nodes), 200.0, ROW),
            value=attributes.get("value", "") if tag in {"input", "textarea"} else None,
            flags=frozenset(flag for name, flag in _FLAGS.items() if name in attributes),
        )
        self.nodes.append((tag, attributes))
        self._open.append((made, []))
        if tag in _VOID:
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        made, children = self._open.pop()
        assert made.name == tag, f"<{made.name}> is closed by </{tag}>"
        (self._open[-1][1] if self._open else self.roots).append(replace(made, children=children))

    def handle_data(self, data: str) -> None:
        if data.strip() and self._open:
            self._open[-1][1].append(data.strip())
            self.nodes.append(None)


Answering = Callable[..., Any]


@dataclass
class ScriptedTab:
    """Stands in for `transport.pages.AttachedTab`."""

    html: str = "<body><p>Nothing</p></body>"
    dialog: Dialog | None = None
    scripts: dict[str, Any] = field(default_factory=dict)
    """By the name of a script in `scripts`: what it answers, or a function of the element's id (or
    tag) and the script's arguments."""
    answers: dict[str, Any] = field(default_factory=dict)
    """By CDP method: its result, or a function of the params."""
    failures: dict[str, Exception] = field(default_factory=dict)
    """By CDP method: what it raises."""
    sent: list[Sent] = field(default_factory=list)
    clicked: list[str] = field(default_factory=list)
    """Id (or tag) of what was under the pointer at each press of a button."""
    keys: list[str] = field(default_factory=list)
    """Each key as it went down; inserted text as it is."""
    called: list[tuple[str, str]] = field(default_factory=list)
    """Each script that was called on an element, and on which."""
    dialog_answers: list[tuple[bool, str | None]] = field(default_factory=list)
    on_click: Callable[[str], object] = lambda _clicked: None
    on_key: Callable[[str], object] = lambda _key: None
    on_wait: Callable[[], object] = lambda: None
    """Called whenever somebody waits for a change."""
    target_id: str = FRAME
    session: str = SESSION
    frame_sessions: dict[str, str] = field(default_factory=dict)
    seconds: float = 100.0
    waits: list[float] = field(default_factory=list)
    computing: bool = False
    """Whether what runs now was handed to `compute`."""

    def __post_init__(self) -> None:
        self.activity = Activity(self.target_id, self.session)
        self._later: list[tuple[float, Callable[[], object]]] = []

    def at(self, seconds_from_now: float, do: Callable[[], object]) -> None:
        """Have something happen once time has passed."""
        self._later.append((self.seconds + seconds_from_now, do))
        self._later.sort(key=lambda entry: entry[0])

    def now(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        end = self.seconds + seconds
        while self._next_within(end):
            pass
        self.seconds = end

    async def compute(self, function: Callable[P, T], *args: P.args, **kwargs: P.kwargs) -> T:
        self.computing = True
        try:
            return function(*args, **kwargs)
        finally:
            self.computing = False

    async def changed(self, timeout_seconds: float) -> bool:
        assert timeout_seconds < 1_000, "waits for ever"
        self.waits.append(timeout_seconds)
        self.on_wait()
        end = self.seconds + max(timeout_seconds, 0.0)
        if self._next_within(end):
            return True
        self.seconds = end
        return False

    async def gather(self, coroutines: Sequence[Coroutine[Any, Any, T]]) -> list[T]:
        results: list[T] = []
        errors: list[Exception] = []
        for coroutine in coroutines:
            try:
                results.append(await coroutine)
            except Exception as error:  # the first is raised once all have ended
                errors.append(error)
        if errors:
            raise errors[0]
        return results

    async def call_all(
        self, commands: Sequence[CdpCommand[Any]], session: str | None = None
    ) -> None:
        await self.gather([self.call(command, session) for command in commands])

    async def answer_dialog(self, accept: bool, text: str | None) -> None:
        if self.dialog is None:
            raise CommandFailed("No dialog is showing")
        self.dialog_answers.append((accept, text))
        self.dialog = None

    async def call(
        self, command: CdpCommand[T], session: str | None = None, timeout_seconds: float = 10.0
    ) -> T:
        assert timeout_seconds > 0
        if self.dialog is not None:
            raise BlockedByDialog("a dialog is open")
        request = next(command)
        method, params = request["method"], request.get("params", {})
        if method not in _LOOKING:
            self.sent.append(Sent(method, params, session or self.session))
        if method in self.failures:
            raise self.failures[method]
        answer = self._answer(method, params)
        try:
            command.send(answer)
        except StopIteration as done:
            value: T = done.value
            return value
        raise AssertionError(f"{method} wants more than one answer")

    def methods(self) -> list[str]:
        """Of the commands that do something, in order."""
        return [sent.method for sent in self.sent]

    def element(self, name: str, view: View | None = None) -> Element:
        """The element of a fresh snapshot with an id, or else the first of a tag."""
        view = view or run(Work(self, self.seconds + 30.0).look())
        return next(e for e in view.elements if e.attributes.get("id") == name or e.tag == name)

    def found(self, name: str) -> Found:
        """As `Work.find` finds it."""
        view = run(Work(self, self.seconds + 30.0).look())
        return Found(self.element(name, view), view)

    def _next_within(self, end: float) -> bool:
        if not self._later or self._later[0][0] > end:
            return False
        when, do = self._later.pop(0)
        self.seconds = max(self.seconds, when)
        do()
        return True

    def _answer(self, method: str, params: Mapping[str, Any]) -> Any:  # noqa: C901, PLR0911
        if method in self.answers:
            answer = self.answers[method]
            return answer(params) if callable(answer) else answer
        match method:
            case "DOMSnapshot.captureSnapshot":
                return captured(*self._read().roots)
            case "Page.getLayoutMetrics":
                return _METRICS
            case "Page.createIsolatedWorld":
                return {"executionContextId": 7}
            case "DOM.resolveNode":
                return self._resolve(params["backendNodeId"])
            case "DOM.describeNode":
                return {"node": {"backendNodeId": int(params["objectId"])}}
            case "Runtime.callFunctionOn":
                return self._call_function(params)
            case "Runtime.evaluate":
                return self._evaluate(params["expression"])
            case "Input.dispatchMouseEvent":
                self._pointed(params)
            case "Input.dispatchKeyEvent" | "Input.insertText":
                self._typed(params)
        return {}

    def _read(self) -> _Reader:
        reader = _Reader()
        reader.feed(self.html)
        return reader

    def _name(self, node: int) -> str:
        tag, attributes = self._read().nodes[node] or ("#text", {})
        return attributes.get("id", tag)

    def _resolve(self, node: int) -> dict[str, Any]:
        nodes = self._read().nodes
        if node >= len(nodes) or nodes[node] is None:
            raise CommandFailed("No node found for given backend id")
        return {"object": {"type": "object", "objectId": str(int(node))}}

    def _call_function(self, params: Mapping[str, Any]) -> dict[str, Any]:
        node = int(params["objectId"])
        name = self._name(node)
        script = _SCRIPT_NAMES[params["functionDeclaration"]]
        self.called.append((script, name))
        arguments = [argument["value"] for argument in params.get("arguments", ())]
        answer = self.scripts.get(script, getattr(self, f"_{script.lower()}", None))
        if callable(answer):
            answer = answer(node if script not in self.scripts else name, *arguments)
        if script == "FIRST_LABEL":
            return {"result": {"type": "object", "objectId": answer and str(self._node(answer))}}
        return {"result": {"type": "object", "value": answer}}

    def _prepare(self, node: int, _wants: Mapping[str, Any]) -> dict[str, Any]:
        return {"state": "ready", "x": 100.0, "y": ROW * node + ROW / 2}

    def _selector(self, node: int) -> str:
        tag, attributes = self._read().nodes[node] or ("#text", {})
        return f"#{attributes['id']}" if "id" in attributes else tag

    def _focus(self, _node: int) -> bool:
        return True

    def _node(self, name: str) -> int:
        """Backend node id by an element's id, or its tag."""
        for node, entry in enumerate(self._read().nodes):
            if entry is not None and name in (entry[1].get("id"), entry[0]):
                return node
        raise AssertionError(f"the page has no {name}")

    def _evaluate(self, expression: str) -> dict[str, Any]:
        if expression.startswith("new Promise"):
            return {"result": {"type": "boolean", "value": True}}
        if not expression.startswith(scripts.FIND):
            return {"result": {"type": "number", "value": 0}}
        rest = expression.removeprefix(scripts.FIND)
        steps = json.loads(rest[1 : rest.rindex(")")])
        try:
            node = self._node(steps[-1].removeprefix("#"))
        except AssertionError:
            return {"result": {"type": "object", "value": 0 if rest.endswith("taken") else None}}
        return {"result": {"type": "object", "value": len(steps), "objectId": str(node)}}

    def _pointed(self, params: Mapping[str, Any]) -> None:
        if params["type"] == "mousePressed":
            name = self._name(int(params["y"] // ROW))
            self.clicked.append(name)
            self.on_click(name)

    def _typed(self, params: Mapping[str, Any]) -> None:
        if params.get("type") in {"keyDown", "rawKeyDown"}:
            self.keys.append(params["key"])
            self.on_key(params["key"])
        elif "type" not in params:
            self.keys.append(params["text"])
            self.on_key(params["text"])


_METRICS = {
    "cssLayoutViewport": {"pageX": 0, "pageY": 0, "clientWidth": 800, "clientHeight": 600},
    "cssContentSize": {"x": 0, "y": 0, "width": 800, "height": 2000},
}


def run(coroutine: Coroutine[Any, Any, T]) -> T:
    """The result of a coroutine that waits for nothing but a tab that answers at once."""
    try:
        coroutine.send(None)
    except StopIteration as finished:
        result: T = finished.value
        return result
    coroutine.close()
    raise AssertionError("it waits for something else")


def working(tab: ScriptedTab, seconds: float = 30.0, **more: Any) -> Work:
    """An act on a tab, with so much time left."""
    return Work(tab, tab.now() + seconds, **more)

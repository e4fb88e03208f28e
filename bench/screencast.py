"""The screencast: frame rate and age beside a direct one, viewers, stalled viewers, many sessions.

The page paints the time as a bar code; a picture's age is the time it came in less the time that
is painted on it, all on one machine's clock: rendering, encoding, relaying and receiving.
"""

from __future__ import annotations

import asyncio
import base64
import io
import json
import socket
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from statistics import median
from typing import Any, Self
from urllib.parse import quote, urlsplit

import psutil
from PIL import Image
from websockets.asyncio.client import ClientConnection, connect

from bench.candidates import DIRECT, WALLCRAWLER, direct_chromium, wallcrawler_sessions
from bench.edition import Edition
from bench.report import Row
from shared.envelope.frames import parse_frame

_BITS = 20
_CELL_PX = 30
_MODULUS = 1 << _BITS
_HTML = f"""<!doctype html><title>clock</title>
<body style="margin:0;background:#fff;font:40px monospace"><canvas id=c width={_BITS * _CELL_PX}
height={_CELL_PX}></canvas><p id=t></p><script>
const ink = c.getContext('2d');
(function paint() {{
  const now = Date.now();
  for (let bit = 0; bit < {_BITS}; bit++) {{
    ink.fillStyle = (now >> bit) & 1 ? '#000' : '#fff';
    ink.fillRect(bit * {_CELL_PX}, 0, {_CELL_PX}, {_CELL_PX});
  }}
  t.textContent = now;
  AGAIN;
}})();</script>"""
_PAGE = "data:text/html," + quote(_HTML.replace("AGAIN", "requestAnimationFrame(paint)"))
_CALM_PAGE = "data:text/html," + quote(_HTML.replace("AGAIN", "setTimeout(paint, 400)"))
"""Two pictures and a half a second: Chromium itself paints and encodes about a hundred a second on
two cores, all its sessions together, and it is not Chromium that is measured here."""
_OPTIONS = {"format": "jpeg", "quality": 80}
_SAMPLED = 100
"""Pictures of a run that are decoded."""
_VIEWERS = 10
_SMALL_BUFFER_BYTES = 16 * 1024
_MANY = 20


@dataclass
class Watched:
    """What a viewer saw."""

    frames: list[tuple[float, bytes]] = field(default_factory=list)
    """Each with the time it came, in epoch seconds; the pictures of a sample only."""
    count: int = 0

    def take(self, picture: bytes, every: int = 3) -> None:
        """One more picture."""
        now = time.time()
        self.count += 1
        if self.count % every == 0 and len(self.frames) < _SAMPLED:
            self.frames.append((now, picture))

    def ages_ms(self) -> list[float]:
        """Of the sampled pictures, in order of size."""
        return sorted(_age_ms(came, picture) for came, picture in self.frames)


class Direct:
    """A screencast by CDP alone, over any WebSocket that speaks it."""

    def __init__(self, connection: ClientConnection) -> None:
        self._socket = connection
        self._last_id = 0
        self._session: dict[str, str] = {}
        self.seen = Watched()

    @classmethod
    @asynccontextmanager
    async def opened(cls, url: str, page: str = _PAGE) -> AsyncIterator[Self]:
        """Connected, on the page, which paints."""
        async with connect(url, max_size=None, compression=None, proxy=None) as opened:
            one = cls(opened)
            targets = (await one.call("Target.getTargets"))["targetInfos"]
            target = next(it["targetId"] for it in targets if it["type"] == "page")
            attached = await one.call("Target.attachToTarget", targetId=target, flatten=True)
            one._session = {"sessionId": attached["sessionId"]}
            await one.call("Page.enable")
            metrics = {"width": 1280, "height": 720, "deviceScaleFactor": 1, "mobile": False}
            await one.call("Emulation.setDeviceMetricsOverride", **metrics)
            await one.call("Page.navigate", url=page)
            await one.until("Page.loadEventFired")
            yield one

    async def watch(self, seconds: float) -> Watched:
        """Watch for a while."""
        self.seen = Watched()
        await self.call("Page.startScreencast", **_OPTIONS)
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            await self._receive()
        await self.call("Page.stopScreencast")
        return self.seen

    async def call(self, method: str, **params: object) -> Any:
        """One command, answered."""
        number = await self._send(method, params)
        while (message := await self._receive()).get("id") != number:
            pass
        if "error" in message:
            raise SystemExit(f"bench: {method}: {message['error']}")
        return message["result"]

    async def until(self, method: str) -> None:
        """Wait for an event."""
        while (await self._receive()).get("method") != method:
            pass

    async def _send(self, method: str, params: dict[str, object]) -> int:
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params, **self._session}
        await self._socket.send(json.dumps(message))
        return self._last_id

    async def _receive(self) -> dict[str, Any]:
        message: dict[str, Any] = json.loads(await asyncio.wait_for(self._socket.recv(), 30))
        if message.get("method") == "Page.screencastFrame":
            params = message["params"]
            await self._send("Page.screencastFrameAck", {"sessionId": params["sessionId"]})
            self.seen.take(base64.b64decode(params["data"]))
        return message


class Viewer:
    """A viewer on `/internal/ws`."""

    def __init__(self, connection: ClientConnection) -> None:
        self._socket = connection
        self.seen = Watched()

    @classmethod
    @asynccontextmanager
    async def opened(cls, connect_url: str, **how: Any) -> AsyncIterator[Self]:
        """Connected and watching; `how` is for the WebSocket client."""
        url = connect_url.replace("/cdp?", "/internal/ws?")
        async with connect(url, max_size=None, compression=None, proxy=None, **how) as opened:
            await opened.recv()
            wish = {"type": "START_SCREENCAST", "id": 1, "options": _OPTIONS}
            await opened.send(json.dumps(wish))
            yield cls(opened)

    async def watch(self, seconds: float) -> Watched:
        """Watch for a while."""
        self.seen = Watched()
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            message = await asyncio.wait_for(self._socket.recv(), 30)
            if isinstance(message, bytes):
                self.seen.take(parse_frame(message)[1])
        return self.seen

    async def stats(self) -> dict[str, Any]:
        """Stop watching; what the container says it sent."""
        await self._socket.send(json.dumps({"type": "STOP_SCREENCAST", "id": 2}))
        while True:
            message = await asyncio.wait_for(self._socket.recv(), 30)
            if isinstance(message, str) and json.loads(message)["type"] == "SCREENCAST_STOPPED":
                stats: dict[str, Any] = json.loads(message)["stats"]
                return stats


@asynccontextmanager
async def stalled_viewer(connect_url: str) -> AsyncIterator[Viewer]:
    """A viewer that reads nothing and has little room for it: it stalls within a few frames."""
    address = urlsplit(connect_url)
    with socket.socket() as small:
        small.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SMALL_BUFFER_BYTES)
        small.connect((address.hostname, address.port))
        async with Viewer.opened(connect_url, sock=small, max_queue=1) as viewer:
            yield viewer


def measure(edition: Edition, rounds: int, seconds: float = 4.0) -> Iterator[Row]:
    """One viewer beside a direct screencast, in turns; then ten, and one that stalls."""
    with direct_chromium(1) as (direct_url,), wallcrawler_sessions(edition, 1) as (url,):
        yield from asyncio.run(_side_by_side(direct_url, url, rounds, seconds))
    with wallcrawler_sessions(edition, 1) as (url,):
        yield from asyncio.run(_audiences(edition.container(), url, rounds, seconds))


def many(edition: Edition, seconds: float = 60.0) -> Iterator[Row]:
    """Twenty sessions at once, a viewer each."""
    with wallcrawler_sessions(edition, _MANY) as urls:
        yield from asyncio.run(_many(edition.container(), urls, seconds))


async def _side_by_side(direct_url: str, url: str, rounds: int, seconds: float) -> list[Row]:
    rates: dict[str, list[float]] = {DIRECT: [], WALLCRAWLER: []}
    ages: dict[str, list[list[float]]] = {DIRECT: [], WALLCRAWLER: []}
    async with Direct.opened(direct_url) as direct, Direct.opened(url):
        for _ in range(rounds):
            async with Viewer.opened(url) as viewer:
                for name, watcher in ((WALLCRAWLER, viewer), (DIRECT, direct)):
                    if name == DIRECT:
                        await viewer.stats()
                    seen = await watcher.watch(seconds)
                    rates[name].append(seen.count / seconds)
                    ages[name].append(seen.ages_ms())
    rows = [Row("screencast, 1280 by 720: frames", "/s", _medians(rates))]
    for share, word in ((0.5, "p50"), (0.95, "p95")):
        values = {
            name: median(_percentile(run, share) for run in runs) for name, runs in ages.items()
        }
        rows.append(Row(f"screencast: frame age, {word}", "ms", values))
    return rows


async def _audiences(container: psutil.Process, url: str, rounds: int, seconds: float) -> list[Row]:
    cpu: dict[int, list[float]] = {0: [], 1: [], _VIEWERS: []}
    alone: list[float] = []
    beside: list[float] = []
    skipped: list[float] = []
    async with Direct.opened(url):
        for _ in range(rounds):
            for number, shares in cpu.items():
                async with AsyncExitStack() as stack:
                    viewers = [
                        await stack.enter_async_context(Viewer.opened(url)) for _ in range(number)
                    ]
                    before = _cpu_seconds(container)
                    pause = asyncio.create_task(asyncio.sleep(seconds))
                    seen = await asyncio.gather(*(viewer.watch(seconds) for viewer in viewers))
                    await pause
                    shares.append(100 * (_cpu_seconds(container) - before) / seconds)
                    if number == 1:
                        alone.append(seen[0].count / seconds)
            async with stalled_viewer(url) as stalled, Viewer.opened(url) as reader:
                beside.append((await reader.watch(seconds)).count / seconds)
                skipped.append((await stalled.stats())["framesSkipped"] / seconds)
    return [
        *(
            Row(f"screencast: controller CPU, {number} viewers", "%", {WALLCRAWLER: median(shares)})
            for number, shares in cpu.items()
        ),
        Row("screencast: frames to one viewer", "/s", {WALLCRAWLER: median(alone)}),
        Row("screencast: frames beside a viewer that stalls", "/s", {WALLCRAWLER: median(beside)}),
        Row(
            "screencast: frames skipped for the one that stalls",
            "/s",
            {WALLCRAWLER: median(skipped)},
        ),
    ]


async def _many(container: psutil.Process, urls: list[str], seconds: float) -> list[Row]:
    async with AsyncExitStack() as stack:
        for url in urls:
            await stack.enter_async_context(Direct.opened(url, _CALM_PAGE))
        viewers = [await stack.enter_async_context(Viewer.opened(url)) for url in urls]
        warm_up = min(10.0, seconds / 3)
        await asyncio.gather(*(viewer.watch(warm_up) for viewer in viewers))
        first = container.memory_info().rss / 1e6
        seen = await asyncio.gather(*(viewer.watch(seconds) for viewer in viewers))
        last = container.memory_info().rss / 1e6
    rates = [one.count / seconds for one in seen]
    ages = sorted(age for one in seen for age in one.ages_ms())
    return [
        Row(
            f"screencast, {_MANY} sessions at once: frames of all", "/s", {WALLCRAWLER: sum(rates)}
        ),
        Row(f"screencast, {_MANY} at once: frames of the slowest", "/s", {WALLCRAWLER: min(rates)}),
        Row(
            f"screencast, {_MANY} at once: frame age, p95",
            "ms",
            {WALLCRAWLER: _percentile(ages, 0.95)},
        ),
        Row(
            f"screencast, {_MANY} at once: controller resident, at first",
            "MB",
            {WALLCRAWLER: first},
        ),
        Row(f"screencast, {_MANY} at once: {seconds:.0f} s later", "MB", {WALLCRAWLER: last}),
    ]


def _cpu_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


def _age_ms(came: float, picture: bytes) -> float:
    """Read the bar code: what lies between the painted time and the arrival."""
    image = Image.open(io.BytesIO(picture)).convert("L")
    scale = image.width / 1280
    painted = 0
    for bit in range(_BITS):
        at = (int((bit + 0.5) * _CELL_PX * scale), int(_CELL_PX / 2 * scale))
        shade = image.getpixel(at)
        assert isinstance(shade, int)
        painted |= (shade < 128) << bit
    return (round(came * 1000) - painted) % _MODULUS


def _percentile(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]


def _medians(samples: dict[str, list[float]]) -> dict[str, float]:
    return {name: median(values) for name, values in samples.items()}

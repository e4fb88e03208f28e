"""`/health` and `/metrics`: what operators and load balancers look at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import accumulate

from prometheus_client import generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    HistogramMetricFamily,
    Metric,
)
from twisted.internet.interfaces import IReactorTime

from cdp_proxy.core.latency import BUCKETS_SECONDS, Histogram
from cdp_proxy.transport.heartbeat import Heartbeat
from cdp_proxy.transport.pool import WarmPool
from cdp_proxy.transport.registry import Sessions
from cdp_proxy.transport.session import LiveSession
from shared.ids import TaskId


class Monitoring:
    """Reads the container's state; changes nothing."""

    def __init__(
        self,
        reactor: IReactorTime,
        task_id: TaskId,
        sessions: Sessions,
        pool: WarmPool,
        heartbeat: Heartbeat,
    ) -> None:
        self._reactor = reactor
        self._task_id = task_id
        self._sessions = sessions
        self._pool = pool
        self._heartbeat = heartbeat
        self._started = reactor.seconds()
        self.gauges: list[tuple[str, str, Callable[[], float]]] = []
        """More of them: name, meaning, and where the value is."""

    @property
    def healthy(self) -> bool:
        """Whether the container is to stay: it does not drain, and browsers start.

        Where sessions are held it stays although none starts any more: ECS stops what fails its
        health checks, scale-in protection or not. New ones go elsewhere (`Task.serves`).
        """
        starts = self._pool.healthy or self._sessions.held > 0
        return starts and not self._sessions.draining

    def health(self) -> dict[str, object]:
        """The body of `/health`."""
        return {
            "status": self._status(),
            "containerId": self._task_id,
            "sessions": self._sessions.held,
            "maxSessions": self._sessions.max_sessions,
            "warm": self._pool.warm,
            "screencasts": len(self._streaming()),
            "viewers": sum(session.screencast.viewers for session in self._streaming()),
            "screencastStats": self._screencast_stats(),
            "draining": self._sessions.draining,
            "superseded": self._heartbeat.superseded,
            "redis": "connected" if self._heartbeat.connected else "away",
            "uptimeSeconds": round(self._reactor.seconds() - self._started, 3),
        }

    def metrics(self) -> bytes:
        """The body of `/metrics`, in Prometheus' text format."""
        return generate_latest(self)

    def collect(self) -> Iterator[Metric]:
        """Prometheus' collector interface: the state of this moment."""
        sessions = self._sessions
        clients = sum(session.clients for session in sessions.running())
        channels = sum(len(session.channels) for session in sessions.running())
        for name, text, value in (
            ("sessions", "Sessions that hold a slot.", sessions.held),
            ("sessions_max", "Slots of this container.", sessions.max_sessions),
            ("slots_free", "Sessions that could be opened now.", sessions.slots_offered),
            ("browsers_warm", "Started browsers that wait for a session.", self._pool.warm),
            ("cdp_clients", "Connected CDP clients.", clients),
            ("channels", "Connections that speak more than CDP.", channels),
            ("screencasts", "Sessions that somebody watches.", len(self._streaming())),
            (
                "screencast_viewers",
                "Who watches them.",
                sum(session.screencast.viewers for session in self._streaming()),
            ),
            (
                "sessions_held_by_humans",
                "Sessions that a human holds.",
                sum(session.takeover.held for session in sessions.running()),
            ),
            ("draining", "Whether the container is shutting down.", int(sessions.draining)),
            (
                "superseded",
                "Whether new sessions go to a newer version.",
                int(self._heartbeat.superseded),
            ),
            ("redis_connected", "Whether Redis answers.", int(self._heartbeat.connected)),
            ("unreported_ends", "Ends Redis has not heard of.", len(sessions.unreported)),
        ):
            yield GaugeMetricFamily(f"wallcrawler_{name}", text, value=value)
        for name, text, read in self.gauges:
            yield GaugeMetricFamily(f"wallcrawler_{name}", text, value=read())
        ended = CounterMetricFamily(
            "wallcrawler_sessions_ended", "Sessions ended, by reason.", labels=["reason"]
        )
        for reason, count in sessions.ended_by_reason.items():
            ended.add_metric([reason.value], count)
        yield ended
        yield from self._screencasts()
        yield from self._latencies()

    def _streaming(self) -> list[LiveSession]:
        return [session for session in self._sessions.running() if session.screencast.viewers]

    def _screencast_stats(self) -> dict[str, object]:
        """Of all sessions that are watched now, without their names: anybody may ask."""
        watched = [session.screencast.total for session in self._streaming()]
        ages = [stats.frame_age_p95_ms for stats in watched if stats.frame_age_p95_ms is not None]
        return {
            "framesSent": sum(stats.frames_sent for stats in watched),
            "framesSkipped": sum(stats.frames_skipped for stats in watched),
            "bytesTransmitted": sum(stats.bytes_transmitted for stats in watched),
            "actualFps": round(sum(stats.actual_fps for stats in watched), 2),
            "frameAgeP95Ms": max(ages, default=None),
        }

    def _screencasts(self) -> Iterator[Metric]:
        """What the viewers of each session that is watched got since it began."""
        watched = [
            (session.spec.session_id, session.screencast.total) for session in self._streaming()
        ]
        for name, text, field in (
            ("frames_sent", "Pictures sent to viewers.", "frames_sent"),
            ("frames_skipped", "Pictures left out for viewers.", "frames_skipped"),
            ("bytes", "Bytes of pictures sent to viewers.", "bytes_transmitted"),
        ):
            counter = CounterMetricFamily(
                f"wallcrawler_screencast_{name}", text, labels=["session"]
            )
            for session_id, stats in watched:
                counter.add_metric([session_id], getattr(stats, field))
            yield counter
        age = GaugeMetricFamily(
            "wallcrawler_screencast_frame_age_seconds",
            "From a picture's capture to its viewers' connections.",
            labels=["session", "quantile"],
        )
        for session_id, stats in watched:
            for quantile, age_ms in (
                ("0.5", stats.frame_age_p50_ms),
                ("0.95", stats.frame_age_p95_ms),
            ):
                if age_ms is not None:
                    age.add_metric([session_id, quantile], age_ms / 1000)
        yield age

    def _latencies(self) -> Iterator[Metric]:
        by_method = HistogramMetricFamily(
            "wallcrawler_cdp_browser_seconds", "Commands' time in the browser.", labels=["method"]
        )
        for method, histogram in self._sessions.method_latencies.by_method.items():
            by_method.add_metric([method], *_cumulated(histogram))
        yield by_method
        for name, text in (
            ("browser", "Commands' time in the browser."),
            ("proxy", "The proxy's work on one batch of messages."),
        ):
            by_session = HistogramMetricFamily(
                f"wallcrawler_session_{name}_seconds", text, labels=["session"]
            )
            for session in self._sessions.running():
                histogram = getattr(session.latencies, name)
                by_session.add_metric([session.spec.session_id], *_cumulated(histogram))
            yield by_session

    def _status(self) -> str:
        if self._sessions.draining:
            return "draining"
        return "ok" if self._pool.healthy else "unhealthy"


def _cumulated(histogram: Histogram) -> tuple[list[tuple[str, float]], float]:
    """Prometheus' form: each bucket counts all below its bound too; and the sum."""
    bounds = [str(bound) for bound in BUCKETS_SECONDS] + ["+Inf"]
    return list(zip(bounds, accumulate(histogram.counts), strict=True)), histogram.total_seconds

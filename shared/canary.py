"""A new version of the container beside the one in service, and its share of new sessions.

1. Tasks of the new version are started (`WALLCRAWLER_CANARY`); they say so with each heartbeat and
   offer their slots in a room of their own. For a start they get no session.
2. `CanaryShare.set` names the version and a percentage: so many of the new sessions, drawn by their
   ids, go to its tasks (`scripts.PLACE`), as far as those have slots. It works from the next
   session on, in all Lambda functions at once.
3. Taken back to 0 %, its tasks get no more sessions; those they have go on.

Tasks of the service are no canaries, whichever version it runs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

from shared import keys

if TYPE_CHECKING:
    from shared.redis_client import RedisClient

PERCENT_MAX = 99
"""All sessions are no canary's share: that is a deployment."""


class Canary(Struct, frozen=True):
    """A version and the percentage of new sessions that it gets."""

    version: str
    percent: int


class CanaryShare:
    """The canary in Redis; every method is one round trip."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis

    def set(self, canary: Canary) -> None:
        """Replace what there is.

        Raises:
            ValueError: no version, or a share out of range.
        """
        if not canary.version or not 0 <= canary.percent <= PERCENT_MAX:
            raise ValueError(f"a canary has a version, and a share of 0 to {PERCENT_MAX} percent")
        fields = {"version": canary.version, "percent": canary.percent}
        self._redis.hset(keys.CANARY, mapping=fields)

    def read(self) -> Canary | None:
        """The canary that was set last, be its share 0; None: there never was one."""
        fields = self._redis.hgetall(keys.CANARY)
        if not fields:
            return None
        return Canary(fields[b"version"].decode(), int(fields[b"percent"]))

"""Sessions that stand in line for a slot, and the tasks that are being started for them.

1. `SessionStore.place` finds no free slot and puts the session in line, first come first served.
2. `Line.plan` says, atomically, how many tasks are to be started: what those in line need, less
   what is being started for them already. Each start has a token; whoever got it from `plan` asks
   ECS with it, and ECS starts one task for a token however often it is asked.
3. `confirm` notes what ECS called the task. A start that was neither confirmed nor given up within
   a while, because its Lambda died, is handed out by `plan` again, with the same token.
4. The new container takes who stands in line as soon as it serves (`take`), which ends its start;
   so does every other container that gets a free slot.
5. A start that failed is given up (`give_up`), and with it those for whom nothing else is started.

Who waits longer than he may is failed by `SessionStore.reap`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from shared import keys, waiting_scripts
from shared.ids import SessionId, StartToken, TaskId
from shared.limits import ENDED_SESSION_RETENTION_SECONDS, START_RETRY_SECONDS
from shared.records import SessionSpec
from shared.session_state import LIVE_WORDS, EndReason
from shared.store import Growth

if TYPE_CHECKING:
    from shared.redis_client import RedisClient


class Start(Struct, frozen=True, kw_only=True, rename="camel"):
    """One task that is being started."""

    decided_at: float
    """Epoch seconds."""
    attempted_at: float
    """When somebody was last told to ask ECS; epoch seconds."""
    task_arn: str | None = None
    """What ECS called it, once it has been asked."""


class Line:
    """The line and the starts in Redis; every method is one round trip and atomic."""

    def __init__(self, redis: RedisClient) -> None:
        self._redis = redis
        self._take = redis.register_script(waiting_scripts.TAKE)
        self._put_back = redis.register_script(waiting_scripts.PUT_BACK)
        self._plan = redis.register_script(waiting_scripts.PLAN)
        self._confirm = redis.register_script(waiting_scripts.CONFIRM)
        self._give_up = redis.register_script(waiting_scripts.GIVE_UP)

    def take(
        self, task_id: TaskId, now: float, most: int, start: StartToken | None = None
    ) -> list[SessionSpec]:
        """Lease free slots of a task to those who have waited longest.

        Args:
            task_id: the caller's own task; a draining one gets nobody.
            now: epoch seconds.
            most: how many the caller can open.
            start: the start that brought the caller about, which is over with this.
        """
        taken = self._take(args=[now, task_id, most, start or ""])
        return [msgspec.json.decode(spec, type=SessionSpec) for spec in taken]

    def put_back(self, task_id: TaskId, session_id: SessionId, now: float) -> bool:
        """Have a session that was taken, and cannot be opened, stand where it stood.

        Returns:
            False when it is not this task's any more, or never stood in line.
        """
        return bool(self._put_back(args=[now, task_id, session_id]))

    def plan(self, growth: Growth, now: float, tokens: Sequence[StartToken]) -> list[StartToken]:
        """Which starts the caller is to ask ECS for, now.

        Args:
            growth: how much may be started.
            now: epoch seconds.
            tokens: never used before; so many new starts are decided at most.

        Returns:
            Some of `tokens`, and those of starts that somebody else left half-way.
        """
        run = self._plan(
            args=[now, growth.slots_per_task, growth.tasks_max, START_RETRY_SECONDS, *tokens]
        )
        return [StartToken(token.decode()) for token in run]

    def confirm(self, token: StartToken, task_arn: str) -> bool:
        """Note which task a start is; False when the start is over already."""
        return bool(self._confirm(args=[token, task_arn]))

    def give_up(
        self,
        token: StartToken,
        growth: Growth,
        now: float,
        reason: EndReason | None,
        detail: str = "",
    ) -> list[SessionId]:
        """Forget a start that has failed.

        Args:
            token: which.
            growth: as for `plan`.
            now: epoch seconds.
            reason: fails those in line, last come first, for whom nothing else is being started;
                None leaves them in line.
            detail: ECS's own word for it.

        Returns:
            Who has failed; nobody when the start was over already.
        """
        failed = self._give_up(
            args=[
                now,
                token,
                growth.slots_per_task,
                reason.status.value if reason else "",
                reason.value if reason else "",
                detail,
                ENDED_SESSION_RETENTION_SECONDS,
                *LIVE_WORDS,
            ]
        )
        return [SessionId(raw_id.decode()) for raw_id in failed]

    def starts(self) -> dict[StartToken, Start]:
        """All starts that are not over."""
        found = self._redis.hgetall(keys.STARTS)
        return {
            StartToken(token.decode()): msgspec.json.decode(text, type=Start)
            for token, text in found.items()
        }

    def length(self) -> int:
        """How many stand in line; for people and metrics."""
        pipe = self._redis.pipeline(transaction=False)
        pipe.zcard(keys.WAITING)
        (count,) = pipe.execute()
        return int(count)

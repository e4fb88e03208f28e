"""What each script does is shown in `test_waiting`; here: that Redis can read them."""

from __future__ import annotations

import pytest
import redis

from shared import waiting_scripts


@pytest.mark.parametrize("name", ["TAKE", "PUT_BACK", "PLAN", "CONFIRM", "GIVE_UP"])
def test_redis_compiles_the_script(redis_client: redis.Redis, name: str) -> None:
    assert len(redis_client.script_load(getattr(waiting_scripts, name))) == 40

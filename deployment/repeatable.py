"""`chalice deploy` and `chalice delete`, such that each may be run again after any failure.

Chalice writes down what it has made once all of it is made, and forgets nothing before all of it is
deleted. `app.py` imports this when a `chalice` command runs:

1. A deployment that fails writes down what it has made: the next one would make a second REST API.
   A WebSocket API without its stage is deleted, since Chalice would take it for finished.
2. What is gone already when it is to be deleted counts as deleted.
3. Another region than the record's is refused: there all of it would count as deleted.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from chalice.awsclient import AWSClientError, ResourceDoesNotExistError
from chalice.deploy.executor import Executor
from chalice.deploy.sweeper import ResourceSweeper

from deployment.chalice_record import Record

_GONE = frozenset({"NotFoundException", "ResourceNotFoundException"})
_API_ID = "websocket_api_id"
"""Of Chalice's variables, and of its record of a WebSocket API that is finished."""


def install() -> None:
    """Have the deployment or deletion that this process is about to do keep its record."""
    if getattr(Executor.execute, "keeps_record", False):
        return
    sweep, execute, call = ResourceSweeper.execute, Executor.execute, Executor._do_apicall
    records: list[Record] = []

    def sweep_knowing(self: ResourceSweeper, plan: Any, config: Any) -> None:
        records.append(Record(Path(config.project_dir, ".chalice"), config.chalice_stage))
        sweep(self, plan, config)

    def execute_recording(self: Executor, plan: Any) -> None:
        record = records[-1]
        _check_region(self, record)
        try:
            execute(self, plan)
        except BaseException:
            _keep(self, record)
            raise

    def call_tolerantly(self: Executor, instruction: Any) -> None:
        try:
            call(self, instruction)
        except (ClientError, ResourceDoesNotExistError) as error:
            if not (instruction.method_name.startswith("delete_") and _is_gone(error)):
                raise
            self._ui.write("It is gone already.\n")

    execute_recording.keeps_record = True  # type: ignore[attr-defined]
    ResourceSweeper.execute = sweep_knowing  # type: ignore[method-assign]
    Executor.execute = execute_recording  # type: ignore[method-assign]
    Executor._do_apicall = call_tolerantly  # type: ignore[method-assign]


def _check_region(executor: Executor, record: Record) -> None:
    place, region = record.place(), executor._client.region_name
    if place is not None and place[1] != region:
        sys.exit(
            f"{record.path} tells of a deployment in {place[1]}, this is {region}; nothing is done."
        )


def _keep(executor: Executor, record: Record) -> None:
    record.add(executor.resource_values)
    api_id = executor.variables.get(_API_ID)
    if api_id is None or api_id in {resource.get(_API_ID) for resource in record.resources()}:
        return
    try:
        executor._client.delete_websocket_api(api_id)
    except (BotoCoreError, ClientError, AWSClientError) as error:
        # The failure that led here is the one to tell; this one is for a person to mend.
        executor._ui.error(f"Delete the WebSocket API {api_id}, which is unfinished: {error}\n")


def _is_gone(error: Exception) -> bool:
    if isinstance(error, ClientError):
        return error.response.get("Error", {}).get("Code") in _GONE
    return True

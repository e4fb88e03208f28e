"""`python -m deployment.smoke ENVIRONMENT --region REGION`: one session through the deployed API.

Created, waited for, its browser asked over the CDP endpoint, a PING sent over the WebSocket API,
deleted. Then prints where everything is, in one line. The API key is the first of the environment's
secret; it is not printed.
"""

from __future__ import annotations

import argparse
import http.client
import json
import sys
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import Any
from urllib.parse import urlsplit

import boto3
from websockets.exceptions import WebSocketException
from websockets.sync.client import connect

from cdk.settings import ENVIRONMENTS
from deployment.checks import Clients
from deployment.endpoints import NotDeployed, api_urls
from deployment.outputs import OutputsMissing, check_outputs, outputs_of_stack
from deployment.steps import exit_code_of, to_stderr

_ACTIVE_SECONDS_MAX = 240.0
"""A task that has to be started first needs a minute or two."""
_POLL_SECONDS = 2.0
_HTTP_SECONDS_MAX = 40.0
"""Above API Gateway's 29."""
_FRONT_DOOR_TRIES = 12
_FRONT_DOOR_SECONDS = 10.0
"""For one try, and between two: the first tasks of a new load balancer, or its new name, take some
minutes."""
_MESSAGES_MAX = 10
"""A new connection is told of the session's tabs, too."""
_CREATED, _OK, _NOT_NOW = 201, 200, 503

Pause = Callable[[float], object]


class SmokeFailed(Exception):
    """The system does not work; the text says what was asked and what came back."""


class NoAnswer(SmokeFailed):
    """From somebody who may not be there yet."""


def request(
    method: str,
    url: str,
    headers: Mapping[str, str],
    body: bytes | None = None,
    seconds: float = _HTTP_SECONDS_MAX,
) -> tuple[int, dict[str, Any]]:
    """One HTTP request; status and JSON body.

    Raises:
        NoAnswer: none, or none in JSON.
    """
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=seconds)
    target = parts.path + (f"?{parts.query}" if parts.query else "")
    asked = f"{method} {parts.scheme}://{parts.netloc}{parts.path}"
    try:
        connection.request(method, target, body, dict(headers))
        response = connection.getresponse()
        return response.status, dict(json.loads(response.read()))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise NoAnswer(f"{asked}: {type(error).__name__}: {error}") from error
    finally:
        connection.close()


def try_session(api_url: str, api_key: str, pause: Pause = time.sleep) -> str:
    """Create a session, see its browser, have a PING answered, delete it.

    Returns:
        What its browser calls itself.

    Raises:
        SmokeFailed: at what; the session is deleted if it was created.
    """
    headers = {"X-API-Key": api_key, "Content-Type": "application/json"}
    status, answer = request("POST", f"{api_url}/sessions", headers, b'{"timeout": 300}')
    if status != _CREATED:
        raise SmokeFailed(f"POST /sessions: {status} {answer.get('error')}")
    session = answer["data"]
    url = f"{api_url}/sessions/{session['sessionId']}"
    try:
        active = _wait_until_active(url, headers, session, pause)
        browser = _browser_of(active["connectUrl"], pause)
        _ping(active.get("webSocketUrl"))
    except SmokeFailed:
        with suppress(SmokeFailed):  # the first failure is the one to tell
            request("DELETE", url, headers)
        raise
    status, answer = request("DELETE", url, headers)
    if status != _OK:
        raise SmokeFailed(f"DELETE /sessions/…: {status} {answer.get('error')}")
    return browser


def _wait_until_active(
    url: str, headers: Mapping[str, str], session: dict[str, Any], pause: Pause
) -> dict[str, Any]:
    for _ in range(int(_ACTIVE_SECONDS_MAX / _POLL_SECONDS)):
        if session["status"] == "active":
            return session
        if session["status"] != "initializing":
            why = ", ".join(filter(None, (session.get("endReason"), session.get("endDetail"))))
            raise SmokeFailed(f"the session is {session['status']}: {why}")
        pause(_POLL_SECONDS)
        status, answer = request("GET", url, headers)
        if status != _OK:
            raise SmokeFailed(f"GET /sessions/…: {status} {answer.get('error')}")
        session = answer["data"]
    raise SmokeFailed(f"the session is not active after {_ACTIVE_SECONDS_MAX:g} s")


def _browser_of(connect_url: str, pause: Pause) -> str:
    """Ask the container that has it, the way every CDP client begins."""
    scheme, _, rest = connect_url.partition("://")
    base, _, query = rest.partition("/cdp")
    http_url = f"{'https' if scheme == 'wss' else 'http'}://{base}/json/version{query}"
    status, answer = _patiently(http_url, pause)
    if status != _OK or "Browser" not in answer:
        raise SmokeFailed(f"GET /json/version: {status} {answer.get('message', '')}")
    return str(answer["Browser"])


def _patiently(url: str, pause: Pause) -> tuple[int, dict[str, Any]]:
    """The answer of the front door, which may have to open first."""
    for _ in range(_FRONT_DOOR_TRIES - 1):
        with suppress(NoAnswer):
            status, answer = request("GET", url, {}, seconds=_FRONT_DOOR_SECONDS)
            if status != _NOT_NOW:
                return status, answer
        pause(_FRONT_DOOR_SECONDS)
    return request("GET", url, {}, seconds=_FRONT_DOOR_SECONDS)


def _ping(web_socket_url: str | None) -> None:
    """To a function and back: its answer takes another way than its question (`@connections`)."""
    if web_socket_url is None:
        raise SmokeFailed("the session has no webSocketUrl: run python -m deployment.functions")
    where = web_socket_url.partition("?")[0]
    try:
        with connect(web_socket_url, open_timeout=_HTTP_SECONDS_MAX) as socket:
            socket.send(json.dumps({"type": "PING", "id": 1}))
            for _ in range(_MESSAGES_MAX):
                message = json.loads(socket.recv(timeout=_HTTP_SECONDS_MAX))
                if message == {"type": "PONG", "id": 1}:
                    return
    except (OSError, WebSocketException, ValueError) as error:
        raise SmokeFailed(f"PING over {where}: {type(error).__name__}: {error}") from error
    raise SmokeFailed(f"PING over {where} is not answered")


def first_key(secrets_manager: Any, arn: str) -> str:
    """The first of the environment's API keys."""
    text: str = secrets_manager.get_secret_value(SecretId=arn)["SecretString"]
    return text.partition(",")[0].strip()


def main(arguments: list[str], clients: Clients = boto3.client) -> int:
    """Try it, and print the endpoints; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m deployment.smoke", description=__doc__)
    parser.add_argument("environment", choices=tuple(ENVIRONMENTS))
    parser.add_argument("--region", required=True)
    options = parser.parse_args(arguments)
    try:
        cloudformation = clients("cloudformation", region_name=options.region)
        outputs = outputs_of_stack(cloudformation, options.environment)
        check_outputs(outputs, frozenset({"ApiKeysSecretArn", "CdpPublicUrl"}))
        api, websocket = api_urls(options.environment)
        manager = clients("secretsmanager", region_name=options.region)
        browser = try_session(api, first_key(manager, outputs["ApiKeysSecretArn"]))
    except (SmokeFailed, NotDeployed, OutputsMissing) as error:
        to_stderr(f"{error}.")
        return 1
    to_stderr(f"a session had {browser}, and the WebSocket API answers")
    cdp, arn = outputs["CdpPublicUrl"], outputs["ApiKeysSecretArn"]
    sys.stdout.write(f"ready api={api} ws={websocket} cdp={cdp}/cdp keys={arn}\n")
    return 0


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))

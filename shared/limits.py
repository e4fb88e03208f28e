"""Every number that more than one program relies on, with its unit and where it comes from."""

from __future__ import annotations

from typing import Final

SESSION_TIMEOUT_SECONDS_MIN: Final = 60
SESSION_TIMEOUT_SECONDS_MAX: Final = 21_600
"""The range Browserbase's `timeout` accepts, so that bodies written for it keep working."""
SESSION_TIMEOUT_SECONDS_DEFAULT: Final = 3_600

IDLE_TIMEOUT_SECONDS_MIN: Final = 10
IDLE_TIMEOUT_SECONDS_MAX: Final = SESSION_TIMEOUT_SECONDS_MAX
IDLE_TIMEOUT_SECONDS_DEFAULT: Final = 1_800

VIEWPORT_PX_MIN: Final = 1
VIEWPORT_PX_MAX: Final = 10_000
"""`Emulation.setDeviceMetricsOverride` refuses more than 10 000 000 in either direction; bitmaps
beyond 10 000 exhaust the renderer long before."""

BODY_BYTES_MAX: Final = 1024 * 1024
"""A REST body, unless it is an upload; larger ones are refused before they are parsed."""
USER_METADATA_ENTRIES_MAX: Final = 50
USER_METADATA_BYTES_MAX: Final = 16 * 1024
USER_AGENT_CHARS_MAX: Final = 1_024
EXTRA_HEADERS_MAX: Final = 100
HEADER_VALUE_CHARS_MAX: Final = 8_192
PROXY_BYPASS_MAX: Final = 100
IDEMPOTENCY_KEY_CHARS_MAX: Final = 255
SESSIONS_LISTED_MAX: Final = 1_000
"""Newest sessions of one owner that `GET /sessions` looks through."""

HEARTBEAT_TTL_SECONDS_DEFAULT: Final = 9.0
"""A task whose last heartbeat is older is dead: its sessions fail and its slots return."""
HEARTBEATS_PER_TTL: Final = 3
"""A task beats this often within one TTL, so that one lost beat kills nothing."""

REDIS_SOCKET_SECONDS: Final = 5.0
"""Longer than any blocking pop (`shared.bus`), short enough to notice a Redis that hangs."""

WAIT_SECONDS_DEFAULT: Final = 120.0
"""How long a session stands in line for a slot: Fargate takes 20 to 90 s to start a task."""
START_RETRY_SECONDS: Final = 15.0
"""A start that nobody confirmed is asked for again after this; ECS is asked within 10 s or not."""
START_SECONDS_MAX: Final = 300.0
"""A task that has not begun to serve by then never will."""
TASKS_MAX_DEFAULT: Final = 20
"""Containers that may live at once, unless told otherwise: what a mistake may cost."""
SLOTS_PER_TASK_DEFAULT: Final = 20
HOLD_SECONDS_DEFAULT: Final = 90.0
"""How long a container holds a client's upgrade until its session has a browser."""

ENDED_SESSION_RETENTION_SECONDS: Final = 24 * 3600
"""How long a session can still be read after its end."""
LEASE_GRACE_SECONDS: Final = 120
"""A lease outlives its session's hard deadline by this much, for the browser's shutdown."""
IDEMPOTENCY_TTL_SECONDS: Final = 24 * 3600
REPLY_TTL_SECONDS: Final = 60
"""A reply nobody fetched is dropped after this."""

CREATE_TIMEOUT_SECONDS: Final = 25.0
"""How long `POST /sessions` waits for a browser: API Gateway cuts an integration at 29 s."""
CLOSE_TIMEOUT_SECONDS: Final = 15.0

ACTION_TIMEOUT_MS_MIN: Final = 100
ACTION_TIMEOUT_MS_MAX: Final = 300_000
ACTION_TIMEOUT_MS_DEFAULT: Final = 30_000
ACTION_WAIT_SECONDS: Final = 25.0
"""How long the API waits for an action before it answers 202: API Gateway cuts at 29 s."""
ACTION_GRACE_SECONDS: Final = 5.0
"""What an action may take beyond its own timeout, to tidy up and to answer."""
ACTIONS_PER_SESSION_MAX: Final = 16
"""Actions of one session under way at once; bounds tasks and memory of a container."""
INSTRUCTION_CHARS_MAX: Final = 10_000
ACTION_TEXT_CHARS_MAX: Final = 100_000
"""One argument of a step, or one variable's value: what is typed into a page."""
ACTION_ARGUMENTS_MAX: Final = 100
VARIABLES_MAX: Final = 100
SCHEMA_DEPTH_MAX: Final = 64
"""Objects and lists within one another in a schema; validators recurse several frames for each."""
SELECTOR_CHARS_MAX: Final = 10_000
URL_CHARS_MAX: Final = 65_536
"""Far above what servers take; Chromium itself stops at 2 MiB (`url::kMaxURLChars`)."""
MODEL_NAME_CHARS_MAX: Final = 2_048
"""The longest `modelId` that Bedrock's Converse takes, an ARN."""
MODEL_OUTPUT_TOKENS_MAX: Final = 100_000
MODEL_API_KEY_CHARS_MAX: Final = 4_096

RESULT_BYTES_MAX: Final = 32 * 1024 * 1024
"""An action's result as JSON, which passes through Redis (its own limit: 512 MB a value)."""
LAMBDA_RESULT_BYTES_MAX: Final = 6 * 1024 * 1024 - 16 * 1024
"""What of it Lambda can answer: 6 MB in all (its quota page), less room for the envelope."""
SCREENSHOT_URL_SECONDS: Final = 3_600
"""How long a link to a stored screenshot works; less when the credentials that sign it end before.
"""
OPERATION_TTL_SECONDS: Final = 3_600
"""How long the outcome of an action that outlived its request is kept, from its end on."""

CDP_MESSAGE_BYTES_MAX: Final = 100 * 1024 * 1024
"""What Chromium accepts from a client (`kReceiveBufferSizeForDevTools`)."""
UPLOADS_BYTES_MAX: Final = 1024 * 1024 * 1024
"""All uploads of a session together, so also the longest form (1 GiB)."""
UPLOADS_FILES_MAX: Final = 1_000
"""Files of one session's uploads; bounds inodes as the above bounds bytes."""
FILE_NAME_BYTES_MAX: Final = 200
"""A file's name in UTF-8, short of Linux' 255 (`NAME_MAX`) so that a number may be added."""
FILE_NAME_CHARS_MAX: Final = 255
"""A file's name with its number, as long as Linux has them."""

CDP_ID_MAX: Final = 2**31 - 1
"""CDP message ids are 32-bit signed integers in Chromium's dispatcher."""
CDP_ID_MIN: Final = -(2**30)
"""The least that clients may use; those below are the proxy's own."""

JWT_SECRET_CHARS_MIN: Final = 32
"""RFC 7518 3.2: an HS256 key has at least the size of the hash output (256 bits)."""
API_KEY_CHARS_MIN: Final = 16

WS_API_FRAME_BYTES_MAX: Final = 32 * 1024
WS_API_MESSAGE_BYTES_MAX: Final = 128 * 1024
"""API Gateway closes a WebSocket with 1009 over these ("Quotas for configuring and running a
WebSocket API")."""
WS_API_PUSH_BYTES_MAX: Final = 120_000
"""What is posted to a connection at once, short of the above."""
WS_API_IDLE_SECONDS: Final = 600
WS_API_LIFE_SECONDS: Final = 7_200
"""API Gateway ends a connection that is idle, or old, by so much (the same quotas)."""
WS_API_MAPPING_SECONDS: Final = WS_API_LIFE_SECONDS + 600
"""How long a connection is remembered from its start: `$disconnect` may never be called."""
WS_API_VOID_SECONDS: Final = 600
"""How long it is remembered, at the most, after its token has expired: who tells the clients of
sessions in line looks once a minute (`chalice_app.main`), or more often."""
WS_API_CONNECTIONS_MAX: Final = 64
"""Connections of the WebSocket API to one session."""
WS_API_MESSAGE_SECONDS: Final = 25.0
"""A container that has not taken a message by then does not run it, and says so."""
WS_API_QUEUED_MAX: Final = 10_000
"""Requests that wait for one container; further messages are refused."""
MESSAGE_ID_CHARS_MAX: Final = 255
"""A client's name for its message, which is kept until the answer has gone out."""
CHUNK_ID_CHARS_MAX: Final = 64
CHUNKS_MAX: Final = 4_096
"""Pieces of one message: enough for 100 MiB of text that escapes to twice its size."""
CHUNKED_BYTES_MAX: Final = 8 * 1024 * 1024
"""A client's message in chunks, all unfinished ones of its connection together."""
CHANNEL_VIEWER_MESSAGE_BYTES_MAX: Final = 1024 * 1024
"""One message on `/internal/ws` of somebody without the scope `cdp`: what people do is short, and
a link to watch is given to many."""
CHANNEL_QUEUE_MAX: Final = 1_000
"""Messages of one channel that wait for their turn."""
COPIED_CHARS_MAX: Final = 1_000_000
"""Selected text that is told to a person who copies it."""
PICKED_CHARS_MAX: Final = 100
"""A date, a time or a colour."""
INPUT_PENDING_MAX: Final = 500
"""Input commands of one session that its page has not taken yet."""
TAB_COMMANDS_MAX: Final = 100
"""Tab commands of one channel that the browser has not done yet."""
CHANNEL_CHUNK_BYTES: Final = 64 * 1024
CHANNEL_MESSAGE_BYTES_MAX: Final = 256 * 1024
"""On `/internal/ws` longer messages travel as chunks of the above, with frames between them."""
CHANNEL_BACKLOG_BYTES_MAX: Final = 64 * 1024 * 1024
"""Messages that wait for one channel connection to read; over it, it is closed. A single one may
be longer when nothing else waits."""

COORDINATE_MAX: Final = 100_000
"""Pixels; beyond any page's viewport."""
FRAME_PX_MAX: Final = 10_000
"""A side of a screencast's picture; as `VIEWPORT_PX_MAX`."""
CONTROL_TTL_SECONDS_MIN: Final = 5
CONTROL_TTL_SECONDS_MAX: Final = 3_600
CONTROL_TTL_SECONDS_DEFAULT: Final = 300
"""How long a human holds a session who does not hand it back."""
CONTROL_WAIT_SECONDS: Final = 120.0
"""How long a command waits for the human's end; then it is refused."""
CONTROL_CALL_SECONDS: Final = 10.0
"""How long the API waits for the container to change hands."""
CONTROL_WAITING_MAX: Final = 1_000
CONTROL_WAITING_BYTES_MAX: Final = 16 * 1024 * 1024
"""Commands of one client that wait, and their bytes; further ones are refused at once."""

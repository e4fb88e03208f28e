"""The container: one Chromium a session, one pipe each, any number of CDP clients on it.

The nouns, from the outside in:

* A **session** is what a user created over REST. It lives in exactly one container (a **task**)
  and holds one of its **slots** until it ends (`transport.session`).
* A **browser** is one Chromium process tree in a scratch folder of its own, spoken to over a
  **pipe**: NUL-terminated JSON on two file descriptors, no port (`transport.chromium`). A few
  started ones wait in the **warm pool** (`transport.pool`).
* A **client** is one WebSocket on `/cdp`. The **multiplexer** (`core.multiplexer`) gives each a
  **root**: a flat CDP session on the browser target that behaves like a browser endpoint of the
  client's own, so that ids and messages cross unchanged. The proxy itself is one more client.
* The **policy** (`core.policy`) is the short list of commands that a client may not send as they
  are; everything else goes through, known or not.
* The **front door** (`transport.http`) answers HTTP and lets WebSockets in; **requests** of the
  API arrive through Redis (`transport.requests`); the **heartbeat** (`transport.heartbeat`) tells
  Redis what runs here and heals what differs.
* A session without a slot stands in **line**; the **intake** (`transport.intake`) takes it from
  there, and clients that came before it are held meanwhile (`transport.arrivals`). A session of
  another task is reached through the **relay** (`transport.relay`), which knows only bytes.

`core` does no I/O and reads no clock; `transport` has all sockets, processes and threads;
`service` puts them together on one page.
"""

"""A local API Gateway: HTTP and WebSocket in, Lambda events to the Chalice app, answers back.

- `routes`: which resource path of the app a URL path is.
- `events`: the events API Gateway would send.
- `answers`: what goes back over HTTP.
- `invoker`: the app, called in threads.
- `rest`, `sockets`, `management`: REST, the WebSocket API, and @connections.
- `server`: all of it on one port.
"""

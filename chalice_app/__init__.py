"""The Lambda program: REST and WebSocket routes in front of Redis and the containers.

- **Deps**: everything a handler needs, built once per cold start (`wiring`).
- **view**: parses a request, calls one service, renders the result (`rest`).
- **service**: what the API does, without HTTP (`services`).
- **access**: the token and address that open a live session's sockets (`services.access`).

The only importer of chalice; botocore is imported when the first WebSocket message is answered.
"""

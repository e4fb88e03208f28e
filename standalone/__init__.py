"""The one-machine edition: `python -m standalone up`.

- The **supervisor** is this process. It owns every child and everything on disk, and it is also
  the **gateway**: a local API Gateway (REST, WebSocket, @connections) around the unchanged Chalice
  app of `chalice_app`, called exactly as Lambda would call it.
- **Redis** and the **container** (`python -m cdp_proxy`) are its children. Either is started again
  when it dies; both die with it.
- The **state dir** survives restarts: secrets and logs, guarded by a lock.
- The **runtime dir** does not: the Redis socket and the browsers' scratch, below the system's
  temporary folder.

The only room that imports programs; no program imports it.
"""

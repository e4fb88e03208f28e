"""Runs inside the Dockerfile's stages: puts the image's three layers together.

The final stage is `FROM scratch`, so an image holds only what these modules put into `/out`:

* `browser`: Chromium, what it loads, fonts, the init, the user;
* `runtime`: Python, the packages of `requirements/`, and what those load beside the first layer;
* `program`: `cdp_proxy` and `shared`.

Everything is stamped with one fixed time, so that a layer whose files are the same stays the same
blob. Standard library only: the stages have nothing else. Nothing here is part of the image.
"""

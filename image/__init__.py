"""Builds the browser container's image: `python -m image`, which `./wallcrawler image` starts.

The image itself is described by the `Dockerfile` and put together by `image.rootfs` inside of it;
what is here runs outside: it finds Docker, Podman or Buildah, tells them what this machine's
network needs, makes the base image where there is no registry, and measures the layers.
Standard library only, since it has to work before anything is installed.
"""

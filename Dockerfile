# The browser container, for Docker, Podman and Buildah alike; ./wallcrawler image builds it too.
#   --build-arg BROWSER=chromium       full Chromium (extensions) in place of the headless shell
#   --build-arg PACKAGES_OF=2026-11-26 any text: a new one fetches Debian's packages anew
# What goes into the three layers, and why: image/rootfs/.
ARG SUITE=trixie

# One suite for all stages: the image's Python is this one, and its libraries are these.
FROM docker.io/library/debian:${SUITE}-slim AS debian
ARG PACKAGES_OF=
ENV PYTHONDONTWRITEBYTECODE=1 PYTHONPATH=/build
# Upgraded, since a base that lies around has old libraries. Not pinned, since versions vanish from
# Debian's mirrors with the next security update.
# hadolint ignore=DL3008
RUN echo "packages of ${PACKAGES_OF:-whenever this was first built}" \
    && apt-get update \
    && apt-get upgrade --yes \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/*

FROM debian AS browser
ARG BROWSER=headless-shell
# hadolint ignore=DL3008
RUN case "${BROWSER}" in \
        headless-shell) package=chromium-headless-shell ;; \
        chromium) package=chromium ;; \
        *) echo "BROWSER must be headless-shell or chromium, not ${BROWSER}" >&2; exit 1 ;; \
    esac \
    && apt-get update \
    && apt-get install --yes --no-install-recommends "${package}" tini fontconfig \
        fonts-liberation fonts-noto-color-emoji fonts-noto-core fonts-wqy-microhei \
    && rm -rf /var/lib/apt/lists/*
COPY image/rootfs /build/image/rootfs
RUN python3 -m image.rootfs browser /out --edition "${BROWSER}" --files /files

FROM debian AS runtime
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends binutils python3-pip \
    && rm -rf /var/lib/apt/lists/*
COPY requirements.txt /requirements/
COPY requirements/constraints.txt requirements/container.txt /requirements/
RUN pip3 install --no-cache-dir --no-compile --only-binary=:all: --target /site \
    -c /requirements/constraints.txt \
    -r /requirements/requirements.txt -r /requirements/container.txt
COPY image/rootfs /build/image/rootfs
COPY --from=browser /files /files
RUN python3 -m image.rootfs runtime /out --source /site --files /files

FROM debian AS program
COPY image/rootfs /build/image/rootfs
COPY cdp_proxy /source/cdp_proxy
COPY shared /source/shared
RUN python3 -m image.rootfs program /out --source /source

FROM scratch
ARG BROWSER=headless-shell
COPY --from=browser /out/ /
COPY --from=runtime /out/ /
COPY --from=program /out/ /
ENV BROWSER=${BROWSER} \
    CDP_HOST=0.0.0.0 \
    CDP_PORT=9223 \
    HOME=/tmp \
    LANG=C.UTF-8 \
    PATH=/usr/bin \
    PYTHONPATH=/app \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    SCRATCH_DIR=/tmp/wallcrawler
WORKDIR /app
USER 10001:10001
EXPOSE 9223
# The only place that is written to. Given a volume, the root may be read-only.
VOLUME ["/tmp"]
# Not an array of one shell: there is no shell in the image.
HEALTHCHECK --interval=30s --timeout=5s --start-period=30s --retries=3 \
    CMD ["/usr/bin/python3", "-m", "cdp_proxy.healthcheck"]
ENTRYPOINT ["/usr/bin/tini", "-g", "--"]
CMD ["/usr/bin/python3", "-m", "cdp_proxy"]

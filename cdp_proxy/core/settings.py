"""How `browserSettings` become a browser: launch flags and environment, and per-target commands.

What holds for the whole process is a flag or a variable, set before the first page exists:
viewport (window size), user agent, languages, time zone, proxy, certificate errors. What Chromium
only takes from a debugger (`Intl`'s locale, extra headers) is sent to each target while it waits
for its debugger, so that no page ever runs without it.
"""

from __future__ import annotations

from dataclasses import dataclass

import cdp.network

from cdp_proxy.core.commands import CdpCommand, set_locale_override
from shared.records import BrowserSettings, Viewport

DEFAULT_VIEWPORT = Viewport(width=1280, height=720)

# IPv6 without brackets: with them Chromium's rules match nothing (tried on 156).
_METADATA_HOSTS = (
    "169.254.*",
    "::ffff:a9fe:*",
    "fd00:ec2::254",
    "metadata.google.internal",
    "metadata.google.internal.",
)
_METADATA_RULES = ", ".join(f"MAP {host} ~NOTFOUND" for host in _METADATA_HOSTS)
"""Cloud metadata and task credentials, in every spelling that names them outright. A name that
resolves to such an address is beyond host rules: that takes the egress policy."""

_PAGE_TYPES = frozenset({"page", "iframe"})
_NETWORK_TYPES = _PAGE_TYPES | {"service_worker", "worker", "shared_worker"}

BASE_FLAGS = (
    "--remote-debugging-pipe",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-service-autorun",
    "--disable-background-networking",
    "--disable-background-timer-throttling",
    "--disable-backgrounding-occluded-windows",
    "--disable-breakpad",
    "--disable-client-side-phishing-detection",
    "--disable-component-extensions-with-background-pages",
    "--disable-component-update",
    "--disable-crash-reporter",
    "--disable-default-apps",
    "--disable-dev-shm-usage",
    "--disable-domain-reliability",
    "--disable-hang-monitor",
    "--disable-ipc-flooding-protection",
    "--disable-popup-blocking",
    "--disable-prompt-on-repost",
    "--disable-renderer-backgrounding",
    "--disable-search-engine-choice-screen",
    "--disable-sync",
    "--enable-unsafe-swiftshader",
    "--force-color-profile=srgb",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--password-store=basic",
    "--use-mock-keychain",
)


@dataclass(frozen=True, slots=True)
class LaunchProfile:
    """What has to be known before a browser starts; equal profiles can share the warm pool."""

    flags: tuple[str, ...]
    env: tuple[tuple[str, str], ...]


def launch_profile(settings: BrowserSettings, window_chrome_px: int = 0) -> LaunchProfile:
    """The flags and environment of a browser for `settings`.

    Args:
        settings: what the session asked for.
        window_chrome_px: how much higher than its page this browser's window is: 0 for the
            headless shell, the height of the tab strip and address bar for full Chromium.
    """
    viewport = settings.viewport or DEFAULT_VIEWPORT
    width, height = viewport.width, viewport.height + window_chrome_px
    flags = [
        f"--window-size={width},{height}",
        f"--screen-info={{{width}x{height}}}",  # full Chromium's is 800 by 600 else
        f"--host-resolver-rules={_METADATA_RULES}",
    ]
    if settings.user_agent is not None:
        flags.append(f"--user-agent={settings.user_agent}")
    if settings.locale is not None:
        flags += [f"--lang={settings.locale}", f"--accept-lang={_languages(settings.locale)}"]
    if settings.proxy is not None:
        bypass = ";".join(("<-loopback>", *settings.proxy.bypass))
        flags += [f"--proxy-server={settings.proxy.server}", f"--proxy-bypass-list={bypass}"]
    else:
        flags.append("--no-proxy-server")
    if settings.ignore_certificate_errors:
        flags.append("--ignore-certificate-errors")
    env = (("TZ", settings.timezone_id),) if settings.timezone_id is not None else ()
    return LaunchProfile(flags=tuple(flags), env=env)


def needs_targets(settings: BrowserSettings) -> bool:
    """Whether each new target has to be told something before it runs."""
    return settings.locale is not None or bool(settings.extra_http_headers)


def target_commands(settings: BrowserSettings, target_type: str) -> list[CdpCommand[None]]:
    """Commands for a target of this type while it waits for its debugger."""
    made: list[CdpCommand[None]] = []
    if settings.extra_http_headers and target_type in _NETWORK_TYPES:
        made.append(cdp.network.enable(max_total_buffer_size=0, max_resource_buffer_size=0))
        headers = cdp.network.Headers(settings.extra_http_headers)
        made.append(cdp.network.set_extra_http_headers(headers))
    if settings.locale is not None and target_type in _PAGE_TYPES:
        made.append(set_locale_override(settings.locale.replace("-", "_")))
    return made


def _languages(locale: str) -> str:
    """`de-DE` is asked for as `de-DE,de`, as a browser set to that language does."""
    base = locale.split("-", 1)[0]
    return locale if base == locale else f"{locale},{base}"

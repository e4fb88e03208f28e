from __future__ import annotations

from typing import Any

import msgspec
import pytest

from cdp_proxy.core.settings import (
    BASE_FLAGS,
    LaunchProfile,
    launch_profile,
    needs_targets,
    target_commands,
)
from shared.records import BrowserSettings, ProxySettings, Viewport

PROXY = ProxySettings(server="http://proxy.example:3128", bypass=("*.local", "10.0.0.0/8"))


def flags(settings: BrowserSettings, window_chrome_px: int = 0) -> dict[str, str]:
    """Flags that depend on the settings, by name."""
    profile = launch_profile(settings, window_chrome_px)
    return dict(flag.partition("=")[::2] for flag in profile.flags)


def sent(settings: BrowserSettings, target_type: str) -> list[dict[str, Any]]:
    return [next(command) for command in target_commands(settings, target_type)]


def test_the_pipe_is_the_only_way_in() -> None:
    assert "--remote-debugging-pipe" in BASE_FLAGS
    assert not any("remote-debugging-port" in flag for flag in BASE_FLAGS)


def test_without_settings_the_window_has_the_default_size_and_no_proxy() -> None:
    found = flags(BrowserSettings())

    assert found["--window-size"] == "1280,720"
    assert "--no-proxy-server" in found
    assert "--user-agent" not in found
    assert "--lang" not in found
    assert "--ignore-certificate-errors" not in found
    assert launch_profile(BrowserSettings()).env == ()


def test_equal_settings_make_equal_profiles() -> None:
    assert launch_profile(BrowserSettings()) == launch_profile(
        BrowserSettings(viewport=Viewport(width=1280, height=720))
    )
    assert isinstance(launch_profile(BrowserSettings()), LaunchProfile)


def test_the_window_is_higher_than_its_page_and_fills_the_screen() -> None:
    settings = BrowserSettings(viewport=Viewport(width=800, height=600))

    found = flags(settings, window_chrome_px=87)

    assert found["--window-size"] == "800,687"
    assert found["--screen-info"] == "{800x687}"


def test_a_locale_is_asked_for_with_its_language() -> None:
    found = flags(BrowserSettings(locale="de-DE"))

    assert found["--lang"] == "de-DE"
    assert found["--accept-lang"] == "de-DE,de"


def test_a_language_alone_stays_alone() -> None:
    assert flags(BrowserSettings(locale="fr"))["--accept-lang"] == "fr"


def test_a_time_zone_is_a_variable() -> None:
    assert launch_profile(BrowserSettings(timezone_id="Europe/Berlin")).env == (
        ("TZ", "Europe/Berlin"),
    )


def test_a_proxy_takes_loopback_too() -> None:
    found = flags(BrowserSettings(proxy=PROXY))

    assert found["--proxy-server"] == "http://proxy.example:3128"
    assert found["--proxy-bypass-list"] == "<-loopback>;*.local;10.0.0.0/8"
    assert "--no-proxy-server" not in found


def test_certificate_errors_are_ignored_on_request_only() -> None:
    assert "--ignore-certificate-errors" in flags(BrowserSettings(ignore_certificate_errors=True))


@pytest.mark.parametrize(
    "pattern",
    ["169.254.*", "::ffff:a9fe:*", "fd00:ec2::254", "metadata.google.internal"],
)
def test_cloud_metadata_is_out_of_reach(pattern: str) -> None:
    rules = flags(BrowserSettings())["--host-resolver-rules"].split(", ")

    assert f"MAP {pattern} ~NOTFOUND" in rules


@pytest.mark.parametrize("name", ["metadata.google.internal."])
def test_a_dot_at_the_end_does_not_help(name: str) -> None:
    rules = flags(BrowserSettings())["--host-resolver-rules"].split(", ")

    assert f"MAP {name} ~NOTFOUND" in rules


@pytest.mark.parametrize("agent", ["x --no-sandbox", "x\t--remote-debugging-port=9", '" --a "'])
def test_a_user_agent_is_one_argument_whatever_it_holds(agent: str) -> None:
    profile = launch_profile(BrowserSettings(user_agent=agent))

    assert f"--user-agent={agent}" in profile.flags
    assert len(profile.flags) == len(launch_profile(BrowserSettings()).flags) + 1


@pytest.mark.parametrize(
    "settings",
    [
        {"userAgent": "a\n--no-sandbox"},
        {"userAgent": "a\0--no-sandbox"},
        {"userAgent": ""},
        {"locale": "de --no-sandbox"},
        {"locale": "--no-sandbox"},
        {"timezoneId": "../../etc/passwd"},
        {"timezoneId": ":/etc/passwd"},
        {"proxy": {"server": "http://a:1 --no-sandbox"}},
        {"proxy": {"server": "http://a:1,direct://"}},
        {"proxy": {"server": "http://u:p@a:1"}},
        {"proxy": {"server": "http://a:1", "bypass": ["a;b"]}},
        {"proxy": {"server": "http://a:1", "bypass": ["a b"]}},
    ],
)
def test_values_that_would_be_more_than_one_are_no_settings(settings: dict[str, Any]) -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(settings, BrowserSettings)


@pytest.mark.parametrize(
    ("settings", "needed"),
    [
        (BrowserSettings(), False),
        (BrowserSettings(user_agent="x", timezone_id="UTC", proxy=PROXY), False),
        (BrowserSettings(locale="de-DE"), True),
        (BrowserSettings(extra_http_headers={"X-A": "1"}), True),
    ],
)
def test_targets_are_told_only_what_flags_cannot_say(
    settings: BrowserSettings, needed: bool
) -> None:
    assert needs_targets(settings) is needed


@pytest.mark.parametrize("kind", ["page", "iframe"])
def test_pages_get_the_locale_and_the_headers(kind: str) -> None:
    settings = BrowserSettings(locale="de-DE", extra_http_headers={"X-A": "1"})

    enable, headers, locale = sent(settings, kind)

    assert enable["method"] == "Network.enable"
    assert headers == {
        "method": "Network.setExtraHTTPHeaders",
        "params": {"headers": {"X-A": "1"}},
    }
    assert locale == {"method": "Emulation.setLocaleOverride", "params": {"locale": "de_DE"}}


@pytest.mark.parametrize("kind", ["worker", "service_worker", "shared_worker"])
def test_workers_get_the_headers_alone(kind: str) -> None:
    settings = BrowserSettings(locale="de-DE", extra_http_headers={"X-A": "1"})

    assert [command["method"] for command in sent(settings, kind)] == [
        "Network.enable",
        "Network.setExtraHTTPHeaders",
    ]


@pytest.mark.parametrize("kind", ["browser", "tab", "other", ""])
def test_other_targets_get_nothing(kind: str) -> None:
    settings = BrowserSettings(locale="de-DE", extra_http_headers={"X-A": "1"})

    assert sent(settings, kind) == []


def test_a_locale_alone_sends_no_headers() -> None:
    assert [command["method"] for command in sent(BrowserSettings(locale="de"), "page")] == [
        "Emulation.setLocaleOverride"
    ]

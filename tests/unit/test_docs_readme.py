"""The README and `docs/settings.md` say what the code says."""

from __future__ import annotations

import inspect
import re
from pathlib import Path

from cdp_proxy.config import ProxyConfig
from cdp_proxy.core.close_codes import CloseCode
from cdp_proxy.core.policy import ROWS
from chalice_app.capacity_config import CapacityConfig
from chalice_app.config import ApiConfig
from shared.session_state import TRANSITIONS, SessionStatus
from standalone.config import StandaloneConfig

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text()
SETTINGS = (ROOT / "docs/settings.md").read_text()


def test_the_state_diagram_is_the_table():
    drawn = set(re.findall(r"^    (\w+) --> (\w+)$", README, re.MULTILINE))

    assert drawn == {
        (source.value, target.value)
        for source, targets in TRANSITIONS.items()
        for target in targets
    }
    assert f"[*] --> {SessionStatus.INITIALIZING.value}" in README


def test_every_variable_of_the_container_has_its_row():
    documented = set(re.findall(r'"""`([A-Z0-9_]+)`', inspect.getsource(ProxyConfig)))
    section = SETTINGS.split("\n## The container\n")[1].split("\n## ")[0]

    assert documented == set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))
    assert len(documented) == len(ProxyConfig.__dataclass_fields__)


def test_every_variable_of_the_api_has_its_row():
    sources = inspect.getsource(ApiConfig) + inspect.getsource(CapacityConfig)
    documented = set(re.findall(r'"""`([A-Z0-9_]+)`', sources))
    section = SETTINGS.split("\n## The API\n")[1]

    assert documented == set(re.findall(r"^\| `([A-Z0-9_]+)` \|", section, re.MULTILINE))


def test_the_options_of_up_have_their_defaults():
    section = README.split("### Options of `up`")[1].split("\n## ")[0]
    rows = dict(re.findall(r"^\| `--([a-z-]+)` \| `\w+` \| `([^`]+)` \|", section, re.MULTILINE))
    defaults = StandaloneConfig()

    assert rows.pop("state-dir") == defaults.state_dir.name
    assert rows == {
        name: str(getattr(defaults, name.replace("-", "_")))
        for name in ("host", "port", "cdp-port", "browser", "max-sessions", "warm")
    }


def test_every_refused_or_rewritten_command_is_named_or_takes_a_url():
    section = README.split("### What a client may not do")[1].split("\n## ")[0]
    takes_url = {
        "Network.loadNetworkResource",
        "Fetch.continueRequest",
        "Network.continueInterceptedRequest",
        "Target.sendMessageToTarget",  # carries any of the others
    }

    assert set(re.findall(r"`([A-Z]\w+\.\w+)`", section)) == set(ROWS) - takes_url


def test_the_private_close_codes_are_explained():
    for code in CloseCode:
        if code >= 4000:
            assert str(int(code)) in README

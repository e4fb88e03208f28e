"""The image at work: health, sessions over REST and CDP, all scripts, and everything trimmed."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fakes.api_user import Api
from tests.image.container import ImageContainer
from tests.image.pages import CODECS, COLOURS, PAGE, SCRIPTS, WEBGL
from tests.integration.cdp import CdpClient, Page
from tests.integration.processes import zombies
from tests.integration.waiting import wait_until

IMPORT_ALL = """
import importlib, pkgutil, cdp_proxy, shared
for package in (cdp_proxy, shared):
    for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
            print(module.name)
"""
MAKE_CLIENTS = """
import boto3
for name in ("bedrock-runtime", "ecs", "s3", "secretsmanager", "sts"):
    print(boto3.client(name, region_name="eu-west-1").meta.endpoint_url)
boto3.client("apigatewaymanagementapi", region_name="eu-west-1", endpoint_url="https://x/y")
"""
MAKE_SMALLER = """
import io, os
from PIL import Image
from cdp_proxy.core.smaller import Fitting
noise = Image.frombytes("RGB", (400, 300), os.urandom(400 * 300 * 3))
for form in ("PNG", "JPEG"):
    file = io.BytesIO()
    noise.save(file, form)
    smaller = Fitting(20_000).fit(file.getvalue())
    print(len(smaller.data) <= 20_000, smaller.data[:2] == b"\\xff\\xd8")
"""
TRUSTED = "import ssl; print(len(ssl.create_default_context().get_ca_certs()))"


@pytest.fixture
def session(api: Api) -> Iterator[Any]:
    created = api.data("POST", "/sessions", {"timeout": 300}, status=201)
    yield created
    api.data("DELETE", f"/sessions/{created['sessionId']}")


@pytest.fixture
def page(session: Any) -> Iterator[Page]:
    with CdpClient(session["connectUrl"]) as client:
        page = client.page()
        page.navigate(PAGE)
        yield page


def run(container: ImageContainer, *arguments: str) -> str:
    done = container.run("/usr/bin/python3", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_it_runs_as_its_own_user_and_cannot_write_to_its_root(container: ImageContainer) -> None:
    users = {process.uids().real for process in container.processes()}
    done = container.run("/usr/bin/python3", "-c", "open('/app/x', 'w')")

    assert users == {10_001}
    assert "Read-only file system" in done.stderr


def test_health_and_the_images_own_health_check_agree(container: ImageContainer) -> None:
    wait_until(lambda: container.health().json()["warm"] == 1, "a warm browser")

    answer = container.health()

    assert (answer.status, answer.json()["status"]) == (200, "ok")
    assert run(container, "-m", "cdp_proxy.healthcheck") == ""


def test_every_module_of_the_program_can_be_imported(container: ImageContainer) -> None:
    names = run(container, "-c", IMPORT_ALL).splitlines()

    assert {"cdp_proxy.service", "cdp_proxy.core.multiplexer", "shared.store"} <= set(names)


def test_aws_clients_can_be_made_and_the_world_is_trusted(container: ImageContainer) -> None:
    addresses = run(container, "-c", MAKE_CLIENTS).split()

    assert "https://s3.eu-west-1.amazonaws.com" in addresses
    assert len(addresses) == 5
    assert int(run(container, "-c", TRUSTED)) > 100


def test_pictures_are_made_smaller(container: ImageContainer) -> None:
    assert run(container, "-c", MAKE_SMALLER).split() == ["True"] * 4


def test_a_page_is_driven_over_cdp(page: Page) -> None:
    assert page.evaluate("document.title") == "scripts"
    assert page.evaluate("getComputedStyle(document.querySelector('style')).display") == "none"


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_drawn_by_a_font_that_has_it(page: Page, script: str) -> None:
    page.call("DOM.enable")
    page.call("CSS.enable")
    document = page.call("DOM.getDocument")["root"]["nodeId"]
    where = {"nodeId": document, "selector": f"#{script}"}
    node = page.call("DOM.querySelector", where)["nodeId"]

    fonts = page.call("CSS.getPlatformFontsForNode", {"nodeId": node})["fonts"]

    text, family = SCRIPTS[script]
    drawn = {font["familyName"]: font["glyphCount"] for font in fonts}
    fitting = {name: count for name, count in drawn.items() if name.startswith(family)}
    assert sum(fitting.values()) >= len(text.replace(" ", "")) // 3, drawn


def test_an_emoji_has_colours(page: Page) -> None:
    assert page.evaluate(COLOURS) > 3


def test_what_was_trimmed_off_the_browser_is_not_missed(page: Page) -> None:
    pdf = base64.b64decode(page.call("Page.printToPDF")["data"])
    picture = base64.b64decode(page.call("Page.captureScreenshot", {"format": "jpeg"})["data"])

    assert pdf.startswith(b"%PDF-")
    assert picture.startswith(b"\xff\xd8")
    assert page.evaluate(WEBGL) is True
    assert page.evaluate(CODECS) == [True, True, True]
    assert page.evaluate("new Intl.NumberFormat('de').format(1234.5)") == "1.234,5"


def test_the_api_acts_and_extracts_without_a_client(api: Api, session: Any) -> None:
    path = f"/sessions/{session['sessionId']}"
    schema = {"type": "object", "properties": {"title": {"type": "string", "pattern": "^.+$"}}}

    api.data("POST", f"{path}/navigate", {"url": PAGE})
    acted = api.data("POST", f"{path}/act", {"instruction": 'click the "Press here" button'})
    text = api.data("POST", f"{path}/extract", {"format": "text"})["result"]
    extracted = api.data("POST", f"{path}/extract", {"schema": schema})

    assert [step["method"] for step in acted["performed"]] == ["click"]
    assert "pressed" in str(text)
    assert extracted["result"]["title"] == "scripts"


def test_an_ended_browser_leaves_no_process_and_no_file(
    api: Api, container: ImageContainer
) -> None:
    wait_until(lambda: container.health().json()["warm"] == 1, "a warm browser")
    before = len(folders(container))

    created = api.data("POST", "/sessions", status=201)
    api.data("DELETE", f"/sessions/{created['sessionId']}")

    wait_until(lambda: container.health().json()["warm"] == 1, "a warm browser")
    wait_until(lambda: len(folders(container)) == before, "no folder but the warm browser's")
    wait_until(lambda: not zombies(container.processes()), "the last zombie's end")


def folders(container: ImageContainer) -> list[str]:
    """The browsers' folders."""
    return [path.name for path in container.temporary.glob("wallcrawler/*/b*") if path.is_dir()]

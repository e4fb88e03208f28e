from __future__ import annotations

import pytest

from cdp_proxy.core.actions.instruction import parse
from cdp_proxy.core.actions.instruction.leading import LONGEST_URL, read_url
from cdp_proxy.core.actions.instruction.tokens import tokenize
from cdp_proxy.core.actions.steps import Kind, Method, Target


@pytest.mark.parametrize(
    ("said", "url"),
    [
        ("https://example.org/a?b=c", "https://example.org/a?b=c"),
        ("example.org", "https://example.org"),
        ("sub.example.co.uk:8443/x#y", "https://sub.example.co.uk:8443/x#y"),
        ("localhost:8080/x", "http://localhost:8080/x"),
        ("10.0.0.1", "http://10.0.0.1"),
        ('"example.org"', "https://example.org"),
        ("about:blank", "about:blank"),
        ("%url%", "%url%"),
    ],
)
def test_an_address_gets_the_scheme_it_lacks(said: str, url: str) -> None:
    assert read_url(tokenize(said), surely=True) == url


@pytest.mark.parametrize(
    "said", ["Settings", "two words", "example.org now", "3.14", "-a.org", "a." * LONGEST_URL, ""]
)
def test_other_words_are_no_address(said: str) -> None:
    assert read_url(tokenize(said), surely=True) is None


def test_a_file_is_an_address_only_where_one_is_expected() -> None:
    assert read_url(tokenize("report.pdf"), surely=False) is None
    assert read_url(tokenize("report.pdf"), surely=True) == "https://report.pdf"


@pytest.mark.parametrize(
    ("said", "method", "arguments"),
    [
        ("go to the website example.org", Method.NAVIGATE, ("https://example.org",)),
        ("open https://example.org/", Method.NAVIGATE, ("https://example.org/",)),
        ("go to the bottom of the page", Method.SCROLL, ("bottom",)),
        ("go back", Method.BACK, ()),
        ("return to the previous page", Method.BACK, ()),
        ("go forward", Method.FORWARD, ()),
        ("reload the page", Method.RELOAD, ()),
        ("refresh", Method.RELOAD, ()),
    ],
)
def test_the_page_is_led_elsewhere(said: str, method: Method, arguments: tuple[str, ...]) -> None:
    (step,) = parse(said)

    assert (step.method, step.target, step.arguments) == (method, None, arguments)


@pytest.mark.parametrize(
    ("said", "method", "target"),
    [
        ("open the Settings page", Method.CLICK, Target(text="Settings")),
        ("switch to the Users tab", Method.CLICK, Target(text="Users", kind=Kind.TAB)),
        ("switch to Users", Method.CLICK, Target(text="Users", kind=Kind.TAB)),
        ("navigate to the Users tab", Method.CLICK, Target(text="Users", kind=Kind.TAB)),
        ("open the section More", Method.EXPAND, Target(text="More", kind=Kind.SECTION)),
    ],
)
def test_a_thing_of_the_page_is_gone_to_by_using_it(
    said: str, method: Method, target: Target
) -> None:
    (step,) = parse(said)

    assert (step.method, step.target) == (method, target)


@pytest.mark.parametrize(
    ("said", "names", "field"),
    [
        ("upload report.pdf", ("report.pdf",), ""),
        ("upload the files a.txt and b.txt into Resume", ("a.txt", "b.txt"), "Resume"),
        ('attach "a b.pdf" to Resume', ("a b.pdf",), "Resume"),
    ],
)
def test_files_are_uploaded_by_name(said: str, names: tuple[str, ...], field: str) -> None:
    (step,) = parse(said)

    assert (step.method, step.arguments) == (Method.UPLOAD, names)
    assert step.target == Target(text=field, kind=Kind.FILE)

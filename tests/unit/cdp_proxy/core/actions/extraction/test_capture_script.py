"""The capture script: what it emits is what `capture` decodes."""

from __future__ import annotations

import ast
import inspect
import re

import pytest

from cdp_proxy.core.actions.extraction import capture
from cdp_proxy.core.actions.extraction.capture_script import READ, REMEMBER_OWNER, WORLD
from cdp_proxy.core.actions.extraction.text import SILENT
from cdp_proxy.core.actions.extraction.tree import Flag


def _names(inside_braces: str) -> set[str]:
    """The keys of an object literal (or pattern) whose values hold no commas."""
    return {part.partition(":")[0].strip() for part in inside_braces.split(",")}


def _found(pattern: str) -> str:
    found = re.search(pattern, READ, re.DOTALL)
    assert found is not None, pattern
    return found[1]


def _decoded(variable: str) -> set[str]:
    """The keys that `capture` reads off a variable."""
    return {
        str(node.slice.value)
        for node in ast.walk(ast.parse(inspect.getsource(capture)))
        if isinstance(node, ast.Subscript)
        and isinstance(node.value, ast.Name)
        and node.value.id == variable
        and isinstance(node.slice, ast.Constant)
    }


def _options() -> dict[str, ast.expr]:
    """What `capture` calls the script with."""
    assigned = next(
        node.value
        for node in ast.walk(ast.parse(inspect.getsource(capture)))
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "options"
    )
    assert isinstance(assigned, ast.Dict)
    return {
        str(ast.literal_eval(key)): value
        for key, value in zip(assigned.keys, assigned.values, strict=True)
        if key is not None
    }


def test_every_key_that_is_decoded_is_emitted_and_no_other() -> None:
    emitted = _names(_found(r"JSON\.stringify\(\{(.*)\}\)"))

    assert emitted == _decoded("document")


def test_every_option_that_the_script_takes_is_given_and_no_other() -> None:
    assert _names(_found(r"^\s*\(\(\{(.*?)\}\) =>")) == set(_options())


def test_a_selector_is_given_with_what_it_is_within() -> None:
    given = _options()["selectors"]
    assert isinstance(given, ast.ListComp)
    assert isinstance(given.elt, ast.Dict)

    assert _names(_found(r"const \{(css, .*?)\} of selectors")) == {
        ast.literal_eval(key) for key in given.elt.keys if key is not None
    }


def test_flags_have_the_numbers_of_the_tree() -> None:
    said = dict(part.split(" = ") for part in _found(r"const (HIDDEN = .*?);").split(", "))

    assert {name: int(value) for name, value in said.items()} == {
        name: value for name, value in vars(Flag).items() if name.isupper()
    }


def test_an_element_has_five_parts_and_a_text_two() -> None:
    element = re.findall(r"nodes\.push\(\[(.*?)\]\)", READ, re.DOTALL)
    parts = [re.split(r",\s*", entry) for entry in element]

    assert [len(part) for part in parts] == [2, 5]
    assert [re.match(r"\w+", part)[0] for part in parts[1][2:]] == [  # type: ignore[index]
        "flagsOf",
        "attributesOf",
        "stateOf",
    ]


def test_the_frame_of_an_owner_is_kept_where_it_is_looked_for() -> None:
    kept = re.search(r"globalThis\.(\w+)", REMEMBER_OWNER)
    assert kept is not None

    assert f"globalThis.{kept[1]}?.get(element)" in READ
    assert "{frame}" in READ
    assert 'state["frame"]' in inspect.getsource(capture)


@pytest.mark.parametrize("tag", ["script", "style", "template", "noscript"])
def test_what_the_script_does_not_enter_is_no_text_of_the_page(tag: str) -> None:
    entered = _found(r"const SILENT = new Set\(\[(.*?)\]\)")

    assert f"'{tag.upper()}'" in entered
    assert tag in SILENT


def test_passwords_do_not_leave_the_page() -> None:
    state = _found(r"case 'INPUT':(.*?)case 'TEXTAREA'")
    attributes = _found(r"const attributesOf = (.*?)\n  };")

    assert "if (element.type === 'password') return {};" in state
    assert re.search(r"element\.type === 'password'\) delete attributes\.value;", attributes)


def test_the_script_is_one_expression_to_be_called_in_a_world_of_its_own() -> None:
    assert READ.strip().startswith("((")
    assert READ.strip().endswith("})")
    assert READ.count("(") - READ.count(")") == READ.count(r"\(") - READ.count(r"\)")
    assert WORLD

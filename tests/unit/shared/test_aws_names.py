from __future__ import annotations

import json
from pathlib import Path

import app
from shared import aws_names

ROOT = Path(__file__).parents[3]


def test_the_rest_function_bears_no_suffix() -> None:
    assert aws_names.function_name("production", aws_names.REST_FUNCTION) == (
        "wallcrawler-production"
    )


def test_log_groups_are_named_as_lambda_and_the_specification_name_them() -> None:
    assert aws_names.function_log_group("production", "websocket_connect") == (
        "/aws/lambda/wallcrawler-production-websocket_connect"
    )
    assert aws_names.browser_log_group("development") == "/ecs/wallcrawler/browser-development"


def test_the_functions_are_those_of_the_program() -> None:
    chalices_words = {"app": aws_names.REST_FUNCTION, "reap": aws_names.REAPER_FUNCTION}
    handlers = {chalices_words.get(name, name.replace("ws_", "websocket_")) for name in app.__all__}

    assert set(aws_names.FUNCTIONS) == handlers


def test_the_product_is_what_chalice_calls_the_app() -> None:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())

    assert config["app_name"] == aws_names.PRODUCT

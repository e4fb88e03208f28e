from __future__ import annotations

from tests.fakes.template import Template


def test_log_groups_bear_the_names_that_their_writers_use(production: Template) -> None:
    names = {group["LogGroupName"] for group in production.of_type("AWS::Logs::LogGroup").values()}

    assert names == {
        "/ecs/wallcrawler/browser-production",
        "/aws/lambda/wallcrawler-production",
        "/aws/lambda/wallcrawler-production-websocket_connect",
        "/aws/lambda/wallcrawler-production-websocket_message",
        "/aws/lambda/wallcrawler-production-websocket_disconnect",
        "/aws/lambda/wallcrawler-production-reap",
    }


def test_no_log_is_kept_for_ever(development: Template, production: Template) -> None:
    for template, days in ((development, 14), (production, 90)):
        groups = template.of_type("AWS::Logs::LogGroup").values()
        assert {group["RetentionInDays"] for group in groups} == {days}

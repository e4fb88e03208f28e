from __future__ import annotations

from tests.fakes.template import Properties, Template

ALARM = "AWS::CloudWatch::Alarm"
FUNCTIONS = ("ApiHandler", "WebsocketConnect", "WebsocketMessage", "WebsocketDisconnect", "Reap")


def alarms_of(template: Template) -> dict[str, Properties]:
    """Ours by name; scaling has some of its own."""
    return {
        name.removeprefix("Alarms"): alarm
        for name, alarm in template.of_type(ALARM).items()
        if name.startswith("Alarms")
    }


def metric_of(alarm: Properties) -> tuple[str, str, str]:
    """(dimension, name, statistic) of an alarm on one metric, in whichever of the two forms."""
    if "Metrics" not in alarm:
        (only,) = alarm["Dimensions"]
        return only["Value"], alarm["MetricName"], alarm["Statistic"]
    (query,) = alarm["Metrics"]
    metric = query["MetricStat"]["Metric"]
    (only,) = metric["Dimensions"]
    return only["Value"], metric["MetricName"], query["MetricStat"]["Stat"]


def test_these_are_watched(production: Template) -> None:
    assert set(alarms_of(production)) == {
        *(f"{name}Errors" for name in FUNCTIONS),
        *(f"{name}Duration" for name in FUNCTIONS),
        *("ReaperSilent", "RestServerErrors", "CreateLatency", "NoFreeSlots"),
        *("UnhealthyCdpTargets", "UnhealthyHttpTargets"),
        *("Redis1Memory", "Redis1Cpu", "Redis2Memory", "Redis2Cpu"),
    }


def test_development_has_one_target_group_and_one_redis_node_to_watch(
    development: Template, production: Template
) -> None:
    assert set(alarms_of(production)) - set(alarms_of(development)) == {
        *("UnhealthyHttpTargets", "Redis2Memory", "Redis2Cpu"),
    }


def test_every_alarm_tells_the_topic_when_it_begins_and_when_it_ends(template: Template) -> None:
    for alarm in alarms_of(template).values():
        assert alarm["AlarmActions"] == alarm["OKActions"] == ["<AlarmsTopic>"]
        assert alarm["AlarmDescription"].startswith("WallCrawler: ")


def test_functions_are_named_as_chalice_names_them(production: Template) -> None:
    alarms = alarms_of(production)

    names = {name: metric_of(alarms[f"{name}Duration"])[0] for name in FUNCTIONS}

    assert names == {
        "ApiHandler": "wallcrawler-production",
        "WebsocketConnect": "wallcrawler-production-websocket_connect",
        "WebsocketMessage": "wallcrawler-production-websocket_message",
        "WebsocketDisconnect": "wallcrawler-production-websocket_disconnect",
        "Reap": "wallcrawler-production-reap",
    }


def test_errors_are_counted_against_invocations(template: Template) -> None:
    alarm = alarms_of(template)["ReapErrors"]
    (rate, *counts) = alarm["Metrics"]

    assert (rate["Expression"], alarm["Threshold"]) == ("100 * errors / invocations", 5)
    assert {each["Id"]: each["MetricStat"]["Metric"]["MetricName"] for each in counts} == {
        "errors": "Errors",
        "invocations": "Invocations",
    }


def test_the_api_may_take_as_long_as_it_is_built_to(template: Template) -> None:
    duration = alarms_of(template)["ApiHandlerDuration"]

    assert duration["Threshold"] == 27_000  # it waits 25 s, and is cut at 29
    assert metric_of(duration)[1:] == ("Duration", "p95")


def test_nobody_having_a_free_slot_or_nobody_saying_so_is_an_alarm(template: Template) -> None:
    alarm = alarms_of(template)["NoFreeSlots"]

    assert (alarm["MetricName"], alarm["Statistic"]) == ("FreeSlots", "Maximum")
    assert (alarm["ComparisonOperator"], alarm["Threshold"]) == ("LessThanThreshold", 1)
    assert alarm["TreatMissingData"] == "breaching"


def test_a_reaper_that_does_not_run_is_an_alarm(template: Template) -> None:
    alarm = alarms_of(template)["ReaperSilent"]

    assert metric_of(alarm)[1:] == ("Invocations", "Sum")
    assert alarm["TreatMissingData"] == "breaching"


def test_what_does_not_happen_is_otherwise_no_alarm(template: Template) -> None:
    ceasing = {"NoFreeSlots", "ReaperSilent"}

    for name, alarm in alarms_of(template).items():
        if name not in ceasing:
            assert alarm["TreatMissingData"] == "notBreaching"


def test_redis_is_watched_node_by_node(production: Template) -> None:
    alarms = alarms_of(production)

    assert metric_of(alarms["Redis1Memory"])[0] == "<CacheRedis>-001"
    assert metric_of(alarms["Redis2Memory"])[0] == "<CacheRedis>-002"
    assert alarms["Redis1Memory"]["MetricName"] == "DatabaseMemoryUsagePercentage"
    assert alarms["Redis1Memory"]["Threshold"] == 75


def test_the_topic_is_encrypted_takes_tls_only_and_lets_alarms_publish(
    template: Template,
) -> None:
    topic = template.only("AWS::SNS::Topic")
    statements = template.only("AWS::SNS::TopicPolicy")["PolicyDocument"]["Statement"]
    by_effect = {statement["Effect"]: statement for statement in statements}

    assert topic["KmsMasterKeyId"] == "<EncryptionKey.Arn>"
    assert by_effect["Deny"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    assert by_effect["Allow"]["Principal"] == {"Service": "cloudwatch.amazonaws.com"}
    assert by_effect["Allow"]["Action"] == "sns:Publish"


def test_who_is_told_is_who_was_named(development: Template, production: Template) -> None:
    assert development.of_type("AWS::SNS::Subscription") == {}
    assert production.only("AWS::SNS::Subscription")["Endpoint"] == "operators@example.com"

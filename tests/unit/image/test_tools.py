"""Docker, Podman and Buildah are told the same in their own ways."""

from __future__ import annotations

from pathlib import Path

import pytest

from image.commands import Command, Failed
from image.tools import NAMES, Build, Mount, Tool, find_tool

BUILD = Build(
    context=Path("/repository"),
    tag="registry.example/wallcrawler:1",
    arguments={"BROWSER": "chromium"},
    labels={"a": "b"},
    mounts=[Mount(Path("/ca.pem"), "/mnt/ca")],
)


def words(command: Command) -> list[str]:
    return [str(word) for word in command]


@pytest.mark.parametrize("name", NAMES)
def test_all_get_tag_arguments_and_labels_and_the_context_last(name: str) -> None:
    command = words(Tool(name).build(BUILD))

    line = " ".join(command)
    assert line.startswith(f"{name} build --tag registry.example/wallcrawler:1 ")
    assert line.endswith(" --build-arg BROWSER=chromium --label a=b /repository")
    assert "pull" not in line
    assert "--platform" not in line


def test_docker_gets_no_options_that_it_does_not_know() -> None:
    command = words(Tool("docker").build(BUILD))

    assert not {"--volume", "--format", "--layers", "--isolation"} & set(command)


@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_the_others_keep_the_health_check_and_see_this_machines_files(name: str) -> None:
    line = " ".join(words(Tool(name).build(BUILD)))

    assert "--format docker --layers" in line
    assert "--volume /ca.pem:/mnt/ca:ro" in line


@pytest.mark.parametrize("name", ["podman", "buildah"])
def test_the_others_need_no_runtime_and_no_network_of_their_own(name: str) -> None:
    command = words(Tool(name, ("--root", "/storage")).build(BUILD))

    assert command[:4] == [name, "--root", "/storage", "build"]
    assert " ".join(["--isolation", "chroot", "--network", "host"]) in " ".join(command)


def test_a_base_made_here_is_never_asked_for_elsewhere() -> None:
    local = Build(context=Path("/r"), tag="t", local_base=True, platform="linux/arm64")

    line = " ".join(words(Tool("buildah").build(local)))

    assert "--pull=never" in line
    assert "--platform linux/arm64" in line


def test_an_image_is_saved_as_one_file_by_each() -> None:
    saved = {name: " ".join(words(Tool(name).save("t", Path("/x.tar")))) for name in NAMES}

    assert saved == {
        "docker": "docker save --output /x.tar t",
        "podman": "podman save --output /x.tar t",
        "buildah": "buildah push --quiet t docker-archive:/x.tar",
    }


def test_signing_in_and_pushing_go_to_the_registry_of_the_tag() -> None:
    tool = Tool("buildah")

    assert words(tool.login("AWS", "registry.example/wallcrawler:1")) == [
        *("buildah", "login", "--username", "AWS", "--password-stdin", "registry.example"),
    ]
    assert words(tool.push("registry.example/wallcrawler:1"))[-2:] == [
        *("push", "registry.example/wallcrawler:1"),
    ]


def test_the_first_that_works_is_taken() -> None:
    def works(command: Command) -> bool:
        return command[0] != "docker"

    assert find_tool(works=works) == Tool("podman")
    assert find_tool("buildah", works) == Tool("buildah")


def test_it_is_said_what_to_install() -> None:
    with pytest.raises(Failed, match="apt-get install buildah"):
        find_tool(works=lambda _: False)
    with pytest.raises(Failed, match="docker is not installed, or does not work"):
        find_tool("docker", works=lambda _: False)

"""What one deployment is told on the command line (`cdk deploy -c key=value`), checked."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from cdk.settings import ENVIRONMENTS, Settings

_CERTIFICATE = re.compile(r"arn:aws[a-z-]*:acm:[a-z0-9-]+:[0-9]{12}:certificate/[0-9a-f-]+")
_HOST = re.compile(r"([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}")
_HOSTED_ZONE = re.compile(r"Z[A-Z0-9]{5,31}")
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
_IMAGE_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_ARCHITECTURES = ("arm64", "x86_64")
_SWITCH = {"1": True, "true": True, "0": False, "false": False}

KEYS = (
    *("environment", "imageTag", "desiredCount", "architecture", "certificateArn"),
    *("publicHost", "hostedZoneId", "alarmEmail", "nag"),
)
"""Every context key of ours."""


class ContextError(Exception):
    """The context does not make a deployment; the text lists every problem."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """One field a context key, in snake case."""

    settings: Settings
    """Of `environment`."""
    image_tag: str = "latest"
    desired_count: int | None = None
    """Tasks from now on; None leaves their number alone. 0 makes the stack before its image."""
    architecture: str = "arm64"
    """Of the image: `arm64` (Graviton, a fifth cheaper) or `x86_64`."""
    certificate_arn: str | None = None
    """ACM's certificate for `public_host`; without one there is no TLS."""
    public_host: str | None = None
    """The name that clients connect to, which the certificate is for."""
    hosted_zone_id: str | None = None
    """Route 53's zone of `public_host`, which then gets its record; None: it is made elsewhere."""
    alarm_email: str | None = None
    """Who is told of alarms; None: nobody, until the topic is subscribed to."""
    nag: bool = False
    """Whether synthesis runs cdk-nag, and fails on what it finds."""

    @classmethod
    def from_context(cls, look_up: Callable[[str], object]) -> Deployment:
        """Read and check everything.

        Args:
            look_up: CDK's `try_get_context`: a key's value, or None.

        Raises:
            ContextError: listing all that is missing or wrong.
        """
        given = {key: text for key in KEYS if (text := _text(look_up(key)))}
        settings = ENVIRONMENTS.get(given.get("environment", ""))
        problems = [*_malformed(given), *_inconsistent(given, settings)]
        if settings is None or problems:
            raise ContextError("; ".join(problems) + ".")
        count = given.get("desiredCount")
        return cls(
            settings=settings,
            image_tag=given.get("imageTag", "latest"),
            desired_count=int(count) if count else None,
            architecture=given.get("architecture", "arm64"),
            certificate_arn=given.get("certificateArn"),
            public_host=given.get("publicHost"),
            hosted_zone_id=given.get("hostedZoneId"),
            alarm_email=given.get("alarmEmail"),
            nag=_SWITCH[given.get("nag", "0")],
        )

    @property
    def tasks_min(self) -> int:
        """What scaling never goes below: nothing, while there is no image."""
        return 0 if self.desired_count == 0 else self.settings.tasks_min


def _text(value: object) -> str:
    """A context value as text: JSON files may have numbers and booleans in them."""
    if value is None:
        return ""
    return str(value).lower() if isinstance(value, bool) else _whole(value).strip()


def _whole(value: object) -> str:
    """JavaScript's numbers come as floats."""
    return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)


def _malformed(given: Mapping[str, str]) -> list[str]:
    return [
        f"{key} {complaint}"
        for key, (well_formed, complaint) in _FORMS.items()
        if key in given and not well_formed(given[key])
    ]


def _inconsistent(given: Mapping[str, str], settings: Settings | None) -> list[str]:
    if settings is None:
        return [f"environment must be one of {', '.join(ENVIRONMENTS)} (-c environment=…)"]
    problems = []
    if ("certificateArn" in given) != ("publicHost" in given):
        problems.append("certificateArn and publicHost go together: the name is the certificate's")
    if "certificateArn" not in given and not settings.plain_cdp:
        problems.append(
            f"{settings.environment} is not served without TLS: "
            "certificateArn and publicHost are needed"
        )
    if "hostedZoneId" in given and "publicHost" not in given:
        problems.append("hostedZoneId needs publicHost")
    if int(given.get("desiredCount", 0) if _is_count(given.get("desiredCount", "0")) else 0) > (
        settings.tasks_max
    ):
        problems.append(f"desiredCount is above tasks_max ({settings.tasks_max})")
    return problems


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal()


def _matches(pattern: re.Pattern[str]) -> Callable[[str], bool]:
    return lambda text: pattern.fullmatch(text) is not None


_FORMS: Mapping[str, tuple[Callable[[str], bool], str]] = {
    "imageTag": (_matches(_IMAGE_TAG), "is not an image tag"),
    "desiredCount": (_is_count, "must be a whole number"),
    "architecture": (_ARCHITECTURES.__contains__, f"must be {' or '.join(_ARCHITECTURES)}"),
    "certificateArn": (_matches(_CERTIFICATE), "is not the ARN of an ACM certificate"),
    "publicHost": (_matches(_HOST), "must be a DNS name in small letters"),
    "hostedZoneId": (_matches(_HOSTED_ZONE), "is not the id of a hosted zone"),
    "alarmEmail": (_matches(_EMAIL), "is not an email address"),
    "nag": (_SWITCH.__contains__, "must be 0 or 1"),
}

"""How the environments differ: one frozen record for each, checked when it is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from shared.actions import ModelProvider, ModelUse

STOP_TIMEOUT_SECONDS: Final = 120
"""From SIGTERM to SIGKILL; the most Fargate allows (ECS `stopTimeout`)."""
DRAIN_SECONDS: Final = 105
"""How long sessions may go on after SIGTERM: what is left of the above is for closing browsers."""

VPC_NETWORK: Final = "10.42.0.0/16"

HTTPS_PORT: Final = 443
STORAGE_GIB: Final = range(21, 200 + 1)
"""What may be asked for beyond the 20 GiB of every task (ECS `ephemeralStorage`)."""
LOG_DAYS: Final[Mapping[int, str]] = {
    1: "ONE_DAY",
    3: "THREE_DAYS",
    7: "ONE_WEEK",
    14: "TWO_WEEKS",
    30: "ONE_MONTH",
    60: "TWO_MONTHS",
    90: "THREE_MONTHS",
    180: "SIX_MONTHS",
    365: "ONE_YEAR",
    731: "TWO_YEARS",
}
"""CloudWatch Logs' retentions (`PutRetentionPolicy`) that may be wanted, with CDK's words."""
FARGATE_MEMORY_MIB: Final[Mapping[int, range]] = {
    512: range(1_024, 4_096 + 1, 1_024),
    1_024: range(2_048, 8_192 + 1, 1_024),
    2_048: range(4_096, 16_384 + 1, 1_024),
    4_096: range(8_192, 30_720 + 1, 1_024),
    8_192: range(16_384, 61_440 + 1, 4_096),
    16_384: range(32_768, 122_880 + 1, 8_192),
}
"""What memory goes with what CPU units (ECS developer guide, "Task size"); less than half a vCPU
does not carry a browser."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSettings:
    """The model that containers ask when the resolver is not sure (`docs/models.md`)."""

    provider: ModelProvider
    name: str
    """The provider's name of it; for Bedrock also an inference profile's id or an ARN."""
    base_url: str | None = None
    """`http(s)://` base; None: the provider's."""
    region: str | None = None
    """Bedrock's; None: the stack's own."""
    use: ModelUse = ModelUse.AUTO
    """When it is asked, unless a request says so."""
    has_key: bool = True
    """Whether the secret of model keys has one for this provider; Bedrock uses the task's role."""

    def __post_init__(self) -> None:
        """Refuse what containers would refuse when they start.

        Raises:
            ValueError: a provider's own service is to be asked without a key.
        """
        at_home = self.base_url is None and self.provider is not ModelProvider.BEDROCK
        if at_home and not self.has_key:
            raise ValueError(f"{self.provider.value} wants a key; only a base_url may do without")


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One environment."""

    environment: str
    """Also the name of Chalice's stage."""

    cpu_units: int
    """Of a task; 1 024 are one vCPU."""
    memory_mib: int
    """Of a task; which go with which CPU: `FARGATE_MEMORY_MIB`."""
    storage_gib: int
    """A task's disk, for profiles, downloads, uploads."""
    max_sessions: int
    """Slots of a task."""
    warm_browsers: int
    """Browsers a task keeps started."""
    browser: str
    """`headless-shell` or `chromium`; the image must have been built with it."""
    model: ModelSettings | None = None

    tasks_min: int
    """Tasks that always run: the load balancer knows only those of the service."""
    tasks_max: int

    nat_gateways: int
    """All pages load through them: one is a single point of failure, one a zone is not."""
    redis_node_type: str
    redis_nodes: int
    """1, or 2 and more for a replica in another zone that takes over."""
    redis_snapshots: int
    """Daily snapshots kept; without any Redis is refilled by the containers."""

    log_days: int
    """How long logs are kept; one of `LOG_DAYS`."""
    access_log_days: int
    """How long logs of buckets, load balancers and the network are kept."""
    screenshot_days: int
    recording_days: int

    traces: bool = False
    """Whether AWS X-Ray gets traces of API requests and of the functions' runs."""

    client_networks: tuple[str, ...] = ("0.0.0.0/0",)
    """IPv4 networks whose clients may connect to `/cdp`."""
    page_ports: tuple[int, ...] = (80, 443)
    """TCP ports that browsers may reach outside; 443 also serves the container's own calls. An
    upstream proxy on another port (`browserSettings.proxy`) wants its port here."""
    monitoring_networks: tuple[str, ...] = ()
    """IPv4 networks, the VPC's own or reached privately, that an internal load balancer serves
    `/health` and `/metrics` to in plain HTTP; none: there is no such load balancer."""
    plain_cdp: bool
    """Whether `/cdp` may be served without TLS while there is no certificate."""
    keep_data: bool
    """Whether buckets and their key outlive the stack."""

    def __post_init__(self) -> None:
        """Refuse what AWS would refuse only half-way through a deployment.

        Raises:
            ValueError: listing all that is wrong.
        """
        problems = [text for wrong, text in self._checks() if wrong]
        if problems:
            raise ValueError(f"{self.environment}: " + "; ".join(problems))

    def _checks(self) -> list[tuple[bool, str]]:
        sizes = FARGATE_MEMORY_MIB.get(self.cpu_units, range(0))
        return [
            (self.memory_mib not in sizes, "Fargate has no such cpu_units and memory_mib"),
            (self.storage_gib not in STORAGE_GIB, "Fargate has no such storage_gib"),
            (self.max_sessions < 1, "max_sessions must be 1 or more"),
            (
                not 0 <= self.warm_browsers <= self.max_sessions,
                "warm_browsers must not be above max_sessions",
            ),
            (not 1 <= self.tasks_min <= self.tasks_max, "tasks_min must be 1 to tasks_max"),
            (self.nat_gateways < 1, "pages load through at least one NAT gateway"),
            (
                self.log_days not in LOG_DAYS,
                f"CloudWatch Logs keeps logs for {', '.join(map(str, LOG_DAYS))} days",
            ),
            (self.redis_nodes < 1, "redis_nodes must be 1 or more"),
            (HTTPS_PORT not in self.page_ports, "page_ports must have 443 among them"),
        ]


DEVELOPMENT: Final = Settings(
    environment="development",
    cpu_units=1_024,
    memory_mib=4_096,
    storage_gib=21,
    max_sessions=5,
    warm_browsers=1,
    browser="headless-shell",
    tasks_min=1,
    tasks_max=2,
    nat_gateways=1,
    redis_node_type="cache.t4g.micro",
    redis_nodes=1,
    redis_snapshots=0,
    log_days=14,
    access_log_days=14,
    screenshot_days=7,
    recording_days=7,
    plain_cdp=True,
    keep_data=False,
)

PRODUCTION: Final = Settings(
    environment="production",
    cpu_units=4_096,
    memory_mib=12_288,
    storage_gib=40,
    max_sessions=20,
    warm_browsers=2,
    browser="headless-shell",
    tasks_min=2,
    tasks_max=20,
    nat_gateways=2,
    redis_node_type="cache.t4g.small",
    redis_nodes=2,
    redis_snapshots=1,
    log_days=90,
    access_log_days=90,
    screenshot_days=30,
    recording_days=90,
    monitoring_networks=(VPC_NETWORK,),
    plain_cdp=False,
    keep_data=True,
)

ENVIRONMENTS: Final[Mapping[str, Settings]] = {
    settings.environment: settings for settings in (DEVELOPMENT, PRODUCTION)
}

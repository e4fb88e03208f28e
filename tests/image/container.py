"""The built image as a running OCI container, held as tightly as Fargate holds it.

`crun` runs it with a read-only root, no capabilities, no new privileges, namespaces of its own but
for the network, one writable folder, and a system call filter that refuses user namespaces as
Docker's and Fargate's do.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

from image.cache import BuiltImage
from tests.integration.api import Answer, request
from tests.integration.stack import DIE_WITH_PARENT
from tests.integration.waiting import wait_until

STOP_SECONDS = 60.0
_EXEC_SECONDS = 60.0
_SHM = ["nosuid", "noexec", "nodev", "mode=1777", "size=65536k"]
_EPERM, _ENOSYS = 1, 38
_CLONE_NEWUSER = 0x10000000

# crun 1.8 refuses a machine whose cgroups are half old, half new; in a mount namespace of our own
# it is shown new ones only.
_WITH_CGROUP2 = """
mount --make-rprivate /
umount -R /sys/fs/cgroup 2>/dev/null
mount -t cgroup2 none /sys/fs/cgroup && exec "$@"
"""


class ImageContainer:
    """One run of the image; use it as a context manager."""

    def __init__(self, image: BuiltImage, environment: Mapping[str, str], port: int) -> None:
        """Prepare.

        Args:
            image: what to run.
            environment: variables beside the image's own.
            port: where it will listen, on loopback.
        """
        self._folder = tempfile.TemporaryDirectory(prefix="wc-image-")
        self._place = Path(self._folder.name)
        self._id = self._place.name
        self.temporary = self._place / "tmp"
        """The one folder that it can write to: its `/tmp`."""
        self.temporary.mkdir()
        self.temporary.chmod(0o1777)
        self.base = f"http://127.0.0.1:{port}"
        variables = {**environment, "CDP_HOST": "127.0.0.1", "CDP_PORT": str(port)}
        self._environment = [f"{name}={value}" for name, value in variables.items()]
        bundle = _bundle(image, self._environment, self.temporary)
        (self._place / "config.json").write_text(json.dumps(bundle))

    def __enter__(self) -> Self:
        self._log = (self._place / "log").open("wb")
        guard = [sys.executable, "-I", "-S", str(DIE_WITH_PARENT), str(os.getpid())]
        command = ["unshare", "--mount", "sh", "-c", _WITH_CGROUP2, "sh", *self._crun()]
        self.process = subprocess.Popen(
            [*guard, *command, "run", "--bundle", str(self._place), self._id],
            stdin=subprocess.DEVNULL,
            stdout=self._log,
            stderr=self._log,
        )
        try:
            wait_until(self._answers, "the container's front door")
        except BaseException:
            self.__exit__(None, None, None)
            raise
        self.init = psutil.Process(int(json.loads(self._state())["pid"]))
        self._namespace = _pid_namespace(self.init.pid)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            subprocess.run([*self._crun(), "delete", "--force", self._id], check=False)
            self.process.wait(STOP_SECONDS)
        self._log.close()
        self._folder.cleanup()

    def health(self) -> Answer:
        """What `/health` answers."""
        return request(self.base, "GET", "/health")

    def terminate(self) -> None:
        """Send SIGTERM to its first process, as ECS does."""
        self.init.send_signal(signal.SIGTERM)

    def processes(self) -> list[psutil.Process]:
        """All that runs in its process namespace, zombies included."""
        return [
            psutil.Process(pid) for pid in psutil.pids() if _pid_namespace(pid) == self._namespace
        ]

    def run(self, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a program beside it, as ECS runs health checks."""
        return subprocess.run(
            [*self._crun(), "exec", self._id, *command],
            capture_output=True,
            text=True,
            timeout=_EXEC_SECONDS,
            check=False,
        )

    def log(self) -> str:
        """What it has written to stdout and stderr."""
        return (self._place / "log").read_text()

    def _answers(self) -> bool:
        assert self.process.poll() is None, f"it has ended: {self.log()[-4000:]}"
        try:
            # The door opens a moment before sessions can be placed here, which the log says.
            return self.health().status == 200 and "serving ws" in self.log()
        except ConnectionError:
            return False

    def _state(self) -> str:
        return subprocess.run(
            [*self._crun(), "state", self._id], capture_output=True, text=True, check=True
        ).stdout

    def _crun(self) -> Sequence[str]:
        return ("crun", "--root", str(self._place / "crun"), "--cgroup-manager=disabled")


def _bundle(image: BuiltImage, environment: Sequence[str], temporary: Path) -> dict[str, Any]:
    """The runtime's configuration: the image's own, and what a task definition would set."""
    config = image.config
    uid, gid = (int(number) for number in config["User"].split(":"))
    return {
        "ociVersion": "1.0.2",
        "root": {"path": str(image.root), "readonly": True},
        "process": {
            "args": [*config["Entrypoint"], *config["Cmd"]],
            "cwd": config["WorkingDir"],
            "env": [*config["Env"], *environment],
            "user": {"uid": uid, "gid": gid},
            "noNewPrivileges": True,
            "capabilities": {},
        },
        "mounts": [
            _mount("/proc", "proc", []),
            _mount("/dev", "tmpfs", ["nosuid", "strictatime", "mode=755", "size=65536k"]),
            _mount("/dev/shm", "tmpfs", _SHM),
            _mount("/tmp", "bind", ["rbind", "rw"], str(temporary)),
        ],
        "linux": {
            "namespaces": [{"type": kind} for kind in ("pid", "mount", "ipc", "uts")],
            "seccomp": _seccomp(),
            "maskedPaths": ["/proc/kcore", "/proc/keys", "/proc/timer_list", "/sys/firmware"],
            "readonlyPaths": ["/proc/bus", "/proc/fs", "/proc/irq", "/proc/sys"],
        },
    }


def _mount(target: str, kind: str, options: Sequence[str], source: str = "") -> dict[str, Any]:
    return {"destination": target, "type": kind, "source": source or kind, "options": options}


def _seccomp() -> dict[str, Any]:
    """What of Docker's filter matters to Chromium: no namespaces."""
    new_user = {"index": 0, "value": _CLONE_NEWUSER, "valueTwo": _CLONE_NEWUSER}
    return {
        "defaultAction": "SCMP_ACT_ALLOW",
        "syscalls": [
            {"names": ["unshare", "setns", "mount", "umount2", "pivot_root", "bpf", "ptrace"]}
            | {"action": "SCMP_ACT_ERRNO", "errnoRet": _EPERM},
            {"names": ["clone"], "args": [new_user | {"op": "SCMP_CMP_MASKED_EQ"}]}
            | {"action": "SCMP_ACT_ERRNO", "errnoRet": _EPERM},
            {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": _ENOSYS},
        ],
    }


def _pid_namespace(pid: int) -> str | None:
    try:
        return str(Path(f"/proc/{pid}/ns/pid").readlink())
    except OSError:
        return None

"""`python -m deployment.functions ENVIRONMENT`: Chalice's stage from the stack, `chalice deploy`.

Chalice makes the WebSocket API whose URL the functions tell (`webSocketUrl` of sessions), and knows
it only once it is made:

1. The stage is written (`stage_config`), with the URL if Chalice remembers one.
2. `chalice deploy`.
3. The stage is written again. Where that changes it, because the API is new, Chalice deploys once
   more, which changes the functions' variables and nothing else.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from deployment.outputs import OutputsMissing, add_options, outputs_of
from deployment.stage_config import write_stage
from deployment.steps import ROOT, Run, exit_code_of, run_command, to_stderr


def main(arguments: list[str], run: Run = run_command) -> int:
    """Do it; the exit code, of Chalice where that fails."""
    parser = argparse.ArgumentParser(prog="python -m deployment.functions", description=__doc__)
    add_options(parser)
    parser.add_argument("--project", type=Path, default=ROOT, help="folder of app.py")
    options = parser.parse_args(arguments)
    chalice = str(Path(sys.executable).with_name("chalice"))
    command = [chalice, "--project-dir", str(options.project), "deploy"]
    command += ["--stage", options.environment]
    config = options.project / ".chalice" / "config.json"
    try:
        outputs = outputs_of(options)
        write_stage(config, options.environment, outputs)
        code = run(command, {})
        if code == 0 and write_stage(config, options.environment, outputs):
            to_stderr("the WebSocket API is new: its URL is told to the functions")
            code = run(command, {})
    except OutputsMissing as error:
        to_stderr(f"{error}.")
        return 1
    return code


if __name__ == "__main__":
    sys.exit(exit_code_of(main, sys.argv[1:]))

"""Runs in a fresh interpreter for `bench.coldstart`: imports the package, calls it, says how long.

Started with `-I -S`, so only the standard library and the package can be imported. Arguments: the
unpacked package and the event, as JSON. Prints one JSON line.
"""

import json
import sys
import time


def main() -> None:
    """Measure one cold start."""
    folder, event = sys.argv[1], json.loads(sys.argv[2])
    sys.path.insert(0, folder)
    began, used = time.perf_counter(), time.process_time()
    import app  # noqa: PLC0415 - importing it is what is measured

    imported, used_by_import = time.perf_counter(), time.process_time() - used
    answer = app.app(event, None)
    answered, used_by_all = time.perf_counter(), time.process_time() - used
    second = app.app(event, None)
    line = {
        "import": (imported - began) * 1000,
        "first": (answered - imported) * 1000,
        "second": (time.perf_counter() - answered) * 1000,
        "import_cpu": used_by_import * 1000,
        "whole_cpu": used_by_all * 1000,
        "statuses": [answer["statusCode"], second["statusCode"]],
    }
    sys.stdout.write(json.dumps(line) + "\n")


if __name__ == "__main__":
    main()

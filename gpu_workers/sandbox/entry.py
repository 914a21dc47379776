"""The first thing that a confined interpreter runs: `python -I -S entry.py PLAN`, the plan as JSON."""

import json
import runpy
import sys


def main() -> None:
    plan = json.loads(sys.argv[1])
    sys.path.insert(0, plan["import_root"])
    from gpu_workers.sandbox import confinement

    # The folder above gpu_workers holds what a child must not see, its names included.
    sys.path[0:1] = plan["site_packages"]
    confinement.apply(plan)
    sys.argv = [plan["module"], *plan["arguments"]]
    runpy.run_module(plan["module"], run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    main()

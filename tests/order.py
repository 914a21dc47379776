"""The order in which xdist gives out the files. What is not named comes between the two lists, as it was collected."""

FIRST = (
    # what is asked of every team there is, or of every row, costs the more the more tests ran before
    "apps/home/test_deletion.py",
    "apps/home/test_deletion_pages.py",
    "apps/home/test_left_deletions.py",
    "apps/home/test_demo.py",
    "apps/users/test_mail.py",
    "apps/users/test_sessions.py",
    "apps/feedback/test_delete_prediction.py",
    "apps/datasets/test_sweep.py",
    "apps/registry/test_sweep.py",
    "apps/endpoints/test_sweeps.py",
    "apps/endpoints/test_quarantine.py",
    "atrium/chores/test_retention.py",
    "atrium/chores/test_tables_without_a_team.py",
    # the longest: begun last, one of them would go on alone
    "rights/test_matrix.py",
    "rights/test_canaries.py",
    "apps/test_api_complete.py",
    "journeys/test_gallery.py",
    "faults/test_outages.py",
    "infra/test_upgrade.py",
    "infra/test_run.py",
    "journeys/test_keyboard.py",
    "journeys/test_main_job.py",
    "journeys/test_own_cases.py",
    "journeys/test_tablet.py",
    "journeys/test_debugger.py",
    "journeys/test_datasets.py",
    "gpu_workers/inspection/test_other_formats.py",
)
LAST = (
    # they kill what the tests of their xdist worker share
    "faults/test_killed_runs.py",
    "faults/test_kills.py",
    "journeys/test_bench.py",
    "faults/test_idle_sockets.py",
)
PLACES = {f"tests/{name}": place for place, name in enumerate((*FIRST, None, *LAST)) if name}


def place_of(nodeid: str) -> int:
    return PLACES.get(nodeid.partition("::")[0], len(FIRST))

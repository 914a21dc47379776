"""The kernels run on a bare GPU host: NumPy alone, with CuPy where there is one."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]

PROGRAM = """
import sys

allowed = {"numpy", "gpu_workers"} | sys.stdlib_module_names


class OnlyNumpy:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] not in allowed:
            raise ImportError(f"{name} is not on a bare host")


sys.meta_path.insert(0, OnlyNumpy())
import numpy
from gpu_workers.analyses import (
    absolute_error, squared_error, log_loss, brier_score, kmeans, histogram, category_counts, kl_divergence,
    jensen_shannon, population_stability_index, wasserstein, kolmogorov_smirnov, quantiles, benjamini_hochberg,
    bootstrap_interval, decision_tree_segments, find_slices,
)
import gpu_workers.analyses as analyses

values = numpy.random.default_rng(0).normal(size=2000)
feature = analyses.numeric_feature("x", values)
table = analyses.coded([feature], {"x": values})
assert find_slices(table, values) and decision_tree_segments(table, values).segments
assert kmeans(values, 3).converged
print(sorted({name.partition(".")[0] for name in sys.modules} - allowed - {"__main__"}))
"""


def test_numpy_is_all_that_is_needed() -> None:
    told = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60
    )
    assert told.returncode == 0, told.stderr
    assert "cupy" not in told.stdout
    assert "django" not in told.stdout
    assert "scipy" not in told.stdout

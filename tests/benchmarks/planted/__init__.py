"""Tables with planted causes: what the benchmarks of the analyses run on, and the proof that the causes are found.

`python -m tests.benchmarks.planted` prints the proof. NumPy alone, the same for a seed.
"""

from .table import CATEGORIES, NUMERIC, Planted, features, planted

__all__ = ["CATEGORIES", "NUMERIC", "Planted", "features", "planted"]

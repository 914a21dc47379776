"""Benchmarks beside peers: run by `make bench`, never by the test suite; they assert no wall time."""

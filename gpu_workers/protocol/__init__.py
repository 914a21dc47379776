"""What crosses the border between Atrium's processes: the only part of `gpu_workers` that the web side may import."""

"""Questions about a dataset that is resident: a sandboxed process holds its columns, `gpu_workers.analyses` answers."""

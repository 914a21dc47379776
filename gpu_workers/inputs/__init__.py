"""Turns what strangers send into pictures of our own, in sandboxed processes beside web and chores.

`python -m gpu_workers.inputs --socket PATH` serves `gpu_workers.protocol.rendering`.
"""

"""ONNX models out of packages, uploaded as they come, beside plain ONNX Runtime (see `__main__`).

`packages.py` names the packages by version and hash. Each family's module says what its models need, declared by the
client, and what plain ONNX Runtime answers on tensors that `tensors.py` prepares by code of its own.
"""

"""What `spawn` tells the child that it starts, as JSON."""

from typing import NotRequired, TypedDict


class Plan(TypedDict):
    """What `spawn` tells its child.

    devices: device files that it may read, write and control.
    user: the id to become, as root. keep_reading: keep root's right to search private folders, where a Python lies in
    one and no mount brings it out; Landlock still names every file. parent: the process whose end must end this one.
    """

    layers: list[str]
    import_root: str
    site_packages: list[str]
    readable: list[str]
    devices: list[str]
    limits: dict[str, int]
    user: NotRequired[int]
    keep_reading: bool
    parent: NotRequired[int]
    module: str
    arguments: list[str]

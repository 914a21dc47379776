"""A strict S3 server: OpenStack Swift with its s3api, in one process, over a folder.

What `make run` embeds accepts more than S3 does. Swift refuses wrong keys, altered addresses and sizes as S3 does. It
lives in a venv of its own (requirements/swift.txt).
"""

import os
import socket
from pathlib import Path

from infra.dev.ground import free_port
from infra.dev.processes import Process
from tests.venvs import python_with

ACCESS_KEY, SECRET_KEY = "lab:tester", "strict-and-secret"
RINGS = ("account", "container", "object")
SERVE = """
import sys
import eventlet
eventlet.monkey_patch()
from eventlet import wsgi
from swift.common.ring import RingBuilder
from swift.common.utils import set_swift_dir
from swift.common.wsgi import loadapp
folder, *servers = sys.argv[1:]
ports = dict(server.split("=") for server in servers)
set_swift_dir(folder)
for kind in ("account", "container", "object"):
    ring = RingBuilder(2, 1, 1)
    ring.add_dev(dict(id=0, region=1, zone=1, ip="127.0.0.1", port=int(ports[kind]), device="disk", weight=1))
    ring.rebalance()
    ring.get_ring().save(f"{folder}/{kind}.ring.gz")
apps = [(int(port), loadapp(f"{folder}/{kind}.conf")) for kind, port in ports.items()]
for port, app in apps:
    server = eventlet.spawn(wsgi.server, eventlet.listen(("127.0.0.1", port)), app, log_output=False)
server.wait()
"""
PROXY = """
[DEFAULT]
swift_dir = {folder}
log_address = /nowhere
[pipeline:main]
pipeline = catch_errors listing_formats bulk s3api tempauth copy slo dlo versioned_writes proxy-server
[app:proxy-server]
use = egg:swift#proxy
account_autocreate = true
[filter:tempauth]
use = egg:swift#tempauth
user_lab_tester = {secret} .admin
[filter:s3api]
use = egg:swift#s3api
location = us-east-1
min_segment_size = 1
"""
FILTERS = ("catch_errors", "listing_formats", "bulk", "copy", "slo", "dlo", "versioned_writes")
STORAGE = """
[DEFAULT]
swift_dir = {folder}
devices = {folder}/devices
mount_check = false
log_address = /nowhere
disable_fallocate = true
[pipeline:main]
pipeline = {kind}-server
[app:{kind}-server]
use = egg:swift#{kind}
fallocate_reserve = 0
"""


def strict_store(folder: Path) -> tuple[Process, str]:
    """(the server, ready to be started; its address). Empty; needs a file system with extended attributes."""
    interpreter = python_with("swift")
    ports = {kind: free_port() for kind in (*RINGS, "proxy")}
    (folder / "devices" / "disk").mkdir(parents=True)
    (folder / "swift.conf").write_text("[swift-hash]\nswift_hash_path_suffix = strict\n")
    for kind in RINGS:
        (folder / f"{kind}.conf").write_text(STORAGE.format(kind=kind, folder=folder))
    filters = "".join(f"[filter:{name}]\nuse = egg:swift#{name}\n" for name in FILTERS)
    (folder / "proxy.conf").write_text(PROXY.format(folder=folder, secret=SECRET_KEY) + filters)
    servers = [f"{kind}={port}" for kind, port in ports.items()]
    process = Process(
        "swift",
        [interpreter, "-c", SERVE, folder, *servers],
        folder / "swift.log",
        environment={"PATH": os.defpath},
        ready=lambda: all(_listens(port) for port in ports.values()),
        patience=60.0,
    )
    return process, f"http://127.0.0.1:{ports['proxy']}"


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0

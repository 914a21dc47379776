"""A proxy and a web server as infra/compose starts them: its own Caddyfile, certificates of our own."""

import os
import shlex
import socket
import ssl
import subprocess
import sys
import sysconfig
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from secrets import token_hex
from typing import Any

import httpx
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.utils import timezone

from infra.dev.processes import Process
from tests.browsing import loopback
from tests.infra.compose import COMPOSE, environment, example, image, services
from tests.services import site

NAME, FILES = "atrium.test", "files.atrium.test"
MIB = 2**20
OLD_ASSET = "assets/app-OfThePreviousBuild.js"
METRICS_TOKEN = token_hex(32)
SERVICES = (
    *("DATABASE_URL", "REDIS_URL", "S3_URL", "S3_BUCKET", "S3_ACCESS_KEY", "S3_SECRET_KEY"),
    *("POOL_KEY_FILE", "INPUTS_SOCKET", "SECRET_KEY", "ENCRYPTION_KEYS"),
)


@dataclass
class Front:
    """A running proxy with its web server. folder: what the processes wrote."""

    port: int
    plain_port: int
    web_port: int
    trust: ssl.SSLContext
    folder: Path

    @property
    def url(self) -> str:
        return f"https://{NAME}:{self.port}"

    def client(self) -> httpx.Client:
        """A browser at an address of its own, by which limits count."""
        transport = httpx.HTTPTransport(verify=self.trust, local_address=loopback())
        return httpx.Client(transport=transport, base_url=self.url, timeout=60)

    def beside(self) -> httpx.Client:
        """Somebody who reaches web itself, past the proxy, from an address that is not the proxy's."""
        headers = {"Host": f"{NAME}:{self.port}"}
        transport = httpx.HTTPTransport(local_address=loopback())
        return httpx.Client(
            transport=transport, base_url=f"http://127.0.0.1:{self.web_port}", headers=headers, timeout=60
        )


def certify(folder: Path) -> ssl.SSLContext:
    """An authority of our own and a certificate of both names; returns a context that trusts the authority."""
    now = timezone.now()

    def made(name: str, key: ec.EllipticCurvePrivateKey, issuer: str, by: ec.EllipticCurvePrivateKey, ca: bool) -> Any:
        built = (
            x509.CertificateBuilder()
            .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
            .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        )
        if not ca:
            built = built.add_extension(x509.SubjectAlternativeName([x509.DNSName(NAME), x509.DNSName(FILES)]), False)
        return built.sign(by, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    authority, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    (folder / "ca.pem").write_bytes(made("Our own authority", authority, "Our own authority", authority, True))
    (folder / "cert.pem").write_bytes(made(NAME, key, "Our own authority", authority, False))
    (folder / "key.pem").write_bytes(
        key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    return ssl.create_default_context(cafile=str(folder / "ca.pem"))


def connects(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def web(front: Front) -> Process:
    """Compose's web on the image's files: its command and its variables, at this session's services."""
    laid = image("web", front.folder / "image")
    told = environment("web", {name: value or token_hex(32) for name, value in example().items()})
    metrics = front.folder / "metrics"
    metrics.mkdir()
    ours = site().web()
    here = {
        "ATRIUM_URL": front.url,
        "UVICORN_HOST": "127.0.0.1",
        "UVICORN_PORT": str(front.web_port),
        "S3_PUBLIC_URL": f"https://{FILES}:{front.port}",
        "STATIC_ROOT": str(front.folder / "static"),
        "PROMETHEUS_MULTIPROC_DIR": str(metrics),
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
        "METRICS_TOKEN": METRICS_TOKEN,
        **{name: ours[name] for name in SERVICES},
        "PYTHONPATH": f"{laid}:{laid / 'platform'}",
        "PATH": ours["PATH"],
    }
    given = {**told, **here}
    old = front.folder / "static" / OLD_ASSET
    old.parent.mkdir(parents=True)
    old.write_text("the previous build's")
    [gather] = [part for part in shlex.split(services()["prepare"]["command"])[2].split(" && ") if "static" in part]
    subprocess.run([sys.executable, *gather.split()[1:]], cwd=laid, env=given, check=True)
    command = ["env", f"--chdir={laid}", sys.executable, "-m", *services()["web"]["command"].split()]
    probe = [sys.executable, *services()["web"]["healthcheck"]["test"][2:]]
    ready = lambda: subprocess.run(probe, env=given, capture_output=True, check=False).returncode == 0  # noqa: E731
    log = front.folder / "web.log"
    return Process("web", command, log, environment=given, ready=ready, patience=120.0)


def proxy(front: Front, store: int = 0) -> Process:
    """Compose's proxy with its own file. store: the port of another store."""
    given = {
        "HOME": str(front.folder),
        "PATH": os.defpath,
        "ATRIUM_HOST": NAME,
        "S3_HOST": FILES,
        "TLS": f"{front.folder / 'cert.pem'} {front.folder / 'key.pem'}",
        "BIND": "127.0.0.1",
        "HTTP_PORT": str(front.plain_port),
        "HTTPS_PORT": str(front.port),
        "WEB": f"127.0.0.1:{front.web_port}",
        "STORE": f"127.0.0.1:{store or site().store.port}",
    }
    assert set(environment("proxy", example())) < set(given)
    program = Path(sysconfig.get_path("scripts")) / "caddy"
    command = [str(program), "run", "--adapter", "caddyfile", "--config", str(COMPOSE / "Caddyfile")]
    return Process("proxy", command, front.folder / "proxy.log", environment=given, ready=lambda: connects(front.port))

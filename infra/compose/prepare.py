"""Writes .env and secrets/pool.key for compose.yaml, once: `python3 infra/compose/prepare.py atrium.example.org`."""

import secrets
import sys
from pathlib import Path

HERE = Path(__file__).resolve().parent
RANDOM = ("SECRET_KEY", "ENCRYPTION_KEYS", "METRICS_TOKEN", "VALKEY_PASSWORD", "S3_ACCESS_KEY", "S3_SECRET_KEY")


def filled(example: str, host: str) -> str:
    """Return the example's text with this host and new secrets."""
    lines = []
    for line in example.splitlines():
        name, _, value = line.partition("=")
        if name == "ATRIUM_HOST":
            line = f"{name}={host}"
        elif name == "S3_HOST":
            line = f"{name}=files.{host}"
        elif not value and (name in RANDOM or name.startswith("DATABASE_")):
            line = f"{name}={secrets.token_hex(32)}"
        lines.append(line)
    return "\n".join(lines) + "\n"


def main(host: str, folder: Path = HERE) -> int:
    """Write what is not there; what is there stays."""
    environment, key = folder / ".env", folder / "secrets" / "pool.key"
    if environment.exists() or key.exists():
        print(f"{folder} is prepared already: its .env and secrets/ stay as they are.", file=sys.stderr)
        return 1
    environment.touch(mode=0o600)
    environment.write_text(filled((HERE / ".env.example").read_text(), host))
    key.parent.mkdir(mode=0o700)
    key.write_text(secrets.token_hex(32))
    key.chmod(0o444)  # read in containers by an account of theirs; on the host nobody else passes the folder
    print(
        f"Written: {environment} and {key}. Set EMAIL_… and TLS in the first, then "
        f"`docker compose -f {HERE / 'compose.yaml'} up --detach --build`."
    )
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]) if len(sys.argv) == 2 else __doc__)

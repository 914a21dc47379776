"""An inspecting child that a file has taken over. Run as `inspector NAME`."""

import os
import sys
import time


def flood() -> None:
    while True:
        os.write(1, b"x" * 65536)


def silence() -> None:
    time.sleep(600)


def closed_pipes() -> None:
    os.close(1)
    time.sleep(600)


def nonsense() -> None:
    os.write(1, b"\xc1 and no findings")


def nothing() -> None:
    return


if __name__ == "__main__":
    globals()[sys.argv[1]]()

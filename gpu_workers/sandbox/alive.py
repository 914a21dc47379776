"""The tiny confined child by which a machine is probed: it says that it runs."""

import sys

from .confinement import confine

if __name__ == "__main__":
    confine()
    sys.stdout.write("alive")

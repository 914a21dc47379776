#!/usr/bin/env python
"""Django's command line; settings come from DJANGO_SETTINGS_MODULE and the environment."""

import os
import sys

from django.core.management import execute_from_command_line

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "atrium.config.settings.dev")
    execute_from_command_line(sys.argv)

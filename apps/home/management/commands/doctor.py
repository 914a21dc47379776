"""`manage.py doctor`: whether all parts of this installation live, and whether its settings hold."""

import sys
from argparse import ArgumentParser
from collections import Counter
from typing import Any

import msgspec
from django.core.management.base import BaseCommand

from apps.home.doctor import examine
from apps.home.doctor.findings import State

SIGNS = {State.OK: "ok  ", State.WARN: "warn", State.FAIL: "FAIL"}


class Command(BaseCommand):
    help = "Look at every part and at the settings; exit code 1 where something fails."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="print a list of {id, state, sentence, remedy}")

    def handle(self, *args: Any, json: bool = False, **options: Any) -> None:
        findings = []
        for finding in examine():
            findings.append(finding)
            if not json:
                self.stdout.write(
                    f"  {SIGNS[finding.state]}  {finding.id:<20} {finding.sentence} {finding.remedy}".rstrip()
                )
        states = Counter(finding.state for finding in findings)
        if json:
            self.stdout.write(msgspec.json.encode(findings).decode())
        else:
            self.stdout.write(f"\n  {', '.join(f'{states[state]} {state}' for state in State)}")
        sys.exit(1 if states[State.FAIL] else 0)

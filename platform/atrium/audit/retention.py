"""How long the audit and the ledger are kept.

Six years, as 45 CFR 164.316(b)(2) asks of documentation about health data. `atrium.sweep_events` of this app's
migrations holds the same figure.
"""

from datetime import timedelta

AUDIT_LIFE = timedelta(days=6 * 365 + 2)

"""Names as they stand in addresses."""

import re
import unicodedata


def slug_of(name: str) -> str:
    """As the server makes it: ASCII letters and digits in lower case, everything else one dash."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", plain)).strip("-_")[:60]

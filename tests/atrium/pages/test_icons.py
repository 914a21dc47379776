"""Every icon that a template or a state names is in the set."""

import re
from pathlib import Path

from atrium.pages import words

ROOT = Path(__file__).parents[3]
SPRITE = ROOT / "frontend" / "icons" / "icons.svg"
NAMED = re.compile(r"""\{%\s*icon\s+"([^"]+)""")


def test_templates_and_words_name_icons_that_exist() -> None:
    known = set(re.findall(r'<symbol id="i-([\w-]+)"', SPRITE.read_text()))
    templates = [*ROOT.glob("platform/atrium/**/*.html"), *ROOT.glob("apps/*/templates/**/*.html")]
    used = {name: path for path in templates for name in NAMED.findall(path.read_text())}
    assert used, "no template names an icon"
    missing = {name: path.relative_to(ROOT).as_posix() for name, path in used.items() if name not in known}
    missing |= {sign.icon: word for word, sign in (words.STATES | words.VERDICTS).items() if sign.icon not in known}
    assert missing == {}

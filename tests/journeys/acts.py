"""What a person did on a page, counted by the page itself: presses of a finger or a mouse, and fields typed in."""

from dataclasses import dataclass

from playwright.sync_api import BrowserContext, Page

COUNTING = """(() => {
  const kept = () => JSON.parse(sessionStorage.getItem('acts') ?? '{"presses": 0, "fields": []}');
  const keep = acts => sessionStorage.setItem('acts', JSON.stringify(acts));
  addEventListener('pointerdown', event => {
    const acts = kept();
    if (event.isTrusted) keep({...acts, presses: acts.presses + 1});
  }, true);
  addEventListener('keydown', event => {
    const acts = kept();
    const field = event.target.id || event.target.name || event.target.tagName;
    if (event.isTrusted && !acts.fields.includes(field)) keep({...acts, fields: [...acts.fields, field]});
  }, true);
})()"""


@dataclass(frozen=True, slots=True)
class Acts:
    """presses: a tap is one, and so is a drag. fields: what was typed in, each once; a key elsewhere counts as one."""

    presses: int
    fields: tuple[str, ...]

    @classmethod
    def of(cls, page: Page) -> "Acts":
        """Since the window was opened, on this site."""
        told = page.evaluate("JSON.parse(sessionStorage.getItem('acts') ?? '{\"presses\": 0, \"fields\": []}')")
        return cls(told["presses"], tuple(told["fields"]))


def count_acts(context: BrowserContext) -> None:
    """Of every page that is opened in the context from now on."""
    context.add_init_script(COUNTING)

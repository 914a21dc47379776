/** What a component in a shadow root needs of the ground it stands on: its sheets, its theme, its keys. */

/** Outside a page of ours nobody has set the tokens; on one they say the same again. */
export const onHost = (sheet: string): string =>
  sheet.replaceAll(":root", ":host").replaceAll("color-scheme:light dark", "");

/** A sheet made by script, since the policy of our pages allows no `<style>`. */
export function dress(root: ShadowRoot, text: string): void {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(text);
  root.adoptedStyleSheets = [sheet];
}

/** Light or dark as what it stands on: a notebook says it by its ground, our pages by `color-scheme`. */
export function followTheme(host: HTMLElement, signal: AbortSignal): void {
  take(host);
  // A notebook's theme is changed by an attribute of the body, its sheet may come a moment later
  const watch = new MutationObserver(() => {
    for (const after of [0, 300, 1500]) setTimeout(() => take(host), after);
  });
  watch.observe(document.body, { attributes: true });
  signal.addEventListener("abort", () => watch.disconnect());
}

function take(host: HTMLElement): void {
  if (getComputedStyle(document.documentElement).colorScheme !== "normal") return;
  for (let at: HTMLElement | null = host.parentElement; at; at = at.parentElement) {
    const parts = getComputedStyle(at)
      .backgroundColor.match(/[\d.]+/g)
      ?.map(Number);
    if (!parts || parts.length < 3 || parts[3] === 0) continue;
    const [red = 0, green = 0, blue = 0] = parts;
    host.style.colorScheme = 0.2126 * red + 0.7152 * green + 0.0722 * blue < 110 ? "dark" : "light";
    return;
  }
}

/** Of the keys with Ctrl or Cmd those that mean something within a component; the others stay the notebook's. */
const OWN = new Set(["a", "c", "v", "x", "y", "z"]);

/** JupyterLab takes keys before what is in a cell hears of them: D D would delete the cell, Enter submit no form. */
export function keepKeys(host: Element, signal: AbortSignal): void {
  const decide = (event: KeyboardEvent): void => {
    const isOwn = !(event.ctrlKey || event.metaKey) || OWN.has(event.key.toLowerCase());
    if (isOwn) host.setAttribute("data-lm-suppress-shortcuts", "true");
    else host.removeAttribute("data-lm-suppress-shortcuts");
  };
  host.setAttribute("data-lm-suppress-shortcuts", "true");
  window.addEventListener("keydown", decide, { capture: true, signal });
}

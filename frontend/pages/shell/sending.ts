/**
 * What is sent and not answered yet shows it, and is not sent twice: a form's button waits, and a fragment of the page
 * that htmx replaces is dimmed after a moment. A page that comes back from the browser's memory is ready again.
 */

const SHOWS_AFTER_MS = 250;

function buttonOf(event: SubmitEvent): HTMLElement | null {
  const form = event.target as HTMLFormElement;
  return event.submitter ?? form.querySelector<HTMLElement>("button:not([type=button])");
}

/** Forms that htmx or a script of the page sends have been stopped before this hears of them. */
export function isLeaving(event: SubmitEvent): boolean {
  const form = event.target as HTMLFormElement;
  const leaves = form.method === "post" && (form.target || "_self") === "_self";
  return leaves && !event.defaultPrevented && !form.closest("[hx-post], [hx-get]");
}

export function showSending(): void {
  document.addEventListener("submit", (event) => {
    if (!isLeaving(event)) return;
    const form = event.target as HTMLFormElement;
    if (form.dataset.sending !== undefined) {
      event.preventDefault();
      return;
    }
    form.dataset.sending = "";
    const button = buttonOf(event);
    // The button's own name and value go along only while it is enabled, so it is marked and not switched off.
    button?.setAttribute("aria-busy", "true");
  });
  addEventListener("pageshow", (event) => {
    if (event.persisted) ready();
  });
  fragments();
}

/** Nothing is on its way any more. */
function ready(): void {
  for (const form of document.querySelectorAll<HTMLElement>("form[data-sending]")) delete form.dataset.sending;
  for (const button of document.querySelectorAll("form [aria-busy=true]")) button.removeAttribute("aria-busy");
}

type Asked = { target: Element; requestConfig: { triggeringEvent?: Event } };

const BY_HAND = new Set(["click", "submit", "input", "change"]);

/** What somebody asked for; what the page asks for by itself, every second, stays still. */
function fragments(): void {
  const waits = new WeakMap<Element, ReturnType<typeof setTimeout>>();
  document.addEventListener("htmx:beforeRequest", (event) => {
    const { target, requestConfig } = (event as CustomEvent<Asked>).detail;
    if (!BY_HAND.has(requestConfig.triggeringEvent?.type ?? "")) return;
    waits.set(
      target,
      setTimeout(() => target.setAttribute("aria-busy", "true"), SHOWS_AFTER_MS),
    );
  });
  for (const name of ["htmx:afterRequest", "htmx:sendAbort"]) {
    document.addEventListener(name, (event) => {
      const { target } = (event as CustomEvent<Asked>).detail;
      clearTimeout(waits.get(target));
      target.removeAttribute("aria-busy");
    });
  }
}

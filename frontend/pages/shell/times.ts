/** Times are relative, exact on hover in the reader's own zone, and stay true while the page is open. */
import { ago } from "./ago.ts";

const EVERY_MS = 30_000;

const exact = new Intl.DateTimeFormat(undefined, { dateStyle: "long", timeStyle: "short" });

function keep(): void {
  const now = Date.now();
  for (const element of document.querySelectorAll<HTMLTimeElement>("time[data-ago]")) {
    const at = Date.parse(element.dateTime);
    if (Number.isNaN(at)) continue;
    const words = ago(at, now);
    if (element.textContent !== words) element.textContent = words;
    const title = exact.format(at);
    if (element.title !== title) element.title = title;
  }
}

export function keepTimes(): void {
  keep();
  setInterval(keep, EVERY_MS);
  document.addEventListener("htmx:load", keep);
}

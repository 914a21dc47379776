/** Toasts: a small thing that happened. An error that needs an act is a notice on the page instead. */
import { icon } from "../../icons/sprite.ts";

const STAYS_MS = 6000;

function region(): HTMLElement {
  const known = document.querySelector<HTMLElement>(".toasts");
  if (known) return known;
  const made = document.createElement("div");
  made.className = "toasts";
  made.setAttribute("role", "status");
  document.body.append(made);
  return made;
}

/** A good toast leaves by itself unless it is pointed at or holds the focus; a bad one waits to be closed. */
function expire(element: HTMLElement): void {
  if (element.classList.contains("bad")) return;
  const leave = (): void => {
    if (element.matches(":hover, :focus-within")) setTimeout(leave, STAYS_MS);
    else element.remove();
  };
  setTimeout(leave, STAYS_MS);
}

export function toast(message: string, tone: "good" | "bad" = "good"): HTMLElement {
  const element = document.createElement("div");
  element.className = `toast ${tone}`;
  const words = document.createElement("span");
  words.textContent = message;
  const close = document.createElement("button");
  close.type = "button";
  close.className = "button quiet square";
  close.setAttribute("aria-label", "Close");
  close.append(icon("x", { small: true }));
  element.append(icon(tone === "good" ? "check-circle" : "x-circle"), words, close);
  region().append(element);
  expire(element);
  return element;
}

export function dismissToasts(): void {
  for (const element of document.querySelectorAll<HTMLElement>(".toasts > .toast")) expire(element);
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest(".toast > .button[aria-label=Close]");
    button?.closest(".toast")?.remove();
  });
}

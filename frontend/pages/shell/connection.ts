/**
 * Whether Atrium answers. A quiet banner says when it does not, and goes when it does again. A form is sent only after
 * Atrium was heard of lately: the browser would put its own error page in place of what was typed.
 */
import { icon } from "../../icons/sprite.ts";
import { isLeaving } from "./sending.ts";
import { toast } from "./toasts.ts";

const ALIVE = "/health/live";
/** Longer than an answer takes, shorter than one waits without a word. */
const PATIENCE_MS = 5000;
/** How long an answer counts as a sign of life. */
const LATELY_MS = 3000;
const AGAIN_MS = 3000;
const LOOKS_EVERY_MS = 60_000;
const OFFLINE = "You are offline. What you typed stays on this page; it goes on by itself when the connection is back.";
const AWAY = "Atrium does not answer. What you typed stays on this page; it goes on by itself when Atrium is back.";
const BACK = "Connected again.";
const KEPT = "Not sent: Atrium cannot be reached. What you typed is still here; send it when the connection is back.";

let heardAt = performance.now();
/** Forms of fragments that were sent while there was no line at all, so that nothing of them can have arrived. */
const waiting = new Map<HTMLFormElement, HTMLElement | null>();
let banner: HTMLElement | null = null;
let again: ReturnType<typeof setTimeout> | undefined;

/** One small question; a proxy that answers in Atrium's place says 502 to 504. */
async function answers(): Promise<boolean> {
  if (!navigator.onLine) return false;
  try {
    const response = await fetch(ALIVE, { cache: "no-store", signal: AbortSignal.timeout(PATIENCE_MS) });
    if (response.status >= 500) return false;
  } catch {
    return false;
  }
  heardAt = performance.now();
  return true;
}

function show(): void {
  const words = navigator.onLine ? AWAY : OFFLINE;
  if (!banner) {
    banner = document.createElement("div");
    banner.className = "cut notice warn";
    banner.setAttribute("role", "status");
    document.body.append(banner);
  }
  if (banner.textContent === words) return;
  const text = document.createElement("div");
  text.textContent = words;
  banner.replaceChildren(icon("offline"), text);
}

function hide(): void {
  if (!banner) return;
  banner.remove();
  banner = null;
  toast(BACK);
  document.dispatchEvent(new Event("atrium:back"));
  const forms = [...waiting];
  waiting.clear();
  for (const [form, submitter] of forms) if (form.isConnected) form.requestSubmit(submitter);
}

/** Ask, show what came of it, and ask again until Atrium is there. */
export async function look(): Promise<boolean> {
  clearTimeout(again);
  const isThere = await answers();
  if (isThere) hide();
  else {
    show();
    again = setTimeout(look, AGAIN_MS);
  }
  return isThere;
}

/** The page heard from the server, by whatever way. */
export function heard(): void {
  heardAt = performance.now();
}

/** Hold a form back until Atrium answers; what it holds stays in its fields. */
async function hold(event: SubmitEvent): Promise<void> {
  const form = event.target as HTMLFormElement;
  const { submitter } = event;
  event.preventDefault();
  event.stopImmediatePropagation();
  submitter?.setAttribute("aria-busy", "true");
  const isThere = await look();
  submitter?.removeAttribute("aria-busy");
  if (isThere) form.requestSubmit(submitter);
  else toast(KEPT, "bad");
}

type Sent = { elt: Element; requestConfig?: { verb: string; triggeringEvent?: Event } };

function keepFor({ detail: { elt, requestConfig } }: CustomEvent<Sent>): void {
  if (navigator.onLine || requestConfig?.verb !== "post" || !(elt instanceof HTMLFormElement)) return;
  const trigger = requestConfig.triggeringEvent;
  waiting.set(elt, trigger instanceof SubmitEvent ? trigger.submitter : null);
}

export function watchConnection(): void {
  // The bench has its own line for this, and sends nothing by forms.
  if (!document.querySelector(".app, .entrance")) return;
  document.addEventListener("submit", (event) => {
    if (isLeaving(event) && (banner || performance.now() - heardAt > LATELY_MS)) void hold(event);
  });
  addEventListener("offline", () => void look());
  addEventListener("online", () => void look());
  document.addEventListener("htmx:sendError", (event) => {
    keepFor(event as CustomEvent<Sent>);
    void look();
  });
  document.addEventListener("htmx:afterOnLoad", heard);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && performance.now() - heardAt > LOOKS_EVERY_MS) void look();
  });
  setInterval(() => {
    if (!document.hidden && !banner) void look();
  }, LOOKS_EVERY_MS);
  if (!navigator.onLine) show();
}

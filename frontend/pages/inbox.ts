/** The inbox: pictures replayed, the list and the open case kept fresh, the half-written reply kept safe. */
import htmx from "htmx.org";
import { keepDrafts, restoreDraft } from "./inbox/drafts.ts";
import { offerNames } from "./inbox/mentions.ts";
import { replayPictures } from "./inbox/replay.ts";
import { keepSelection, showSelection } from "./inbox/selection.ts";
import type { Changed } from "./shell/inbox.ts";

type Swap = { target: HTMLElement; fragment: DocumentFragment | Element; shouldSwap: boolean };

function main(): HTMLElement | null {
  return document.getElementById("main");
}

function openCase(): string | null {
  return document.getElementById("thread")?.dataset.case ?? null;
}

/** On a phone the list or the case is shown: by whether a case is open. */
function showOne(): void {
  main()?.classList.toggle("one", openCase() !== null);
}

/** Beside the list there is room for a case: the first is shown, in place of a pane that asks for one. */
let isOpenedByHand = true;
function openFirst(): void {
  const first = document.querySelector<HTMLElement>("#items .item");
  if (!first || openCase() !== null || matchMedia("(width < 44rem)").matches) return;
  first.removeAttribute("hx-push-url"); // going back leaves the inbox
  first.setAttribute("hx-replace-url", "true");
  isOpenedByHand = false;
  first.click();
}

/** What a hand is busy with, and pictures that did not change, stay as they are when a live fragment comes. */
function spare(event: Event): void {
  const { detail } = event as CustomEvent<Swap>;
  const { target } = detail;
  if (
    target.id === "props" &&
    target.contains(document.activeElement) &&
    document.activeElement?.matches("select, input")
  )
    detail.shouldSwap = false;
  if (target.id !== "evidence") return;
  const incoming = detail.fragment.querySelector<HTMLElement>("#evidence");
  if (incoming?.dataset.stamp === target.dataset.stamp) detail.shouldSwap = false;
}

/** A problem that the page itself tells (422) is shown like any other answer. */
function showInvalid(event: Event): void {
  const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean; isError: boolean }>;
  if (detail.xhr.status !== 422) return;
  detail.shouldSwap = true;
  detail.isError = false;
}

function assignByKey(event: KeyboardEvent): void {
  if (event.key !== "a" || event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if ((event.target as Element).closest("input, select, textarea, dialog[open]")) return;
  const field = document.querySelector<HTMLSelectElement>("#assignee");
  const props = document.getElementById("props");
  if (!field || !props) return;
  event.preventDefault();
  if (!field.getClientRects().length) props.showPopover?.(); // the list of cases takes the room on a phone
  field.focus();
}

keepDrafts();
restoreDraft(document);
keepSelection();
offerNames();
replayPictures(document);
document.addEventListener("keydown", assignByKey);
document.addEventListener("atrium:inbox", (event) => {
  const live = document.getElementById("live");
  if (live) htmx.trigger(live, "inbox-changed", (event as CustomEvent<Changed>).detail);
});
document.addEventListener("htmx:oobAfterSwap", (event) => {
  if ((event as CustomEvent<Swap>).detail.target.id === "items") showSelection();
});
document.addEventListener("htmx:oobBeforeSwap", spare);
document.addEventListener("htmx:beforeSwap", showInvalid);
/** What was just sent can lie far below: several judgements stand above it. */
document.addEventListener("htmx:afterSettle", (event) => {
  const { requestConfig, xhr } = (event as CustomEvent<{ requestConfig: { elt: Element }; xhr: XMLHttpRequest }>)
    .detail;
  if (requestConfig.elt.id !== "reply" || xhr.status >= 400) return;
  document.getElementById("talk")?.lastElementChild?.scrollIntoView({ block: "center" });
});
document.addEventListener("htmx:load", (event) => {
  const element = event.target as HTMLElement;
  const around = element.parentElement ?? document;
  replayPictures(around);
  restoreDraft(around);
  if (element === document.body) openFirst();
  if (element.id === "items") showSelection();
  if (element.id !== "thread") return;
  showOne();
  if (isOpenedByHand) element.focus({ preventScroll: true });
  isOpenedByHand = true;
  element.scrollTop = 0;
  document.querySelector("#items [aria-current=true]")?.scrollIntoView({ block: "nearest" });
});

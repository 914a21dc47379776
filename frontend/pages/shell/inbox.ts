/**
 * The count beside “Inbox” in the navigation of every project page, kept true over a socket. The same socket tells the
 * inbox's own page what changed: the event `atrium:inbox` on the document.
 */
import { heard, look } from "./connection.ts";
import { toast } from "./toasts.ts";

const LONGEST_PAUSE_MS = 60_000;

/** thread: null after a cut, when anything may have changed. */
export type Changed = { thread: string | null };
type Counts = { open: number; waiting: number; mine: number; resolved: number };
type FromServer =
  | { type: "counts"; counts: Counts }
  | { type: "changed"; thread: string; counts: Counts }
  | { type: "revoked"; message: string };

function show(link: HTMLElement, open: number): void {
  let count = link.querySelector<HTMLElement>(".count");
  if (open === 0) {
    count?.remove();
    return;
  }
  if (!count) {
    count = document.createElement("span");
    count.className = "count new";
    link.append(count);
  }
  const words = document.createElement("span");
  words.className = "visually-hidden";
  words.textContent = ", open: ";
  count.replaceChildren(words, String(open));
}

function tell(changed: Changed): void {
  document.dispatchEvent(new CustomEvent<Changed>("atrium:inbox", { detail: changed }));
}

export function keepInboxCount(): void {
  const link = document.querySelector<HTMLElement>("a[data-counts]");
  if (!link) return;
  const url = new URL(link.dataset.counts ?? "", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  let failures = 0;
  let wasOpen = false;
  let isOver = false;
  let waiting: ReturnType<typeof setTimeout> | undefined;

  function connect(): void {
    waiting = undefined;
    const socket = new WebSocket(url);
    socket.addEventListener("open", () => {
      failures = 0;
      if (wasOpen) tell({ thread: null });
      wasOpen = true;
    });
    socket.addEventListener("message", (event) => {
      heard();
      const message = JSON.parse(String(event.data)) as FromServer;
      if (message.type === "revoked") {
        isOver = true;
        toast(message.message, "bad");
        return;
      }
      if (link) show(link, message.counts.open);
      if (message.type === "changed") tell({ thread: message.thread });
    });
    socket.addEventListener("close", () => {
      if (isOver) return;
      failures += 1;
      if (failures === 1) void look();
      waiting = setTimeout(connect, Math.min(LONGEST_PAUSE_MS, 500 * 2 ** failures));
    });
  }
  document.addEventListener("atrium:back", () => {
    if (waiting === undefined) return;
    clearTimeout(waiting);
    failures = 0;
    connect();
  });
  connect();
}

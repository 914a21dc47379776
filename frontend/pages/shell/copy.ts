/** `data-copy="text"`, or `data-copy-from="id"` for what an element shows. */
import { toast } from "./toasts.ts";

const SAYS_MS = 2000;

/** Through a selection where the clipboard is not to be had (an address without TLS that is not localhost). */
function copyBySelection(text: string): boolean {
  const area = document.createElement("textarea");
  area.value = text;
  area.className = "visually-hidden";
  (document.querySelector("dialog[open]") ?? document.body).append(area);
  area.select();
  const done = document.execCommand("copy");
  area.remove();
  return done;
}

/** Whether it went to the clipboard. */
export async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

export function copyOnClick(): void {
  document.addEventListener("click", async (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-copy], [data-copy-from]");
    if (!button) return;
    const from = button.dataset.copyFrom;
    const text = from ? document.getElementById(from)?.textContent?.trim() : button.dataset.copy;
    if (!text) return;
    if (!(await copy(text))) {
      toast("This browser does not let a page copy. Select the text and copy it yourself.", "bad");
      return;
    }
    button.focus();
    if (button.dataset.copied !== undefined) return;
    const label = button.querySelector(".label-text") ?? button;
    const before = [...label.childNodes];
    button.dataset.copied = "";
    label.replaceChildren("Copied");
    setTimeout(() => {
      delete button.dataset.copied;
      label.replaceChildren(...before);
    }, SAYS_MS);
  });
}

/**
 * Which cases are chosen, kept while the list is drawn anew around them: X for the open one, a click, with Shift all
 * between; Escape for none. The form `#many` sends them.
 */

const chosen = new Set<string>();
let last: string | null = null;

const boxes = (): HTMLInputElement[] => [...document.querySelectorAll<HTMLInputElement>("#items input[name=thread]")];

function form(): HTMLFormElement | null {
  const found = document.getElementById("many");
  return found instanceof HTMLFormElement ? found : null;
}

/** The boxes as what is chosen says; what has left the list is chosen no more. */
export function showSelection(): void {
  const here = boxes();
  const there = new Set(here.map((box) => box.value));
  for (const id of chosen) if (!there.has(id)) chosen.delete(id);
  for (const box of here) box.checked = chosen.has(box.value);
  tell();
}

function tell(): void {
  const many = form();
  if (!many) return;
  const every = many.querySelector<HTMLInputElement>("input[name=all]");
  const count = every?.checked ? Number(many.dataset.matching) : chosen.size;
  const told = many.querySelector("[data-count]");
  if (told) told.textContent = count.toLocaleString("en");
  many.classList.toggle("any", chosen.size > 0);
}

function choose(box: HTMLInputElement, upTo: boolean): void {
  const all = boxes();
  const from = upTo && last ? all.findIndex((each) => each.value === last) : -1;
  const to = all.indexOf(box);
  const between = from < 0 ? [box] : all.slice(Math.min(from, to), Math.max(from, to) + 1);
  for (const each of between) {
    if (box.checked) chosen.add(each.value);
    else chosen.delete(each.value);
  }
  last = box.value;
  showSelection();
}

function byKey(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
  if ((event.target as Element).closest("input:not([name=thread]), select, textarea, dialog[open]")) return;
  if (event.key === "Escape" && chosen.size) {
    chosen.clear();
    showSelection();
  }
  if (event.key !== "x" && event.key !== "X") return;
  const within = (event.target as Element).closest(".item-row") ?? document.querySelector("#items .item-row.is-open");
  const box = within?.querySelector<HTMLInputElement>("input[name=thread]");
  if (!box) return;
  event.preventDefault();
  box.checked = !box.checked;
  choose(box, event.key === "X");
}

export function keepSelection(): void {
  let withShift = false;
  document.addEventListener("click", (event) => {
    withShift = event.shiftKey;
  });
  document.addEventListener("change", (event) => {
    const box = event.target as HTMLInputElement;
    if (box.name === "all") {
      if (box.checked) for (const each of boxes()) chosen.add(each.value);
      showSelection();
    }
    if (box.name === "thread" && box.closest("#items")) choose(box, withShift);
  });
  document.addEventListener("reset", (event) => {
    if (event.target !== form()) return;
    chosen.clear();
    setTimeout(showSelection); // after the fields have their first values again
  });
  document.addEventListener("keydown", byKey);
}

/** “@” and the beginning of a name, in a message for the team: the colleagues whose name begins so, to choose from. */

const BEGUN = /(^|\s)@([^\n@]{0,40})$/u;

let list: HTMLUListElement | null = null;
let field: HTMLTextAreaElement | null = null;
let at = 0;

function names(): string[] {
  return JSON.parse(field?.dataset.people ?? "[]") as string[];
}

function close(): void {
  list?.remove();
  list = null;
  field?.removeAttribute("aria-activedescendant");
  field?.removeAttribute("aria-controls");
}

function insert(name: string): void {
  if (!field) return;
  const end = field.selectionStart;
  const before = field.value.slice(0, end).replace(BEGUN, `$1@${name} `);
  field.value = before + field.value.slice(end);
  field.setSelectionRange(before.length, before.length);
  field.dispatchEvent(new Event("input", { bubbles: true }));
  const internal = field.form?.elements.namedItem("internal");
  if (internal instanceof HTMLInputElement) internal.checked = true;
  close();
}

function mark(next: number): void {
  if (!list) return;
  const options = [...list.children] as HTMLLIElement[];
  at = (next + options.length) % options.length;
  for (const [i, option] of options.entries()) option.setAttribute("aria-selected", String(i === at));
  field?.setAttribute("aria-activedescendant", options[at]?.id ?? "");
}

function offer(): void {
  close();
  if (!field) return;
  const begun = BEGUN.exec(field.value.slice(0, field.selectionStart));
  const sought = begun?.[2]?.toLocaleLowerCase();
  if (sought === undefined) return;
  const fitting = names().filter(
    (name) => name.toLocaleLowerCase().startsWith(sought) && name.toLocaleLowerCase() !== sought.trim(),
  );
  if (!fitting.length) return;
  list = document.createElement("ul");
  list.className = "menu mention-list";
  list.id = "mention-list";
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", "Colleagues");
  for (const [i, name] of fitting.slice(0, 6).entries()) {
    const option = document.createElement("li");
    option.id = `mention-${i}`;
    option.setAttribute("role", "option");
    option.textContent = name;
    option.addEventListener("pointerdown", (event) => {
      event.preventDefault(); // the field keeps the focus
      insert(name);
    });
    list.append(option);
  }
  field.setAttribute("aria-controls", list.id);
  field.after(list);
  mark(0);
}

function byKey(event: KeyboardEvent): void {
  if (!list || event.target !== field) return;
  const name = list.children[at]?.textContent ?? "";
  if (event.key === "ArrowDown") mark(at + 1);
  else if (event.key === "ArrowUp") mark(at - 1);
  else if (event.key === "Enter" || event.key === "Tab") insert(name);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopPropagation();
}

export function offerNames(): void {
  document.addEventListener("input", (event) => {
    const element = event.target;
    if (!(element instanceof HTMLTextAreaElement) || element.dataset.people === undefined) return;
    field = element;
    offer();
  });
  document.addEventListener("keydown", byKey, { capture: true });
  document.addEventListener("focusout", (event) => {
    if (event.target === field) close();
  });
}

/**
 * `data-opens="id"` opens a dialog, `data-closes` closes the one around it, `dialog[data-open]` opens with the page
 * (a secret shown once). `input[data-confirms="word"]` keeps its form's danger button off until the word is typed.
 */

function dialogOf(id: string | undefined): HTMLDialogElement | null {
  const element = id ? document.getElementById(id) : null;
  return element instanceof HTMLDialogElement ? element : null;
}

function openMarked(root: ParentNode): void {
  for (const dialog of root.querySelectorAll<HTMLDialogElement>("dialog[data-open]")) {
    if (!dialog.open) dialog.showModal();
  }
}

function check(input: HTMLInputElement): void {
  const button = input.form?.querySelector<HTMLButtonElement>("button.danger, button[data-confirmed]");
  if (button) button.disabled = input.value.trim() !== input.dataset.confirms;
}

export function openDialogs(): void {
  document.addEventListener("click", (event) => {
    const target = event.target as Element;
    dialogOf(target.closest<HTMLElement>("[data-opens]")?.dataset.opens)?.showModal();
    if (target.closest("[data-closes]")) target.closest("dialog")?.close();
    // A click on the backdrop hits the dialog itself; a secret shown once is closed by its button only.
    if (target instanceof HTMLDialogElement && !target.hasAttribute("data-open")) target.close();
  });
  document.addEventListener("input", (event) => {
    if (event.target instanceof HTMLInputElement && event.target.dataset.confirms !== undefined) check(event.target);
  });
  for (const input of document.querySelectorAll<HTMLInputElement>("input[data-confirms]")) check(input);
  openMarked(document);
  // htmx:load tells of each new element, which may be the dialog itself.
  document.addEventListener("htmx:load", (event) => openMarked((event.target as Element).parentElement ?? document));
}

/**
 * `button[data-reveals="id"]` shows a password; `[data-submits]` sends its form when it changes;
 * `form[data-marks-changes]` gets `data-changed` once anything in it was changed.
 */
export function revealPasswords(): void {
  for (const button of document.querySelectorAll<HTMLElement>("[data-reveals]")) button.hidden = false;
  document.addEventListener("click", (event) => {
    const button = (event.target as Element).closest<HTMLElement>("[data-reveals]");
    const input = document.getElementById(button?.dataset.reveals ?? "");
    if (!button || !(input instanceof HTMLInputElement)) return;
    const shown = input.type === "text";
    input.type = shown ? "password" : "text";
    button.setAttribute("aria-pressed", String(!shown));
    button.textContent = shown ? "Show" : "Hide";
  });
}

export function submitOnChange(): void {
  document.addEventListener("change", (event) => {
    const field = (event.target as Element).closest<HTMLElement>("[data-submits]");
    field?.closest("form")?.requestSubmit();
  });
}

export function markChanges(): void {
  document.addEventListener("input", (event) => {
    const form = (event.target as Element).closest<HTMLElement>("form[data-marks-changes]");
    if (form) form.dataset.changed = "";
  });
}

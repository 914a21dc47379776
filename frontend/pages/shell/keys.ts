/** `data-key="j"` on a button, link or field: the key presses it, outside fields and dialogs. */
export function pressByKey(): void {
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.isContentEditable || target.closest("input, select, textarea, dialog[open]")) return;
    if (document.querySelector("dialog[open]")) return;
    const key = CSS.escape(event.key);
    const pressed = document.querySelector<HTMLElement>(`[data-key="${key}"]`);
    if (!pressed) return;
    event.preventDefault();
    if (pressed.matches("input, select, textarea")) pressed.focus();
    else pressed.click();
  });
}

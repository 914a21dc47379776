/** `details.switch` behaves as a menu: a click elsewhere or Escape closes it. */
export function closeMenus(): void {
  const close = (except: Element | null): void => {
    for (const menu of document.querySelectorAll<HTMLDetailsElement>("details.switch[open]")) {
      if (menu !== except) menu.open = false;
    }
  };
  document.addEventListener("click", (event) => close((event.target as Element).closest("details.switch")));
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    const within = (event.target as Element).closest("details.switch[open]");
    close(null);
    within?.querySelector("summary")?.focus();
  });
}

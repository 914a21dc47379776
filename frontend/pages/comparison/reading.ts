/** A case that is read blind: a key chooses, an arrow goes on, and what was chosen is saved at once. */
const TYPED = "input:not([type=radio]), textarea, select";

export function readByKeys(form: HTMLFormElement): void {
  const saved = form.querySelector<HTMLElement>("[data-saved]");
  let isSaving: Promise<void> = Promise.resolve();

  const tell = (words: string) => {
    if (saved) saved.textContent = words;
  };

  /** One after the other: the last choice is the one that stays. */
  const save = () => {
    isSaving = isSaving.then(async () => {
      if (!form.querySelector("[name=choice]:checked")) return;
      const body = new FormData(form);
      body.set("stays", "1");
      try {
        const answer = await fetch(form.action, { method: "POST", body, keepalive: true });
        tell(answer.ok ? "Saved" : "Not saved. Press the button, and it says why.");
      } catch {
        tell("No connection: it is saved once there is one, while this page stays open.");
        addEventListener("online", save, { once: true });
      }
    });
  };

  /** Whatever is on its way arrives first: the next page counts it. */
  const follow = (way: string) => {
    const link = document.querySelector<HTMLAnchorElement>(`[data-step=${way}]`);
    if (link) void isSaving.then(() => link.click());
  };

  form.addEventListener("change", save);
  document.addEventListener("keydown", (event) => {
    const at = event.target as Element;
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || at.closest(TYPED)) return;
    const key = event.key.toLowerCase();
    const chosen = form.querySelector<HTMLInputElement>(`[data-pressed-by="${CSS.escape(key)}"]`);
    if (chosen) {
      chosen.checked = true;
      save();
    } else if (key === "enter" && !at.closest("a, button, summary")) form.requestSubmit();
    // Among radios the arrows choose, as everywhere
    else if (key === "arrowright" && !at.matches("[type=radio]")) follow("on");
    else if (key === "arrowleft" && !at.matches("[type=radio]")) follow("back");
    else return;
    event.preventDefault();
  });
}

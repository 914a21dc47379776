/** A half-written reply outlives a change of case and a reload; it goes when it was sent. */

const keyOf = (form: HTMLFormElement): string => `reply:${form.dataset.draft}`;
const fieldOf = (form: HTMLFormElement): HTMLTextAreaElement | null => form.querySelector("textarea");

function formAt(event: Event): HTMLFormElement | null {
  return (event.target as Element).closest<HTMLFormElement>("form[data-draft]");
}

export function keepDrafts(): void {
  document.addEventListener("input", (event) => {
    const form = formAt(event);
    if (form) sessionStorage.setItem(keyOf(form), fieldOf(form)?.value ?? "");
  });
  document.addEventListener("submit", (event) => {
    const form = formAt(event);
    if (form && !form.hasAttribute("hx-post")) sessionStorage.removeItem(keyOf(form));
  });
  // Not htmx:beforeSwap: that happens on the conversation, which a live fragment may have replaced meanwhile.
  document.addEventListener("htmx:beforeOnLoad", (event) => {
    const { requestConfig, xhr } = (event as CustomEvent<{ requestConfig: { elt: Element }; xhr: XMLHttpRequest }>)
      .detail;
    const form = requestConfig.elt;
    if (form instanceof HTMLFormElement && form.dataset.draft && xhr.status < 400)
      sessionStorage.removeItem(keyOf(form));
  });
}

export function restoreDraft(root: ParentNode): void {
  for (const form of root.querySelectorAll<HTMLFormElement>("form[data-draft]")) {
    const field = fieldOf(form);
    if (field && !field.value) field.value = sessionStorage.getItem(keyOf(form)) ?? "";
  }
}

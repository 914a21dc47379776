/** The set of icons, by name. A page, or a shadow root, without the sprite gets one. */

import { html, type TemplateResult } from "lit-html";

/** It comes by itself: whoever draws does not wait for it, and an icon's place is kept by the sheets. */
export async function ensureIcons(root: HTMLElement | ShadowRoot): Promise<void> {
  if (root.querySelector("#i-logo")) return;
  let sprite: string;
  try {
    ({ default: sprite } = await import("../icons/icons.svg?raw"));
  } catch {
    window.addEventListener("online", () => void ensureIcons(root), { once: true });
    return;
  }
  if (root.querySelector("#i-logo")) return;
  const parsed = new DOMParser().parseFromString(sprite, "image/svg+xml").documentElement;
  const drawing = document.importNode(parsed, true);
  drawing.setAttribute("width", "0");
  drawing.setAttribute("height", "0");
  drawing.setAttribute("aria-hidden", "true");
  drawing.classList.add("visually-hidden");
  root.prepend(drawing);
}

export function icon(name: string, size: "" | "small" = ""): TemplateResult {
  return html`<svg class="icon ${size}" viewBox="0 0 20 20" aria-hidden="true"><use href="#i-${name}"/></svg>`;
}

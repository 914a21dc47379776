/** What a project keeps aside: its studies are looked at and covered by the dialog that the bench has. */
import { effect } from "@preact/signals-core";
import { render } from "lit-html";
import { Aside } from "../components/bench/aside.ts";
import type { Held } from "../components/bench/aside_boxes.ts";
import { ensureIcons } from "../host/icons.ts";
import "../styles/kept_aside.css";

const place = document.getElementById("kept-aside-dialog");
if (place) {
  void ensureIcons(document.body);
  for (const button of document.querySelectorAll<HTMLButtonElement>("button[data-cover]")) {
    const url = button.dataset.cover as string;
    const aside = new Aside(document, url, () => location.reload(), "team");
    button.hidden = false;
    button.addEventListener("click", () => {
      const held = JSON.parse(document.getElementById(url)?.textContent ?? "null") as Held;
      const stop = effect(() => {
        render(aside.render(), place);
      });
      aside.show(held);
      place.querySelector("dialog")?.addEventListener("close", stop, { once: true });
    });
  }
}

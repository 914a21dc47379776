/** Single keys, outside fields only. R and H act on the view, or inside the frame on the picture. */

import { closeMenus, showKeys } from "./guest.ts";
import type { Hand } from "./hand.ts";
import { openJudgement } from "./judgement.ts";
import type { Live } from "./live.ts";
import type { Stage } from "./stage.ts";
import type { Bench, Gesture, Tool } from "./state.ts";
import { presets } from "./toolbars.ts";
import { flip, go, reset, turnBy, undo } from "./tools.ts";

const FIELDS = "input:not([type=radio], [type=range], [type=file]), select, textarea, [contenteditable]";

export class Shortcuts {
  readonly #bench: Bench;
  readonly #stage: Stage;
  readonly #hand: Hand;
  readonly #live: Live;

  constructor(bench: Bench, stage: Stage, hand: Hand, live: Live, signal: AbortSignal) {
    this.#bench = bench;
    this.#stage = stage;
    this.#hand = hand;
    this.#live = live;
    document.addEventListener("keydown", (event) => this.#down(event), { signal });
    const letGo = () => {
      bench.isPeeking.value = false;
    };
    document.addEventListener("keyup", (event) => event.key.toLowerCase() === "a" && letGo(), { signal });
    window.addEventListener("blur", letGo, { signal });
    for (const type of ["pointerdown", "keydown"]) document.addEventListener(type, closeMenus, { signal });
  }

  #down(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (
      event.metaKey ||
      event.ctrlKey ||
      event.altKey ||
      document.querySelector("dialog[open]") ||
      this.#bench.ended.value !== null
    )
      return;
    if (event.key === "Escape") {
      this.#escape();
      return;
    }
    if (target.matches(FIELDS)) return;
    if (target === this.#stage.canvas && this.#hand.key(event)) event.preventDefault();
    else if (this.#everywhere(event) || (this.#bench.images.length > 0 && this.#onPicture(event, target)))
      event.preventDefault();
  }

  #escape(): void {
    const bench = this.#bench;
    if (bench.isPicking.value) bench.isPicking.value = false;
    else if (bench.draft.value) bench.draft.value = null;
    else if (bench.mode.value !== "look") go(bench, "look");
  }

  #everywhere(event: KeyboardEvent): boolean {
    const bench = this.#bench;
    switch (event.key.toLowerCase()) {
      case "[":
        return this.#attempt(-1);
      case "]":
        return this.#attempt(1);
      case "j":
        bench.stepCase(1);
        return true;
      case "k":
        bench.stepCase(-1);
        return true;
      case "?":
        showKeys();
        return true;
      case "f":
        openJudgement(bench);
        return bench.mayFlag;
      default:
        return false;
    }
  }

  #attempt(by: number): boolean {
    const list = this.#bench.open.value?.attempts ?? [];
    const next = list[list.findIndex((one) => one.id === this.#bench.answer.value?.id) + by];
    if (next) this.#live.use(next);
    return true;
  }

  #onPicture(event: KeyboardEvent, target: HTMLElement): boolean {
    const key = event.key.toLowerCase();
    if (key === "a") {
      this.#bench.isPeeking.value = true;
      return true;
    }
    if (key === "m" && this.#bench.mayFlag) {
      go(this.#bench, "mark");
      this.#stage.canvas?.focus({ preventScroll: true });
      return true;
    }
    if (key === "+" || key === "=") this.#hand.zoom(1.25);
    else if (key === "-") this.#hand.zoom(0.8);
    else return this.#bench.mode.value === "edit" ? this.#edit(key) : this.#look(key, target);
    return true;
  }

  #edit(key: string): boolean {
    const bench = this.#bench;
    const tools: Record<string, Tool> = { c: "crop", o: "occlude", b: "levels", r: "rotate", h: "flip" };
    const tool = tools[key];
    if (tool) go(bench, "edit", tool);
    if (key === "r") turnBy(bench, 90);
    else if (key === "h") flip(bench, "x");
    else if (key === "z") undo(bench);
    else if (key === "x") reset(bench);
    else return tool !== undefined;
    return true;
  }

  #look(key: string, target: HTMLElement): boolean {
    const bench = this.#bench;
    const view = bench.view.value;
    const preset = presets(this.#stage)[Number(key) - 1];
    const gestures: Record<string, Gesture> = { w: "window", p: "pan", z: "zoom" };
    const gesture = gestures[key];
    if (preset) bench.setView({ width: preset.width, centre: preset.centre });
    else if (gesture) bench.gesture.value = gesture;
    else if (key === "e") {
      go(bench, "edit");
      this.#stage.canvas?.focus({ preventScroll: true });
    } else if (key === "i") bench.setView({ invert: !view.invert });
    else if (key === "h") bench.setView({ flipX: !view.flipX });
    else if (key === "v") bench.setView({ flipY: !view.flipY });
    else if (key === "r") bench.setView({ turn: (view.turn + 1) % 4 });
    else if (key === " " && !target.closest("button, a, input, summary, label")) this.#hand.resetView();
    else return false;
    return true;
  }
}

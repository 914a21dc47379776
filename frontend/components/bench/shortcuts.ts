/** Single keys, outside fields only: those of the page, of the tools while editing, then those of the viewer. */

import { followFull, leaveFull } from "./full.ts";
import { closeMenus, KEYS, show } from "./guest.ts";
import { openJudgement } from "./judgement.ts";
import type { Live } from "./live.ts";
import type { Bench } from "./state.ts";
import { go, reset, undo } from "./tools.ts";
import { stageFocus } from "./viewers/viewer.ts";

const FIELDS = "input:not([type=radio], [type=range], [type=file]), select, textarea, [contenteditable]";

export class Shortcuts {
  readonly #bench: Bench;
  readonly #live: Live;

  constructor(bench: Bench, live: Live, signal: AbortSignal) {
    this.#bench = bench;
    this.#live = live;
    const { root } = bench.host;
    root.addEventListener("keydown", (event) => this.#down(event as KeyboardEvent), { signal });
    followFull(bench, signal);
    const letGo = () => {
      bench.isPeeking.value = false;
    };
    const up = (event: Event) => (event as KeyboardEvent).key.toLowerCase() === "a" && letGo();
    root.addEventListener("keyup", up, { signal });
    window.addEventListener("blur", letGo, { signal });
    for (const type of ["pointerdown", "keydown"])
      root.addEventListener(type, (event) => closeMenus(bench, event), { signal });
  }

  #down(event: KeyboardEvent): void {
    const target = event.target as HTMLElement;
    if (
      event.metaKey ||
      event.ctrlKey ||
      event.altKey ||
      this.#bench.host.root.querySelector("dialog[open]") ||
      this.#bench.ended.value !== null
    )
      return;
    if (event.key === "Escape") {
      this.#escape();
      return;
    }
    if (target.matches(FIELDS)) return;
    const maker = this.#bench.maker.value;
    if (maker) {
      if (maker.key(event)) event.preventDefault();
      return;
    }
    if (this.#everywhere(event) || this.#onStage(event)) event.preventDefault();
  }

  #escape(): void {
    const bench = this.#bench;
    if (bench.maker.value) bench.endMaking();
    else if (bench.isPicking.value) bench.isPicking.value = false;
    else if (bench.draft.value) bench.draft.value = null;
    else if (bench.mode.value !== "look") go(bench, "look");
    else if (bench.viewer.value?.escape?.()) return;
    else if (bench.isFull.value) leaveFull(bench);
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
        show(bench, KEYS);
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

  #onStage(event: KeyboardEvent): boolean {
    const bench = this.#bench;
    const viewer = bench.viewer.value;
    const key = event.key.toLowerCase();
    if (!viewer) return false;
    if (key === "a") {
      bench.isPeeking.value = true;
      return true;
    }
    if (key === "m" && bench.mayFlag) {
      go(bench, "mark");
      stageFocus(bench);
      return true;
    }
    if (key === "e" && bench.mode.value !== "edit") {
      go(bench, "edit");
      stageFocus(bench);
      return true;
    }
    return (bench.mode.value === "edit" && this.#edit(key)) || viewer.key(event);
  }

  #edit(key: string): boolean {
    const bench = this.#bench;
    const tool = bench.viewer.value?.tools.find((one) => one.key === key);
    if (tool) {
      go(bench, "edit", tool.name);
      tool.act?.();
    } else if (key === "z") undo(bench);
    else if (key === "x") reset(bench);
    else return false;
    return true;
  }
}

/** The strip below a study: play, speed, which frame is on show, how much of it has come. */

import { effect, signal } from "@preact/signals-core";
import { html, nothing, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { tool } from "../../controls.ts";
import { number } from "../../words.ts";
import { Cine, RATES, rateFor } from "./cine.ts";
import { depthOf } from "./placing.ts";
import type { StudySheet } from "./sheet.ts";

export class ReelBar {
  readonly #sheet: StudySheet;
  readonly isRunning = signal(false);
  /** Frames a second; 0 until somebody has chosen. */
  readonly #chosen = signal(0);
  #request = 0;

  constructor(sheet: StudySheet, ended: AbortSignal) {
    this.#sheet = sheet;
    const stop = effect(() => {
      sheet.frames.value; // another study stands still
      this.stop();
    });
    ended.addEventListener("abort", () => {
      stop();
      this.stop();
    });
  }

  get #rate(): number {
    return this.#chosen.value || rateFor(this.#sheet.header.value?.frameMs ?? null);
  }

  toggle(): void {
    if (this.isRunning.value) this.stop();
    else this.#start();
  }

  stop(): void {
    cancelAnimationFrame(this.#request);
    this.isRunning.value = false;
  }

  #start(): void {
    const { reel, frames } = this.#sheet;
    const count = reel.count.peek();
    if (count < 2) return;
    const cine = new Cine(reel.at.peek(), performance.now(), this.#rate, count);
    const isReady = (frame: number) => frames.peek()?.has(frame) ?? false;
    const step = (now: number) => {
      const due = cine.due(now, isReady);
      if (due?.wanted != null)
        void frames
          .peek()
          ?.want(due.wanted)
          .catch(() => this.stop());
      else if (due) reel.show(due.frame);
      if (this.isRunning.peek()) this.#request = requestAnimationFrame(step);
    };
    this.isRunning.value = true;
    this.#request = requestAnimationFrame(step);
  }

  #chooseRate(rate: number): void {
    this.#chosen.value = rate;
    if (!this.isRunning.value) return;
    this.stop();
    this.#start();
  }

  /** As it is read out: place in the study, and in the body where that is known. */
  words(): string {
    const { reel, header } = this.#sheet;
    const count = reel.count.value;
    const depth = header.value && depthOf(header.value, reel.at.value);
    return `${reel.at.value + 1} of ${count}${depth === null ? "" : `, ${number(depth, 1)} mm`}`;
  }

  render(): TemplateResult | typeof nothing {
    const { reel, frames } = this.#sheet;
    const count = reel.count.value;
    if (count < 2) return nothing;
    frames.value?.changes.value;
    const come = frames.value?.count ?? 0;
    const isAbsent = !frames.value?.has(reel.at.value);
    const isRunning = this.isRunning.value;
    return html`<div class="reel" role="group" aria-label="Slices">
      ${tool({ label: isRunning ? "Stop the film" : "Play as a film", icon: isRunning ? "pause" : "play", key: "C", act: () => this.toggle() })}
      <select class="select" aria-label="Frames a second" @change=${(event: Event) => this.#chooseRate(Number((event.target as HTMLSelectElement).value))}>
        ${RATES.map((rate) => html`<option value=${rate} ?selected=${rate === this.#rate}>${rate} fps</option>`)}</select>
      <input type="range" min="0" max=${count - 1} step="1" .value=${fresh(String(reel.at.value))} aria-label="Slice" aria-valuetext=${this.words()}
        @input=${(event: Event) => {
          this.stop();
          reel.show(Number((event.target as HTMLInputElement).value));
        }}>
      <span class="num frame-at" data-absent=${isAbsent}>${this.words()}</span>
      ${come < count ? html`<progress class="come" max=${count} value=${come} aria-label="Slices that have come"></progress>` : nothing}
    </div>`;
  }
}

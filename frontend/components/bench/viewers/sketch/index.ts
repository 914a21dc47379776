/** A sheet to draw on: pen, eraser, width, undo, clear; by mouse, finger, pen or keyboard. It is sent as a picture. */

import { signal } from "@preact/signals-core";
import { html, type TemplateResult } from "lit-html";
import { live as fresh } from "lit-html/directives/live.js";
import { ref } from "lit-html/directives/ref.js";
import { icon } from "../../../../host/icons.ts";
import { joined, tool } from "../../controls.ts";
import type { Bench } from "../../state.ts";
import type { SketchInput } from "../../types.ts";
import type { Maker } from "../maker.ts";
import { clamp } from "../picture/geometry.ts";
import { INK } from "../picture/ink.ts";
import { drawStrokes, type Stroke } from "./strokes.ts";
import "../signal/signal.css";
import "./sketch.css";

const LONGEST_PX = 768;
const STEP = 0.02;

export function sketchMaker(bench: Bench, take: (file: File) => void): Maker {
  return new Sheet(bench, take);
}

class Sheet implements Maker {
  readonly #bench: Bench;
  readonly #take: (file: File) => void;
  /** Pixels of what is sent. */
  readonly #size: { width: number; height: number };
  readonly #strokes = signal<readonly Stroke[]>([]);
  readonly #isEraser = signal(false);
  readonly #isDark = signal(false);
  readonly #width = signal(4); // hundredths of the shorter side
  /** Where the keyboard's pen is, and whether it draws. */
  readonly #pen = signal({ x: 0.5, y: 0.5, isDown: false, isShown: false });
  #canvas: HTMLCanvasElement | null = null;
  #pointer: number | null = null;

  constructor(bench: Bench, take: (file: File) => void) {
    this.#bench = bench;
    this.#take = take;
    const field = bench.stored.find(({ name }) => name === bench.input.value) as SketchInput | undefined;
    const [high, wide] = field?.size ?? [1, 1];
    const scale = LONGEST_PX / Math.max(high, wide);
    this.#size = { width: Math.round(wide * scale), height: Math.round(high * scale) };
  }

  readonly #attach = (element: Element | undefined): void => {
    this.#canvas = (element as HTMLCanvasElement | undefined) ?? null;
    this.#draw();
  };

  /** isSent: without the keyboard's pen, which is only seen here. */
  #draw(isSent = false): void {
    const context = this.#canvas?.getContext("2d");
    if (!context) return;
    const [black, white] = ["#000", "#fff"];
    const inks = this.#isDark.value ? { paper: black, pen: white } : { paper: white, pen: black };
    drawStrokes(context, this.#strokes.value, inks);
    const { x, y, isDown, isShown } = this.#pen.value;
    if (!isShown || isSent) return;
    context.strokeStyle = INK.edit;
    context.fillStyle = INK.edit;
    context.lineWidth = 3;
    context.beginPath();
    context.arc(x * this.#size.width, y * this.#size.height, 10, 0, 7);
    if (isDown) context.fill();
    else context.stroke();
  }

  #change(strokes: readonly Stroke[]): void {
    this.#strokes.value = strokes;
    this.#draw();
  }

  #begin(x: number, y: number, pressure: number): void {
    const stroke = { dots: [{ x, y, pressure }], width: this.#width.value / 100, isEraser: this.#isEraser.value };
    this.#change([...this.#strokes.value, stroke]);
  }

  #go(x: number, y: number, pressure: number): void {
    const all = this.#strokes.value;
    const last = all[all.length - 1];
    if (last) this.#change([...all.slice(0, -1), { ...last, dots: [...last.dots, { x, y, pressure }] }]);
  }

  #at(event: PointerEvent): [number, number, number] {
    const box = this.#canvas?.getBoundingClientRect() ?? new DOMRect(0, 0, 1, 1);
    // Only a pen knows how hard it is pressed
    const pressure = event.pointerType === "pen" ? event.pressure : 0.5;
    return [clamp((event.clientX - box.left) / box.width), clamp((event.clientY - box.top) / box.height), pressure];
  }

  readonly #down = (event: PointerEvent): void => {
    if (event.button !== 0 || this.#pointer !== null) return;
    this.#pointer = event.pointerId;
    this.#canvas?.setPointerCapture(event.pointerId);
    this.#begin(...this.#at(event));
  };

  readonly #move = (event: PointerEvent): void => {
    if (event.pointerId !== this.#pointer) return;
    for (const one of event.getCoalescedEvents?.() ?? [event]) this.#go(...this.#at(one));
  };

  readonly #up = (event: PointerEvent): void => {
    if (event.pointerId === this.#pointer) this.#pointer = null;
  };

  readonly #send = (): void => {
    this.#draw(true);
    this.#canvas?.toBlob((blob) => {
      if (blob) this.#take(new File([blob], "sketch.png", { type: "image/png" }));
    }, "image/png");
  };

  end(): void {
    this.#pointer = null;
  }

  /** Arrows move the pen, Enter puts it down and up again. */
  key(event: KeyboardEvent): boolean {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    const pen = this.#pen.value;
    const pressed = event.key.toLowerCase();
    if (way && event.target === this.#canvas) {
      const [dx = 0, dy = 0] = way.map((one) => one * STEP * (event.shiftKey ? 4 : 1));
      const next = { ...pen, x: clamp(pen.x + dx), y: clamp(pen.y + dy), isShown: true };
      this.#pen.value = next;
      if (next.isDown) this.#go(next.x, next.y, 0.5);
      else this.#draw();
    } else if (event.key === "Enter" && event.target === this.#canvas) {
      this.#pen.value = { ...pen, isDown: !pen.isDown, isShown: true };
      if (pen.isDown) this.#draw();
      else this.#begin(pen.x, pen.y, 0.5);
    } else if (pressed === "p") this.#isEraser.value = false;
    else if (pressed === "r") this.#isEraser.value = true;
    else if (pressed === "z") this.#change(this.#strokes.value.slice(0, -1));
    else return false;
    return true;
  }

  render(): TemplateResult {
    const isEmpty = this.#strokes.value.length === 0;
    const pen = this.#pen.value;
    const width = this.#width.value;
    const words = `Sheet to draw on. Arrows move the pen, Enter puts it ${pen.isDown ? "up: it draws" : "down"}. ${this.#strokes.value.length} strokes.`;
    return html`<div class="view stage-look signal-bar" role="toolbar" aria-label="Drawing">
        ${tool({ label: "Pen", icon: "draw", key: "P", pressed: !this.#isEraser.value, act: () => (this.#isEraser.value = false) })}
        ${tool({ label: "Eraser", icon: "eraser", key: "R", pressed: this.#isEraser.value, act: () => (this.#isEraser.value = true) })}
        <label class="level-field"><span>Width</span><input type="range" aria-label="Width" min="1" max="20" .value=${fresh(String(width))} aria-valuetext="${width} % of the sheet" @input=${(event: Event) => (this.#width.value = Number((event.target as HTMLInputElement).value))}><output class="num">${width} %</output></label>
        ${joined("Paper", ["light", "dark"] as const, this.#isDark.value ? "dark" : "light", (one) => this.#paper(one === "dark"), { light: "Dark on light", dark: "Light on dark" })}
        <span class="reads"><span class="bunch">
          ${tool({ label: "Undo", icon: "undo", key: "Z", act: () => this.#change(this.#strokes.value.slice(0, -1)) })}
          ${tool({ label: "Clear the sheet", icon: "trash", act: () => this.#change([]) })}
        </span></span></div>
      <section class="film stage-look" id="bench-film" aria-label="Sheet" tabindex="-1"><div class="sheet-of-paper">
        <canvas data-stage tabindex="0" role="application" aria-label=${words} width=${this.#size.width} height=${this.#size.height} data-wide=${this.#size.width > this.#size.height} ${ref(this.#attach)}
          @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#up}></canvas>
      </div></section>
      <div class="edit stage-look"><button type="button" class="button done" ?disabled=${isEmpty} @click=${this.#send}>${icon("send")} Send to the model</button><span class="hint">${isEmpty ? "Draw with a mouse, a finger, a pen, or the arrows." : "What stands on the sheet is sent as a picture."}</span>
        <button type="button" class="button end" @click=${() => this.#bench.endMaking()}>Cancel <kbd aria-hidden="true">Esc</kbd></button></div>`;
  }

  #paper(isDark: boolean): void {
    this.#isDark.value = isDark;
    this.#draw();
  }
}

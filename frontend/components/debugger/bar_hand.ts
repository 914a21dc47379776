/** Pointer and keys on a feature's bars: a read-out, one bar or several, a run of bins by a drag. */

import { barName, barRead, barsIn, conditionOf, isNumeric, sourceOf } from "./bars.ts";
import { isPlace, neighbourOf } from "./hexagons.ts";
import { letter } from "./marks.ts";
import { clauseOf, withClause } from "./question.ts";
import type { Debugger } from "./state.ts";
import type { Feature } from "./types.ts";

export class BarHand {
  readonly #app: Debugger;
  /** The bar of each feature that Tab comes to. */
  readonly stops = new Map<string, number>();
  #drag: { feature: Feature; from: number; to: number; isMore: boolean } | null = null;

  constructor(app: Debugger, signal: AbortSignal) {
    this.#app = app;
    window.addEventListener("pointerup", () => this.#drop(), { signal });
    window.addEventListener(
      "pointercancel",
      () => {
        this.#drag = null;
      },
      { signal },
    );
  }

  get mayChoose(): boolean {
    return this.#app.mayAsk;
  }

  stopOf(feature: Feature): number {
    const chosen = [...barsIn(feature, clauseOf(this.#app.question.value, sourceOf(feature)))];
    return this.stops.get(feature.name) ?? chosen[0] ?? 0;
  }

  readonly down = (feature: Feature, bar: number, event: PointerEvent): void => {
    if (event.button !== 0 || !this.#app.mayAsk) return;
    this.#drag = { feature, from: bar, to: bar, isMore: event.shiftKey || event.ctrlKey || event.metaKey };
    (event.target as Element).releasePointerCapture?.(event.pointerId);
  };

  readonly over = (feature: Feature, bar: number, event: PointerEvent): void => {
    if (this.#drag?.feature.name === feature.name) this.#drag.to = bar;
    this.say(feature, bar, event.currentTarget as Element);
  };

  readonly focus = (feature: Feature, bar: number, event: FocusEvent): void => {
    const target = event.currentTarget as Element;
    if (target.matches(":focus-visible")) this.say(feature, bar, target);
  };

  readonly key = (feature: Feature, bar: number, event: KeyboardEvent): void => {
    const all = [...((event.currentTarget as Element).parentNode?.querySelectorAll<SVGElement>("[role=option]") ?? [])];
    const at = all.indexOf(event.currentTarget as SVGElement);
    const beside = isPlace(feature) ? neighbourOf(feature, bar, event.key) : null;
    const to: Record<string, number> = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: all.length - 1 };
    if (event.key === "Escape") this.#app.hideReadout();
    else if (event.key === "Enter" || event.key === " ") {
      event.preventDefault();
      this.stops.set(feature.name, bar);
      this.choose(feature, bar, bar, event.shiftKey || event.ctrlKey || event.metaKey);
    } else {
      const isArrow = isPlace(feature) && event.key.startsWith("Arrow");
      const next = isArrow ? all.find((one) => Number(one.dataset.bar) === beside) : all[to[event.key] ?? -1];
      if (!next) return;
      event.preventDefault();
      this.stops.set(feature.name, Number(next.dataset.bar));
      for (const one of all) one.setAttribute("tabindex", one === next ? "0" : "-1");
      next.focus();
    }
  };

  /** The bars from one to another: alone, or with those that are chosen already; once more lets them go. */
  choose(feature: Feature, one: number, other: number, isMore: boolean): void {
    const view = this.#app.question.value;
    const before = barsIn(feature, clauseOf(view, sourceOf(feature)));
    const [first, last] = one <= other ? [one, other] : [other, one];
    const meant = Array.from({ length: last - first + 1 }, (_, i) => first + i);
    const isOff = meant.every((bar) => before.has(bar)) && (isMore || before.size === meant.length);
    const chosen = isMore
      ? isOff
        ? [...before].filter((bar) => !meant.includes(bar))
        : [...this.#upTo(feature, before, meant)]
      : isOff
        ? []
        : meant;
    this.#app.said.value = chosen.length ? "" : `No filter by ${feature.name}.`;
    this.#app.change(withClause(view, sourceOf(feature), conditionOf(feature, chosen)));
  }

  say(feature: Feature, bar: number, target: Element): void {
    const box = target.getBoundingClientRect();
    const { name, a, b } = barRead(feature, bar);
    this.#app.readout.value = {
      head: `${feature.name}: ${name}`,
      lines: [
        { name: letter("a"), ...a },
        { name: letter("b"), ...b },
      ],
      x: box.left + box.width / 2,
      y: box.top,
      below: box.bottom,
    };
  }

  readonly leave = (): void => this.#app.hideReadout();

  /** Of numbers everything between, so that what is meant stays one range. */
  #upTo(feature: Feature, before: ReadonlySet<number>, meant: readonly number[]): Set<number> {
    const all = new Set([...before, ...meant]);
    const nulls = feature.a.length - 1;
    if (!isNumeric(feature)) return all;
    const known = [...all].filter((bar) => bar !== nulls);
    for (let bar = Math.min(...known); bar <= Math.max(...known); bar++) all.add(bar);
    return all;
  }

  #drop(): void {
    const drag = this.#drag;
    this.#drag = null;
    if (!drag) return;
    const isRun = isNumeric(drag.feature) && ![drag.from, drag.to].includes(drag.feature.a.length - 1);
    const from = isRun ? drag.from : drag.to;
    if (!isRun && drag.from !== drag.to) return;
    this.stops.set(drag.feature.name, drag.to);
    this.choose(drag.feature, from, drag.to, drag.isMore);
  }
}

export const barLabel = (feature: Feature, bar: number): string => {
  const { a, b } = barRead(feature, bar);
  return `${barName(feature, bar)}: A ${a.count} rows, ${a.share}; B ${b.count} rows, ${b.share}`;
};

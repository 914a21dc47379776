/** What a reviewer does to findings: one word on each, another name or place, one that the model missed. */

import { batch } from "@preact/signals-core";
import {
  type Finding,
  type Found,
  type FoundKind,
  findingsOf,
  isFound,
  nameOf,
  type Ruling,
  type Said,
} from "./findings.ts";
import { cornersOf, corrected, DRAWN, drawnAs, nameKey, ruled } from "./rulings.ts";
import type { Bench } from "./state.ts";
import { go } from "./tools.ts";
import type { Mark, Output } from "./types.ts";
import { stageFocus } from "./viewers/viewer.ts";
import { titleOf } from "./words.ts";

/** Of a finding that the model missed, in the place of a ruling; its id is its place in that list, led by a plus. */
export const MISSED = "added";

/** A finding as it is shown: corrected where the reviewer has, or what the model missed. */
export type Shown = { key: string; id: string; finding: Finding; ruling: Ruling | typeof MISSED | "" };

export class FoundHand {
  readonly #bench: Bench;

  constructor(bench: Bench) {
    this.#bench = bench;
    bench.takeMark = (mark) => this.#take(mark);
  }

  rule(output: Output, kind: FoundKind, one: Shown, ruling: Ruling): void {
    const bench = this.#bench;
    const { findings, added } = bench.said.value;
    if (ruling === "corrected" && one.ruling !== "corrected") {
      bench.say({
        findings: corrected(findings, output.name, one.id, { [nameKey(kind)]: nameOf(one.finding) }),
        added,
      });
    } else bench.say({ findings: ruled(findings, output.name, one.id, ruling), added });
    this.#suggest();
  }

  /** What it should be instead. */
  correct(output: Output, one: Pick<Shown, "id" | "ruling">, said: Said): void {
    const bench = this.#bench;
    const { findings, added } = bench.said.value;
    if (one.ruling === MISSED) {
      const at = Number(one.id.slice(1));
      bench.say({ findings, added: added.map((each, i) => (i === at ? { ...each, ...said } : each)) });
    } else bench.say({ findings: corrected(findings, output.name, one.id, said), added });
    this.#suggest();
  }

  takeBack(one: Shown): void {
    const { findings, added } = this.#bench.said.value;
    const at = Number(one.id.slice(1));
    this.#bench.say({ findings, added: added.filter((_each, i) => i !== at) });
  }

  /** Its place anew: by hand on the stage, of a span by the words that are chosen in the text. */
  place(output: Output, kind: FoundKind, one: Shown): void {
    const bench = this.#bench;
    if (kind === "spans") {
      const chosen = chosenText(bench.host.root);
      if (chosen) this.correct(output, one, chosen);
      else bench.notice.value = "Choose the words in the text first.";
      return;
    }
    this.#draw(output, kind, one.id);
    bench.draft.value = cornersOf(kind, one.finding);
  }

  add(output: Output, { kind }: Found): void {
    if (kind !== "spans") {
      this.#draw(output, kind, null);
      return;
    }
    const { host, notice } = this.#bench;
    const chosen = chosenText(host.root);
    if (chosen) this.#miss(output, kind, chosen);
    else notice.value = "Choose the words in the text first, then add them.";
  }

  #draw(output: Output, kind: Exclude<FoundKind, "spans">, id: string | null): void {
    const bench = this.#bench;
    batch(() => {
      go(bench, "mark", DRAWN[kind]);
      bench.drawing.value = { output: output.name, kind, id };
    });
    stageFocus(bench);
  }

  /** The verdict on the whole, as long as nobody has chosen one. */
  #suggest(): void {
    const bench = this.#bench;
    const { findings, added } = bench.said.value;
    const isWrong = added.length > 0 || findings.some((one) => one.verdict !== "accepted");
    const answers = Object.values(bench.answer.value?.answer ?? {}).filter(isFound);
    const count = answers.reduce((all, one) => all + findingsOf(one).length, 0);
    const isRight = !isWrong && findings.length === count;
    bench.judge({
      open: true,
      ...(bench.judgement.value.verdict ? {} : isWrong ? { verdict: "wrong" } : isRight ? { verdict: "right" } : {}),
    });
  }

  /** One more that the model missed, of the first class until it is called another. */
  #miss(output: Output, kind: FoundKind, said: Said): void {
    const { findings, added } = this.#bench.said.value;
    const name = output.classes?.[0] ?? titleOf(output);
    this.#bench.say({ findings, added: [...added, { output: output.name, [nameKey(kind)]: name, ...said }] });
    this.#suggest();
  }

  /** A shape that was put down while a finding is drawn is that finding's. Returns whether it was taken. */
  #take(mark: Mark): boolean {
    const bench = this.#bench;
    const drawing = bench.drawing.value;
    const output = drawing && bench.page.interface.outputs.find((one) => one.name === drawing.output);
    if (!output) return false;
    const { kind, id } = drawing;
    const said = drawnAs(kind, mark.points);
    bench.drawing.value = null;
    if (id === null) this.#miss(output, kind, said);
    else this.correct(output, { id, ruling: id.startsWith("+") ? MISSED : "corrected" }, said);
    return true;
  }
}

/** Chromium alone tells by the shadow root itself what is chosen within it; others by the document. */
type Chooses = Pick<Document, "getSelection">;

/** The words that are chosen in a text of spans, in its code points. */
function chosenText(root: object): { start: number; end: number } | null {
  const selection = ("getSelection" in root ? (root as Chooses) : document).getSelection();
  const range = selection?.rangeCount ? selection.getRangeAt(0) : null;
  if (!range || range.collapsed) return null;
  const [start, end] = [placeIn(range.startContainer, range.startOffset), placeIn(range.endContainer, range.endOffset)];
  return start === null || end === null || start >= end ? null : { start, end };
}

function placeIn(node: Node, offset: number): number | null {
  const piece = (node instanceof Element ? node : node.parentElement)?.closest<HTMLElement>("[data-text] [data-start]");
  if (!piece || node instanceof Element) return null;
  return Number(piece.dataset.start) + [...(node.textContent ?? "").slice(0, offset)].length;
}

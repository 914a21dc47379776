/** Where a bench stands and how it asks: on a page of ours by addresses, in a notebook's cell by its kernel. */

import type { TemplateResult } from "lit-html";
import type { Flag, Prediction, Thread } from "./types.ts";

export type Judgement = Flag & { name: string; email: string };

/** note: what was done to them, for the case that becomes of it. doubt: asked before it is sent. */
export type Gathered =
  | { file: File; note?: Note; doubt?: string }
  /** refusal: why nothing is sent. */
  | { file: null; refusal: string };
export type Note = () => TemplateResult;

export type Host = {
  /** What its elements are sought in, and its keys are heard on. */
  readonly root: ParentNode & DocumentOrShadowRoot & EventTarget;
  /** What is given the whole screen. */
  readonly frame: Element;
  /** The case that is named from outside; "" where none is. */
  readonly at: string;
  /** Keeps what is not sent yet; a browser may forbid it, and throws then. */
  readonly storage: Pick<Storage, "getItem" | "setItem" | "removeItem">;
  /**
   * Asks of the other side. Each throws a Refusal for what it says against it, and Unreachable where no answer came.
   * files: by input.
   */
  predict(inputs: Record<string, unknown>, files: ReadonlyMap<string, File>, signal: AbortSignal): Promise<Prediction>;
  prediction(id: string, signal: AbortSignal): Promise<Prediction>;
  judge(prediction: string, judgement: Judgement): Promise<{ flag: Flag; thread: Thread }>;
  say(original: string, body: string): Promise<Thread>;
  /** A file that lies with the other side. range: as in HTTP; it may come whole all the same, with the status 200. */
  file(url: string, signal?: AbortSignal, range?: string): Promise<Response>;
  /** What an element shows that picture by; read in an effect, since it may change once the picture has come. */
  picture(url: string): string;
  /** Makes one of several files of a study. tell: how far it is. */
  gather(files: readonly File[], tell: (words: string) => void): Promise<Gathered>;
};

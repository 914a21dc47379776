/** Asking why: what was found about a case, what another look would cost, and the one that is being made. */

import { signal } from "@preact/signals-core";
import { get, post, Refusal } from "../../host/http.ts";
import type { Mark } from "../bench/marks.ts";
import { coverable, placed, type Stage } from "./stage.ts";
import type { Cost, Explanation, Method, Place, Subject, Target } from "./types.ts";

const POLL = 1000; // ms between two looks at one that is being made

export type Options = Record<string, unknown>;

export class Asking {
  readonly place: Place;
  /** null on a page without one. */
  readonly stage: Stage | null;
  readonly subject = signal<Subject | null>(null);
  readonly isOpen = signal(false);
  readonly found = signal<Explanation[]>([]);
  readonly shown = signal("");
  /** What is compared with it; "" for nothing. */
  readonly beside = signal("");
  readonly method = signal("");
  readonly options = signal<Options>({});
  readonly target = signal<Target | null>(null);
  readonly cost = signal<Cost | null>(null);
  readonly trouble = signal("");
  readonly isAsking = signal(false);
  readonly opacity = signal(0.6);
  readonly #end: AbortSignal;
  #looking = 0;

  constructor(place: Place, stage: Stage | null, end: AbortSignal) {
    this.place = place;
    this.stage = stage;
    this.#end = end;
    this.method.value = place.methods?.[0]?.method ?? "";
  }

  get chosen(): Method | null {
    return this.place.methods?.find((one) => one.method === this.method.value) ?? null;
  }

  /** Which input is changed. */
  get input(): string {
    return String(this.options.value.input ?? this.chosen?.inputs[0] ?? "");
  }

  get isByMarks(): boolean {
    return this.method.value === "ablation" && this.options.value.regions === "marks";
  }

  /** Of the marks on the case those that can be covered. */
  get marks(): Mark[] {
    return coverable(this.stage?.marks() ?? [], this.input);
  }

  /** What is on show; null where nothing was found yet. */
  get now(): Explanation | null {
    return this.found.value.find((one) => one.id === this.shown.value) ?? this.found.value.at(-1) ?? null;
  }

  /** It is to be asked about marks, and there are none. */
  get lacksMarks(): boolean {
    return this.isByMarks && this.marks.length === 0;
  }

  /** Another case is looked at; null for none. */
  about(subject: Subject | null): void {
    if (subject?.id === this.subject.value?.id) return;
    this.subject.value = subject;
    this.target.value = subject?.targets[0] ?? null;
    this.found.value = [];
    this.shown.value = "";
    this.beside.value = "";
    this.trouble.value = "";
    this.cost.value = null;
    if (subject && this.isOpen.value) void this.#look();
  }

  open(isOpen: boolean): void {
    if (isOpen === this.isOpen.value) return;
    this.isOpen.value = isOpen;
    if (isOpen) void this.#look();
  }

  choose(method: string, options: Options, target: Target | null): void {
    this.method.value = method;
    this.options.value = options;
    this.target.value = target;
    void this.#price();
  }

  /** A mark was drawn or taken off. */
  remarked(): void {
    if (this.isByMarks && this.isOpen.value) void this.#price();
  }

  async ask(): Promise<void> {
    const subject = this.subject.value;
    if (!subject || this.isAsking.value || this.lacksMarks) return;
    this.isAsking.value = true;
    try {
      const made = await this.#try(() => post<Explanation>(this.#address(subject), this.#question()));
      if (made && subject.id === this.subject.value?.id) {
        this.#take(made);
        this.show(made.id);
        void this.#follow(made.id);
      }
    } finally {
      this.isAsking.value = false;
    }
  }

  async cancel(id: string): Promise<void> {
    const stopped = await this.#try(() => post<Explanation>(`${this.#one(id)}/cancel`, {}));
    if (stopped) this.#take(stopped);
  }

  show(id: string): void {
    this.shown.value = id;
    if (this.beside.value === id) this.beside.value = "";
  }

  #question() {
    const options = this.isByMarks ? { ...this.options.value, marks: placed(this.marks) } : this.options.value;
    return { method: this.method.value, options, target: this.target.value ?? {} };
  }

  #address(subject: Subject): string {
    return this.place.explanations.replace("{id}", subject.id);
  }

  #one(id: string): string {
    return this.place.explanation.replace("{id}", id);
  }

  /** What was found before, and what is being made. */
  async #look(): Promise<void> {
    const subject = this.subject.value;
    if (!subject) return;
    void this.#price();
    const all = await this.#try(() => get<{ results: Explanation[] }>(this.#address(subject), this.#end));
    if (!all || subject.id !== this.subject.value?.id) return;
    this.found.value = all.results.filter((one) => one.state === "queued" || one.state === "succeeded");
    this.shown.value = this.found.value.at(-1)?.id ?? "";
    for (const one of this.found.value) if (one.state === "queued") void this.#follow(one.id);
  }

  async #price(): Promise<void> {
    const subject = this.subject.value;
    if (!subject || !this.place.mayAsk || !this.place.methods?.length) return;
    this.#looking += 1;
    const turn = this.#looking;
    if (this.lacksMarks) {
      this.cost.value = null;
      return;
    }
    const cost = await this.#try(() => post<Cost>(`${this.#address(subject)}/cost`, this.#question(), this.#end));
    if (turn === this.#looking) this.cost.value = cost;
  }

  /** Until it ends, or another case is looked at. */
  async #follow(id: string): Promise<void> {
    while (this.found.value.some((one) => one.id === id && one.state === "queued") && !this.#end.aborted) {
      await new Promise((resolve) => setTimeout(resolve, POLL));
      if (!this.found.value.some((one) => one.id === id)) return;
      try {
        this.#take(await get<Explanation>(this.#one(id), this.#end));
      } catch (error) {
        if (error instanceof Refusal) return;
      }
    }
  }

  #take(told: Explanation): void {
    const others = this.found.value.filter((one) => one.id !== told.id);
    this.found.value = told.state === "cancelled" ? others : [...others, told].sort((a, b) => (a.id < b.id ? -1 : 1));
    if (told.state === "failed") this.trouble.value = told.error?.message ?? "It could not be explained.";
  }

  async #try<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      const answer = await call();
      this.trouble.value = "";
      return answer;
    } catch (error) {
      if (this.#end.aborted) return null;
      this.trouble.value = error instanceof Refusal ? error.message : "No connection just now. Try again in a moment.";
      return null;
    }
  }
}

/** The question in the page's address, so that a link, a reload and the back button know it. */

import { decoded, encoded } from "../../components/debugger/link.ts";
import { onlyListsDiffer, short, whole } from "../../components/debugger/question.ts";
import type { Column, View } from "../../components/debugger/types.ts";

const KEY = "q";

/** Null where the address holds none. */
export function questionIn(search: string): Partial<View> | null {
  const text = new URLSearchParams(search).get(KEY);
  return text ? decoded(text) : null;
}

/** The search part of the address of this question; the first view has the page's own. */
export function searchOf(view: View, columns: readonly Column[]): string {
  const part = short(view, columns);
  return Object.keys(part).length ? `?${KEY}=${encoded(part)}` : "";
}

/** Keeps the address in step with the question; tells what the back button comes to. */
export class Address {
  readonly #columns: readonly Column[];
  #last: View;

  constructor(
    first: Partial<View> | null,
    columns: readonly Column[],
    back: (question: View) => void,
    signal: AbortSignal,
  ) {
    this.#columns = columns;
    this.#last = whole(first, columns);
    const opened = this.#last;
    const hadNone = questionIn(location.search) === null;
    window.addEventListener(
      "popstate",
      () => {
        const there = questionIn(location.search);
        this.#last = there || !hadNone ? whole(there, columns) : opened;
        back(this.#last);
      },
      { signal },
    );
  }

  /** A step of its own, unless only a page of rows was turned. */
  follow(view: View): void {
    const search = searchOf(view, this.#columns);
    const isTurned = onlyListsDiffer(view, this.#last);
    this.#last = view;
    if (search === location.search) return;
    const url = `${location.pathname}${search}`;
    if (isTurned) history.replaceState(null, "", url);
    else history.pushState(null, "", url);
  }
}

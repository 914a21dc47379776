/** What makes an input on the page itself: a microphone, a sheet to draw on. It takes the stage while it is open. */

import type { TemplateResult } from "lit-html";

export type Maker = {
  /** Bar, stage and bar below, in place of the viewer's. */
  render(): TemplateResult;
  /** A key outside fields. Returns whether it was one of its own. */
  key(event: KeyboardEvent): boolean;
  /** Lets go of whatever it holds. */
  end(): void;
};

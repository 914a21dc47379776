/** The bench: where a reviewer tries a model. A component like any other, and on its own page it starts itself. */

import { ensureIcons } from "../../host/icons.ts";
import { mount, type RenderProps, stateOf } from "../../host/index.ts";
import { pageHost } from "./page_host.ts";
import "./sheets/index.ts";
import { connectedModel } from "./socket.ts";
import { Bench } from "./state.ts";
import type { BenchKeys, BenchState } from "./types.ts";
import { begin } from "./whole.ts";

/** Resolves when the first answer is drawn, or at once where there is no case yet. */
function render(props: RenderProps<BenchKeys>): Promise<void> {
  void ensureIcons(document.body);
  const state = props.model.get("state");
  return begin(new Bench(state, props.model, pageHost(state.urls)), props);
}

const component = { render };
export default component;

const el = document.querySelector<HTMLElement>("#bench[data-component=bench]");
if (el) {
  const end = new AbortController();
  el.replaceChildren(); // what the server showed until now
  mount(component, el, connectedModel(stateOf<BenchState>("bench-state"), end.signal));
}

/** A bench on a page of ours, for tests that run it without a browser. A page model stands for the socket. */

import "./browser.ts";
import type { BenchKeys, BenchState } from "../components/bench/types.ts";

const { Bench } = await import("../components/bench/state.ts");
const { pageHost } = await import("../components/bench/page_host.ts");
const { pageModel } = await import("../host/model.ts");

/** state: what the page says beside whose it is. send: hears what goes to the server. */
export function benched(state: object, send: (content: unknown) => void = () => undefined) {
  const page = {
    role: "review",
    guest: { id: "g", name: "", email: "" },
    urls: { predictions: "/p" },
    examples: [],
    cases: [],
    ...state,
  } as unknown as BenchState;
  const model = pageModel<BenchKeys>({ state: page, connection: "connected", originals: [] }, { send });
  return { bench: new Bench(page, model, pageHost(page.urls)), model };
}

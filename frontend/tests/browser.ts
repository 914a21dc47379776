/** What a bench asks of a browser, for tests that run it without one; to be imported before anything of the bench. */

import { registerHooks } from "node:module";

Object.assign(globalThis, {
  window: globalThis,
  location: { hash: "" },
  document: { addEventListener: () => undefined, createTreeWalker: () => ({}), cookie: "csrftoken=t" },
  matchMedia: () => ({ matches: false }),
  localStorage: { getItem: () => null, setItem: () => undefined, removeItem: () => undefined },
});
// A picture as a text, and a sheet, are something that vite makes
registerHooks({
  load: (url, context, next) =>
    /\?raw$|\.css$/.test(url)
      ? { format: "module", source: 'export default ""', shortCircuit: true }
      : next(url, context),
});

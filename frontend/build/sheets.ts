/**
 * A component that is one file has inside what it needs: its sheets, where its script says SHEETS, and the scripts of
 * its workers. What the sheets ask of the window's width, they ask there of the component's own.
 */
import type { Plugin, Rollup } from "vite";

/** `@media (width < 40rem)` as `@container (width < 40rem)`, and shares of the window's width as shares of its own. */
export function ofContainer(css: string): string {
  return css.replace(/@media\s*(?=\([^{]*\bwidth\b)/g, "@container ").replace(/(\d)vw\b/g, "$1cqi");
}

/** What is written beside the component's file, taken out of there. */
function taken(bundle: Rollup.OutputBundle, ending: string): [string, string][] {
  const found = Object.values(bundle).filter((one) => one.fileName.endsWith(ending) && !isMain(one));
  for (const one of found) delete bundle[one.fileName];
  return found.map((one) => [one.fileName, one.type === "asset" ? String(one.source) : one.code]);
}

const isMain = (one: Rollup.OutputAsset | Rollup.OutputChunk): boolean => one.type === "chunk" && one.isEntry;

export function putInside(): Plugin {
  return {
    name: "atrium:inside",
    enforce: "post",
    generateBundle: {
      order: "post",
      handler(_options, bundle) {
        const [main] = Object.values(bundle).filter(isMain);
        if (main?.type !== "chunk" || !/\bSHEETS\b/.test(main.code)) return;
        const css = taken(bundle, ".css").map(([, text]) => text);
        let code = ofContainer(main.code).replace(/\bSHEETS\b/, () => JSON.stringify(ofContainer(css.join("\n"))));
        for (const [name, text] of taken(bundle, ".js"))
          code = code.replaceAll(`"/${name}"`, () =>
            JSON.stringify(`data:text/javascript,${encodeURIComponent(text)}`),
          );
        main.code = code;
      },
    },
  };
}

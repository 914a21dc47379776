/** What `vite build` writes, built once for all tests that read it. */
import { build } from "vite";

export type Built = { name: string; text: string };

let built: Promise<Built[]> | undefined;

async function buildAll(): Promise<Built[]> {
  const output = await build({
    configFile: new URL("../vite.config.ts", import.meta.url).pathname,
    logLevel: "error",
    build: { write: false },
  });
  return (Array.isArray(output) ? output : [output])
    .flatMap((one) => ("output" in one ? one.output : []))
    .map((one) => ({ name: one.fileName, text: one.type === "asset" ? String(one.source) : one.code }));
}

export async function builtFiles(ending: ".css" | ".js"): Promise<Built[]> {
  built ??= buildAll();
  return (await built).filter(({ name }) => name.endsWith(ending));
}

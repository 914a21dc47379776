/** What `vite build` writes, built once for all tests that read it. */
import { build, type Rollup } from "vite";

export type Built = { name: string; text: string };
export type Chunk = Rollup.OutputChunk;

type Output = (Rollup.OutputChunk | Rollup.OutputAsset)[];
let built: Promise<Output> | undefined;

async function buildAll(): Promise<Output> {
  const output = await build({
    configFile: new URL("../vite.config.ts", import.meta.url).pathname,
    logLevel: "error",
    build: { write: false },
  });
  return (Array.isArray(output) ? output : [output]).flatMap((one) => ("output" in one ? one.output : []));
}

export async function builtFiles(ending: ".css" | ".js"): Promise<Built[]> {
  built ??= buildAll();
  return (await built)
    .map((one) => ({ name: one.fileName, text: one.type === "asset" ? String(one.source) : one.code }))
    .filter(({ name }) => name.endsWith(ending));
}

export async function builtChunks(): Promise<Chunk[]> {
  built ??= buildAll();
  return (await built).filter((one): one is Chunk => one.type === "chunk");
}

/** A bench in a notebook's cell: it stands in a shadow root, and what it asks is carried out by the kernel. */

import { signal as held, type Signal } from "@preact/signals-core";
import { Refusal, Unreachable } from "../../host/http.ts";
import type { Host } from "./host.ts";
import { type Kernel, write } from "./kernel.ts";

/** What an element shows until its picture has come. */
const NOTHING = "data:image/gif;base64,R0lGODlhAQABAAAAACH5BAEKAAEALAAAAAABAAEAAAICTAEAOw==";
/** Work is written once a hand rests. */
const REST_MS = 400;

/** The kernel's words for a server, or a kernel, that gave no answer. */
const AWAY = ["unavailable", "unreachable"];

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof Refusal && AWAY.includes(error.problem.code ?? "")) throw new Unreachable(error.message);
    throw error;
  }
}

export function kernelHost(kernel: Kernel, place: Pick<Host, "root" | "frame">, ended: AbortSignal): Host {
  const { model, line } = kernel;
  const pictures = new Map<string, Signal<string>>();
  const file: Host["file"] = async (url, signal) =>
    new Response(new Blob([(await asked(line.bytes("file", { file: url }, signal))) as DataView<ArrayBuffer>]));
  ended.addEventListener("abort", () => {
    for (const { value } of pictures.values()) if (value !== NOTHING) URL.revokeObjectURL(value);
  });
  return {
    ...place,
    at: model.get("case"),
    storage: storageOf(kernel, ended),
    async predict(inputs, files, signal) {
      const all = [...files];
      const named = all.map(([input, { name }]) => ({ input, name }));
      const buffers = await Promise.all(all.map(([, one]) => one.arrayBuffer()));
      return asked(line.call("predict", { inputs, files: named }, signal, buffers));
    },
    prediction: (id, signal) => asked(line.call("prediction", { id }, signal)),
    judge: (id, judgement) => asked(line.call("judge", { id, judgement })),
    say: (id, body) => asked(line.call("say", { id, body })),
    file,
    picture(url) {
      let shown = pictures.get(url);
      if (!shown) {
        shown = held(NOTHING);
        pictures.set(url, shown);
        void show(shown, file(url, ended));
      }
      return shown.value;
    },
    async gather(files, tell) {
      const [only] = files;
      if (only && files.length === 1) return { file: only };
      tell("Packing…");
      const { deflatedZipOf } = await import("./viewers/study/zip.ts");
      const parts = files.map(async (one, i) => ({
        name: String(i).padStart(5, "0"),
        bytes: new Uint8Array(await one.arrayBuffer()),
      }));
      return { file: new File([await deflatedZipOf(await Promise.all(parts))], "study.zip") };
    },
  };
}

/** A picture that does not come leaves its words. */
async function show(shown: Signal<string>, coming: Promise<Response>): Promise<void> {
  try {
    shown.value = URL.createObjectURL(await (await coming).blob());
  } catch (error) {
    if (!(error instanceof Unreachable || error instanceof Refusal || error instanceof DOMException)) throw error;
  }
}

/** The widget itself keeps what is not sent yet: it is there again when the notebook's page is loaded again. */
function storageOf({ model }: Kernel, ended: AbortSignal): Host["storage"] {
  let timer: ReturnType<typeof setTimeout> | undefined;
  let text: string | null = null;
  const put = (): void => {
    clearTimeout(timer);
    timer = undefined;
    if (text === null) return;
    const work = text;
    text = null;
    write(model, { work });
  };
  ended.addEventListener("abort", put);
  return {
    getItem: () => text ?? (model.get("work") || null),
    setItem(_key, value) {
      text = value;
      timer ??= setTimeout(put, REST_MS);
    },
    removeItem() {
      text = "";
      put();
    },
  };
}

/** A bench on a page of ours: the page is all its own, and what it asks goes to the addresses that the page was given. */

import { fileAt, get, post } from "../../host/http.ts";
import type { Host } from "./host.ts";
import type { BenchState } from "./types.ts";

export function pageHost(urls: BenchState["urls"]): Host {
  const of = (url: string, id: string) => url.replace("{id}", id);
  return {
    root: document,
    frame: document.documentElement,
    at: location.hash.slice(1),
    get storage() {
      return localStorage;
    },
    predict(inputs, files, signal) {
      const body = new FormData();
      for (const [input, file] of files) body.append(input, file, file.name);
      body.append("inputs", JSON.stringify(inputs));
      body.append("edits", "[]");
      body.append("keep", "true");
      return post(urls.predictions, body, signal);
    },
    prediction: (id, signal) => get(of(urls.prediction, id), signal),
    judge: (id, judgement) => post(of(urls.flag, id), judgement),
    say: (id, body) => post(of(urls.thread, id), { body }),
    file: fileAt,
    picture: (url) => url,
    gather: async (files, tell) => (await import("./deidentify/intake.ts")).intake(files, tell),
  };
}

/** The Arrow stream in which the server keeps a series: one float32 column a lead, `rate_hz` and `unit` beside. */

import { tableFromIPC } from "@uwdata/flechette";
import type { Samples } from "../signal/samples.ts";

/** Raises an Error where there is no rate. */
export function readSeries(bytes: ArrayBuffer): Samples {
  const table = tableFromIPC(new Uint8Array(bytes));
  const said = table.schema.metadata;
  const rate = Number(said?.get("rate_hz"));
  if (!(rate > 0)) throw new Error("this series does not say its rate");
  const channels = table.names.map((_, i) => Float32Array.from(table.getChildAt(i).toArray() as ArrayLike<number>));
  return { rate, unit: said?.get("unit") ?? "", names: [...table.names].map(String), channels };
}

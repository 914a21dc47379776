/** What is used of dcmjs, which brings no types. */
declare module "dcmjs" {
  import type { DataSet } from "./strip.ts";

  type Read = { meta: DataSet; dict: DataSet; write(options?: Record<string, unknown>): ArrayBuffer };
  export const data: { DicomMessage: { readFile(bytes: ArrayBuffer): Read } };
  type Log = { setLevel(level: string): void; warn(message: string): void };
  export const log: Log & { getLogger(name: string): Log };
}

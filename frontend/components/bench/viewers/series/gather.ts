/** A record of several files, as WFDB has them (a header and its signals), is sent as one zip. */

import type { Gathered } from "../kinds.ts";
import { zipOf } from "../study/zip.ts";

export async function gather(files: readonly File[]): Promise<Gathered> {
  const [first] = files;
  if (!first) return { file: null, refusal: "There is no file in it. Choose the files of one record." };
  if (files.length === 1) return { file: first };
  const packed = await Promise.all(
    files.map(async (file) => ({ name: file.name, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
  return { file: new File([zipOf(packed)], "record.zip", { type: "application/zip" }) };
}

/** The files of one study on their way: each is stripped here, and only what was stripped is packed to be sent. */

import { html, type TemplateResult } from "lit-html";
import { icon } from "../../../host/icons.ts";
import type { Gathered } from "../host.ts";
import { deflatedZipOf } from "../viewers/study/zip.ts";
import { isDicom, newKey, stripFile, UnreadableFile } from "./files.ts";
import { VERSION } from "./rules.ts";
import { nothingTaken, type Taken } from "./strip.ts";

const MARK_END = 132;

/** tell: how far it is, in words. */
export async function intake(files: readonly File[], tell: (words: string) => void): Promise<Gathered> {
  const key = newKey();
  const taken = nothingTaken();
  const stripped: Uint8Array<ArrayBuffer>[] = [];
  let [unreadable, others] = [0, 0];
  for (const [i, file] of files.entries()) {
    tell(
      files.length > 1
        ? `Taking names and dates out of file ${i + 1} of ${files.length}…`
        : "Taking names and dates out…",
    );
    // A name is never sent, nor looked at but for what surely is no picture
    if (!isDicom(new Uint8Array(await file.slice(0, MARK_END).arrayBuffer()))) {
      if (/\.(dcm|dicom|ima)$/i.test(file.name)) unreadable += 1;
      else others += 1;
      continue;
    }
    try {
      const done = stripFile(await file.arrayBuffer(), key);
      if (!done) {
        others += 1;
        continue;
      }
      stripped.push(done.bytes);
      add(taken, done.taken);
    } catch (error) {
      if (!(error instanceof UnreadableFile)) throw error;
      unreadable += 1;
    }
  }
  if (stripped.length === 0) return { file: null, refusal: nothingReadable(files.length, unreadable) };
  tell("Packing…");
  const [only] = stripped;
  const file =
    stripped.length === 1 && only
      ? new File([only], "study.dcm", { type: "application/dicom" })
      : new File(
          [await deflatedZipOf(stripped.map((bytes, i) => ({ name: `${String(i).padStart(5, "0")}.dcm`, bytes })))],
          "study.zip",
          {
            type: "application/zip",
          },
        );
  return {
    file,
    note: () => told(takenWords(taken, stripped.length), detailsOf(taken)),
    ...(unreadable > 0 ? { doubt: doubtWords(unreadable, others, files.length, stripped.length) } : {}),
  };
}

/** Beside the answer, for as long as the page is open. */
function told(said: string, details: readonly string[]): TemplateResult {
  return html`<section class="taken-out" aria-labelledby="taken-out-title"><h2 class="small muted" id="taken-out-title">${icon("shield", "small")} Taken out before it was sent</h2>
    <p class="small">${said}</p>
    <details class="tiny"><summary>What it was</summary><p>${details.join(", ")}.</p></details></section>`;
}

function add(sum: Taken, one: Taken): void {
  sum.names += one.names;
  sum.dates += one.dates;
  sum.private += one.private;
  sum.others += one.others;
  for (const keyword of one.keywords) sum.keywords.add(keyword);
}

const plural = (count: number, one: string, many: string): string =>
  `${count.toLocaleString("en")} ${count === 1 ? one : many}`;

export function takenWords(taken: Taken, files: number): string {
  const first = taken.names + taken.dates;
  const rest = taken.private + taken.others;
  const of = files > 1 ? ` of ${files} files` : "";
  const names = first === 1 ? "1 name or date" : `${first.toLocaleString("en")} names and dates`;
  return `${names} taken out${of}${rest ? `, and ${plural(rest, "other entry", "other entries")}` : ""}. They never left this computer.`;
}

function detailsOf(taken: Taken): string[] {
  const known = [...taken.keywords].filter((keyword) => !/^[0-9A-F]{8}$/.test(keyword)).sort();
  const unlisted = taken.keywords.size - known.length;
  return [
    ...known,
    ...(unlisted ? [plural(unlisted, "kind that no rule lists", "kinds that no rule lists")] : []),
    ...(taken.private ? [plural(taken.private, "private entry", "private entries")] : []),
    `by the rules ${VERSION}, which make identifiers others and move dates`,
  ];
}

function nothingReadable(files: number, unreadable: number): string {
  const which = files === 1 ? "The file" : "None of the files";
  if (unreadable === 0)
    return files === 1
      ? "The file is no DICOM file. Nothing was sent."
      : "None of the files is a DICOM file. Nothing was sent.";
  return `${which} can${files === 1 ? "not" : ""} be read here, and what is not read cannot be stripped of names. Nothing was sent.`;
}

function doubtWords(unreadable: number, others: number, all: number, rest: number): string {
  const left = others
    ? ` ${plural(others, "file that is no picture stays", "files that are no pictures stay")}, too.`
    : "";
  return `${unreadable} of ${all} files cannot be read here and stay on this computer.${left} Send the other ${rest === 1 ? "one" : rest}?`;
}

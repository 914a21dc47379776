/** What a file is, by the end of its name; null for one that is none of ours. */
const FORMATS: Record<string, string> = {
  csv: "csv",
  tsv: "csv",
  txt: "csv",
  parquet: "parquet",
  pq: "parquet",
  arrow: "arrow",
  feather: "arrow",
  ipc: "arrow",
  jsonl: "jsonl",
  ndjson: "jsonl",
};

export function formatOf(name: string): string | null {
  const end = /\.([a-z]+)$/.exec(name.toLowerCase())?.[1] ?? "";
  return FORMATS[end] ?? null;
}

/** A dataset's name for a file's: without its ending, as far as a name goes. */
export function nameOf(name: string): string {
  return name.replace(/\.[A-Za-z]+$/, "").slice(0, 80);
}

const UNITS = ["B", "kB", "MB", "GB"];

/** A size as pages write it. */
export function told(bytes: number): string {
  const step = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  const value = bytes / 1000 ** step;
  return `${step === 0 ? value : value.toFixed(1)} ${UNITS[step]}`;
}

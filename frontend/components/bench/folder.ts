/** The files that a drop brings: single ones, and those of whole folders. */

/** In the order of their paths. Must be called while the drop is being handled; the browser forgets it afterwards. */
export async function filesOf(transfer: DataTransfer): Promise<File[]> {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  if (!entries.some((entry) => entry?.isDirectory)) return [...transfer.files];
  const found = await Promise.all(entries.map((entry) => (entry ? walk(entry) : [])));
  return found.flat();
}

async function walk(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile)
    return [await new Promise<File>((found, failed) => (entry as FileSystemFileEntry).file(found, failed))];
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const all: FileSystemEntry[] = [];
  // A reader gives some hundred at a time, and none when it is through
  for (let some = await next(reader); some.length > 0; some = await next(reader)) all.push(...some);
  all.sort((a, b) => (a.name < b.name ? -1 : 1));
  return (await Promise.all(all.map(walk))).flat();
}

const next = (reader: FileSystemDirectoryReader): Promise<FileSystemEntry[]> =>
  new Promise((found, failed) => reader.readEntries(found, failed));

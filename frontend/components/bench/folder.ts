/** The files of whole folders, as a drop brings them. */

/** In the order of their paths. */
export async function filesIn(entries: readonly (FileSystemEntry | null)[]): Promise<File[]> {
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

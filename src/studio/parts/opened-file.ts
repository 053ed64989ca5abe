/** Files that the user hands to the page, by dialog or by dropping, folders included. Browser-safe. */

export interface OpenedFile {
  /** Its way from the chosen folder, that folder's name included; the name alone of a file chosen by itself. */
  readonly path: string;
  readonly file: File;
}

/** What a file dialog, for files or for a folder, gave. */
export function chosenFiles(files: Iterable<File>): OpenedFile[] {
  return Array.from(files, (file) => ({ path: file.webkitRelativePath || file.name, file }));
}

/** What was dropped. The event forgets it once its listener has returned, so that this must be called within. */
export async function droppedFiles({ items }: DataTransfer): Promise<OpenedFile[]> {
  const found = Array.from(items, (item) => {
    const entry = item.webkitGetAsEntry();
    return entry?.isDirectory ? (entry as FileSystemDirectoryEntry) : item.getAsFile();
  });
  const files = await Promise.all(
    found.map((one) => {
      if (one === null) return [];
      return one instanceof File ? chosenFiles([one]) : filesBelow(one);
    }),
  );
  return files.flat();
}

async function filesBelow(folder: FileSystemDirectoryEntry): Promise<OpenedFile[]> {
  const files: OpenedFile[] = [];
  for await (const entry of entriesOf(folder)) {
    if (entry.isDirectory) files.push(...(await filesBelow(entry as FileSystemDirectoryEntry)));
    else files.push(await openEntry(entry as FileSystemFileEntry));
  }
  return files;
}

/** The browser hands them out by the hundred. */
async function* entriesOf(folder: FileSystemDirectoryEntry): AsyncGenerator<FileSystemEntry> {
  const reader = folder.createReader();
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    );
    if (some.length === 0) return;
    yield* some;
  }
}

async function openEntry(entry: FileSystemFileEntry): Promise<OpenedFile> {
  const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
  return { path: entry.fullPath.slice(1), file };
}

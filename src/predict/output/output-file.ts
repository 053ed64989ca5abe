/** An output file that grows line by line and can be continued after an interruption. */
import { createReadStream } from 'node:fs';
import { mkdir, open, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { createInterface } from 'node:readline';
import { messageOf, PosterError } from '../../errors.js';
import { unwritable } from '../../io/write-atomically.js';
import type { PredictionFormat } from './format.js';

/** Takes lines, one after the other. */
export interface LineSink {
  write(line: string): Promise<void>;
  close(): Promise<void>;
}

/** What an output file already holds. */
export interface ExistingOutput {
  /** Paths with a result. */
  readonly paths: ReadonlySet<string>;
  /** Bytes of whole lines; what follows is a line cut off by an interruption. */
  readonly bytes: number;
}

const nothing: ExistingOutput = { paths: new Set(), bytes: 0 };

/**
 * Reads which files an earlier run finished.
 *
 * @param header the first line that this run would write; another one means other options.
 * @throws PosterError `file.unwritable` when the file holds something else.
 */
export async function readExistingOutput(
  path: string,
  format: PredictionFormat,
  header: string,
): Promise<ExistingOutput> {
  const size = await fileSize(path);
  if (size === 0) return nothing;
  const paths = new Set<string>();
  const lineEnd = format === 'csv' ? '\r\n' : '\n';
  let bytes = 0;
  let lineNumber = 0;
  for await (const line of createInterface({
    input: createReadStream(path),
    crlfDelay: Number.POSITIVE_INFINITY,
  })) {
    const end = bytes + Buffer.byteLength(line) + lineEnd.length;
    if (end > size) {
      if (lineNumber === 0 && !isBeginning(line, header || firstOfLine))
        throw otherContent(path, 'its only line is another');
      break; // cut off
    }
    lineNumber++;
    if (lineNumber === 1 && header !== '' && line + lineEnd !== header)
      throw otherContent(path, 'its columns are others');
    if (lineNumber > 1 || header === '') paths.add(pathOf(line, format, path, lineNumber));
    bytes = end;
  }
  return { paths, bytes };
}

/** How every line of jsonl begins. */
const firstOfLine = '{"path":"';

function isBeginning(text: string, expected: string): boolean {
  const length = Math.min(text.length, expected.length);
  return text.slice(0, length) === expected.slice(0, length);
}

async function fileSize(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined);
  if (found?.isDirectory()) throw otherContent(path, 'it is a folder');
  return found?.size ?? 0;
}

function pathOf(line: string, format: PredictionFormat, file: string, lineNumber: number): string {
  try {
    const path: unknown = format === 'jsonl' ? JSON.parse(line).path : firstCsvField(line);
    if (typeof path === 'string') return path;
  } catch (error) {
    throw otherContent(file, `line ${lineNumber} is no ${format} (${messageOf(error)})`);
  }
  throw otherContent(file, `line ${lineNumber} names no path`);
}

function firstCsvField(line: string): string {
  const quoted = /^"((?:[^"]|"")*)"(?:,|$)/.exec(line);
  return quoted ? quoted[1]!.replaceAll('""', '"') : line.split(',', 1)[0]!;
}

function otherContent(path: string, problem: string): PosterError {
  return new PosterError(
    'file.unwritable',
    `Expected ${path} to hold the results of an earlier run with the same options, but ${problem}; choose another --output.`,
  );
}

/**
 * Opens an output file for appending.
 *
 * @param existing what to keep of it; undefined when the file must be new, or with `force` is replaced.
 * @throws PosterError `file.unwritable` when it exists and may not be continued, or cannot be written.
 */
export async function openOutputFile(
  path: string,
  existing: ExistingOutput | undefined,
  force = false,
): Promise<LineSink> {
  if (!existing && !force && (await fileSize(path)) > 0) {
    throw new PosterError(
      'file.unwritable',
      `Expected no file at ${path}, but there is one; pass --skip-existing to continue it, --force to replace it, or choose another --output.`,
    );
  }
  const failed = (error: unknown): never => {
    throw unwritable(path, error);
  };
  await mkdir(dirname(path), { recursive: true }).catch(failed);
  const file = await open(path, existing ? 'r+' : 'w').catch(() => open(path, 'w').catch(failed));
  let position = existing?.bytes ?? 0;
  if (existing) await file.truncate(position).catch(failed);
  return {
    async write(line) {
      const bytes = Buffer.from(line);
      let written = 0;
      while (written < bytes.length) {
        const result = await file.write(bytes, written, bytes.length - written, position).catch(failed);
        written += result.bytesWritten;
        position += result.bytesWritten;
      }
    },
    close: () => file.close(),
  };
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { TestContext } from 'node:test';
import sharp from 'sharp';
import { type ErrorCode, PosterError } from '../../src/errors.js';

/** A folder that goes away with the test. */
export async function temporaryFolder(t: TestContext): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poster-data-'));
  t.after(() => rm(folder, { recursive: true, force: true }));
  return folder;
}

/** Writes files by relative path; their folders are made. */
export async function writeFiles(root: string, files: Record<string, string | Uint8Array>): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

let nextShade = 0;

/** A PNG of 4x4 pixels; each shade is another picture. */
export function png(shade: number): Promise<Uint8Array> {
  const colour = { r: shade & 255, g: (shade >> 8) & 255, b: 77 };
  return sharp({ create: { width: 4, height: 4, channels: 3, background: colour } })
    .png()
    .toBuffer();
}

/** Writes a different small PNG at each relative path. */
export async function writeImages(root: string, paths: readonly string[]): Promise<void> {
  for (const path of paths) await writeFiles(root, { [path]: await png(nextShade++) });
}

/** A predicate for assert.rejects: a PosterError of that code whose message is one sentence matching all patterns. */
export function posterError(code: ErrorCode, ...patterns: RegExp[]): (error: unknown) => boolean {
  return (error) => {
    if (!(error instanceof PosterError) || error.code !== code) throw error;
    for (const pattern of patterns)
      if (!pattern.test(error.message)) throw new Error(`"${error.message}" does not match ${pattern}`);
    if (!/^[A-Z].*[.…]$/s.test(error.message)) throw new Error(`"${error.message}" is no sentence`);
    return true;
  };
}

/** Labels by path relative to the root, for comparison. */
export function labelsByPath(root: string, samples: readonly { path: string; label: number }[]) {
  return samples.map(({ path, label }) => [path.slice(root.length + 1), label] as const);
}

export function ferName(index: number): string {
  return `fer${String(index).padStart(7, '0')}.png`;
}

/** A FERPlus votes file: ten votes for each row's winner (a column from 0), or one for each column. */
export function votesFile(
  rows: readonly { usage: string; image: string; winner: number | undefined }[],
): string {
  const header = 'Usage,Image name,neutral,happiness,surprise,sadness,anger,disgust,fear,contempt,unknown,NF';
  const lines = rows.map(({ usage, image, winner }) => {
    const votes = Array.from({ length: 10 }, (_, column) => {
      if (winner === undefined) return 1;
      return column === winner ? 10 : 0;
    });
    return [usage, image, ...votes].join();
  });
  return [header, ...lines].join('\n');
}

import { Poster } from '../../src/core/poster.js';
import type { RgbImage } from '../../src/image/rgb-image.js';
import type { ServerModel } from '../../src/server/server-options.js';
import { temporaryFolder, writeNarrowCheckpoint } from '../support/narrow-model.js';

/** A narrow network with regenerated weights, loaded. */
export async function narrowPoster(): Promise<Poster> {
  return Poster.load(await writeNarrowCheckpoint(await temporaryFolder()), {
    dataType: 'RAF-DB',
    threads: 1,
  });
}

/** The same model, whose batches the caller can hold up or make fail before they run. */
export function hinder(poster: Poster, before: (crops: readonly RgbImage[]) => Promise<void>): ServerModel {
  const { labels, labelOrigin, alignment, network, color, path, explains } = poster;
  return {
    labels,
    labelOrigin,
    alignment,
    network,
    color,
    path,
    explains,
    async *predictBatch(images, options) {
      await before(images as readonly RgbImage[]);
      yield* poster.predictBatch(images, options);
    },
    async *explainBatch(images, options) {
      await before(images as readonly RgbImage[]);
      yield* poster.explainBatch(images, options);
    },
  };
}

export interface FormPart {
  readonly name: string;
  readonly content: Uint8Array | string;
  /** Makes it a file. */
  readonly filename?: string;
}

/** The body and headers of a form, as browsers write them. */
export function form(parts: readonly FormPart[]): { payload: Buffer; headers: Record<string, string> } {
  const boundary = 'a-boundary-of-the-test';
  const pieces = parts.flatMap(({ name, content, filename }) => {
    const file = filename === undefined ? '' : `; filename="${filename}"\r\nContent-Type: image/jpeg`;
    const head = `--${boundary}\r\nContent-Disposition: form-data; name="${name}"${file}\r\n\r\n`;
    return [Buffer.from(head), Buffer.from(content), Buffer.from('\r\n')];
  });
  return {
    payload: Buffer.concat([...pieces, Buffer.from(`--${boundary}--\r\n`)]),
    headers: { 'content-type': `multipart/form-data; boundary=${boundary}` },
  };
}

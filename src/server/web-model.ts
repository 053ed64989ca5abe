/** The server's model as a file that browsers run: itself when it is ONNX, else exported when it is first asked for. */
import { mkdtemp, rm, stat, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadForThreads } from '../image/sharp.js';
import { isOnnx } from '../model/load-model.js';
import { startThread } from '../threads/thread.js';
import { once } from '../util/once.js';
import type { WebExportMethods, WebExportOrder, WebModelFacts } from './web-export-worker.js';

export interface WebModel {
  /**
   * The file's path. Weights of an export are stored in half precision, which halves the download.
   * @throws PosterError whatever `exportModel` throws
   */
  file(): Promise<string>;
  /** Removes what was exported. */
  close(): Promise<void>;
}

interface Exported {
  readonly folder: string;
  readonly file: string;
}

export function openWebModel(checkpoint: string, facts: WebModelFacts): WebModel {
  if (isOnnx(checkpoint)) return { file: async () => checkpoint, async close() {} };
  const exported = once(() => exportForWeb(checkpoint, facts));
  return {
    file: async () => (await exported.open()).file,
    close: () => exported.close(({ folder }) => rm(folder, { recursive: true, force: true })),
  };
}

async function exportForWeb(checkpoint: string, facts: WebModelFacts): Promise<Exported> {
  const folder = await mkdtemp(join(tmpdir(), 'poster-web-'));
  const file = join(folder, 'model.onnx');
  const order: WebExportOrder = { ...facts, checkpoint, output: file };
  loadForThreads();
  const thread = startThread<WebExportMethods>(new URL('./web-export-worker.js', import.meta.url), null);
  try {
    await thread.ask('export', order);
    // The time tells browsers which version they hold: the export of an unchanged checkpoint is unchanged.
    const { atime, mtime } = await stat(checkpoint);
    await utimes(file, atime, mtime);
    return { folder, file };
  } catch (error) {
    await rm(folder, { recursive: true, force: true });
    throw error;
  } finally {
    await thread.close();
  }
}

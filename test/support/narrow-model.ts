import { rmSync, writeFileSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writePth } from '../../src/checkpoint/pth/write.js';
import { cardKey, modelCard } from '../../src/model/model-card.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import type { HostTensor } from '../../src/tensor/host-tensor.js';
import { regeneratedStateDict } from './regenerated.js';

/** A folder that is removed when the process of the test file ends. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'poster-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/**
 * Writes a checkpoint of the narrow network with regenerated weights, as the official script would: names
 * alone, no description of the model.
 */
export async function writeNarrowCheckpoint(folder: string, classes = 7): Promise<string> {
  const path = join(folder, `narrow-${classes}.pth`);
  await writePth(path, narrowStateDict(classes), { epoch: 3 });
  return path;
}

/** The narrow network's regenerated weights, which the caller may change. */
export function narrowStateDict(classes = 7): Map<string, HostTensor> {
  return regeneratedStateDict(posterV2({ ...narrowConfig, classes }));
}

/** Writes the narrow network as ONNX without the output `attention`, as `poster export` did before there was one. */
export function writeOldExport(folder: string): string {
  const path = join(folder, 'old.onnx');
  const network = posterV2({ ...narrowConfig, classes: 7 });
  const stateDict = regeneratedStateDict(network);
  const graph = buildGraph(network, ({ name }) => stateDict.get(name)!, 'cpu');
  const outputs = new Map([...graph.outputs].filter(([name]) => name !== 'attention'));
  const card = modelCard(network.config, ['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  const metadata = { [cardKey]: JSON.stringify(card) };
  writeFileSync(path, emitModel({ ...graph, outputs }, { producerVersion: '0.1.0', metadata }));
  return path;
}

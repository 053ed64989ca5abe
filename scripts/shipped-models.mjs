/**
 * Exports the trained models of this repository, models/*.safetensors, as the graphs that recognise with them where no
 * checkpoint is named: build/browser, where pages find them, too, each with what is known of it. Does nothing where what they are made of
 * has not changed.
 *
 *   node scripts/shipped-models.mjs
 */
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { makeOnce } from './fingerprint.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = `${root}build/browser`;

/** A page downloads it before its first answer. */
const largestGraph = 6e6;

const { shippedModelNames } = await import('../build/src/model/shipped-names.js');
const sources = [
  'package-lock.json',
  'scripts/shipped-models.mjs',
  'scripts/verification-faces.mjs',
  ...shippedModelNames.flatMap((name) => [`models/${name}.safetensors`, `models/${name}.json`]),
  ...['checkpoint', 'export', 'image', 'model', 'network', 'onnx', 'tensor'].map(
    (part) => `build/src/${part}`,
  ),
];
const graphs = shippedModelNames.map((name) => `${name}.onnx`);
await makeOnce(folder, graphs, 'shipped-models', sources, build);

async function build() {
  for (const name of shippedModelNames) await ship(name);
}

async function ship(name) {
  const { exportModel } = await import('../build/src/export/export-model.js');
  const { verificationImages } = await import('../build/src/export/verification-images.js');
  const checkpoint = `${root}models/${name}.safetensors`;
  const output = `${folder}/${name}.onnx`;
  const images = await verificationImages(undefined);
  const { bytes, agreement } = await exportModel({
    checkpoint,
    output,
    images,
    precision: 'fp16',
    force: true,
  });
  if (bytes > largestGraph || agreement.sameClass !== images.length)
    throw new Error(
      `Expected ${output} to have at most ${largestGraph / 1e6} MB and to agree with its checkpoint; it has ` +
        `${(bytes / 1e6).toFixed(1)} MB and agrees on ${agreement.sameClass} of ${images.length} faces.`,
    );
  const facts = {
    graph: digestOf(output),
    what: await describe(checkpoint),
    measured: measuredOf(name, checkpoint),
  };
  writeFileSync(`${folder}/${name}.json`, `${JSON.stringify(facts, null, 2)}\n`);
}

async function describe(checkpoint) {
  const { inspectModel } = await import('../build/src/inspect/inspect-model.js');
  const { description, preprocessing, labels } = await inspectModel(checkpoint);
  const { size, color } = preprocessing;
  const millions = (description.total.used / 1e6).toFixed(1);
  const colors = color === 'grey' ? 'in grey' : 'in colour';
  return `POSTER V2, ${millions} M parameters, ${labels.labels.length} expressions, faces of ${size} x ${size} pixels ${colors}`;
}

/** What scripts/model-card.mjs measured, unless the weights have been replaced since. */
function measuredOf(name, checkpoint) {
  const path = `${root}models/${name}.json`;
  if (!existsSync(path)) return null;
  const { sha256, accuracy, images, data } = JSON.parse(readFileSync(path, 'utf8'));
  if (sha256 !== digestOf(checkpoint)) return null;
  return `right on ${(100 * accuracy).toFixed(1)} % of ${images.toLocaleString('en')} ${data} faces`;
}

function digestOf(path) {
  return createHash('sha256').update(readFileSync(path)).digest('hex');
}

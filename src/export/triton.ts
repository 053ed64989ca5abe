/**
 * A model as NVIDIA Triton serves it: a folder of its repository, NAME/config.pbtxt, NAME/labels.txt and
 * NAME/1/model.onnx.
 */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fromBinary } from '@bufbuild/protobuf';
import { PosterError } from '../errors.js';
import { orUnwritable, writeAtomically } from '../io/write-atomically.js';
import { cardKey, type ModelCard } from '../model/model-card.js';
import { fieldsOf } from '../onnx/fields.js';
import { withFileSource } from '../onnx/file-source.js';
import { type ValueInfoProto, ValueInfoProtoSchema } from '../onnx/generated/onnx_pb.js';

/** Crops in a batch, at most. */
const maxBatchSize = 64;

/** Microseconds a crop may wait for others. */
const batchDelay = 10_000;

/** Field numbers of onnx.proto. */
const fields = { graph: 7, input: 11, output: 12 };

interface Written {
  readonly output: string;
  readonly bytes: number;
  readonly card: ModelCard;
}

/**
 * @param output the folder, whose name is the model's
 * @param exportTo writes the graph to a file and proves it
 * @throws PosterError `option.invalid` where something else lies there, or without `force` anything; as `exportTo`
 */
export async function writeTritonModel<Report extends Written>(
  output: string,
  force: boolean,
  exportTo: (file: string) => Promise<Report>,
): Promise<Report> {
  const folder = resolve(output);
  const isThere = await requireRoom(folder, output, force);
  const temporary = join(dirname(folder), `.${randomUUID().slice(0, 8)}.${basename(folder)}`);
  const graph = join('1', 'model.onnx');
  try {
    await orUnwritable(output, () => mkdir(join(temporary, '1'), { recursive: true }));
    const report = await exportTo(join(temporary, graph));
    const signature = await readSignature(join(temporary, graph));
    await writeAtomically(
      join(temporary, 'config.pbtxt'),
      configOf(basename(folder), signature, report.card),
    );
    await writeAtomically(join(temporary, 'labels.txt'), `${report.card.labels.join('\n')}\n`);
    await orUnwritable(output, async () => {
      if (!isThere) return rename(temporary, folder);
      await mkdir(join(folder, '1'), { recursive: true });
      for (const file of [graph, 'labels.txt', 'config.pbtxt'])
        await rename(join(temporary, file), join(folder, file));
    });
    return { ...report, output };
  } finally {
    await rm(temporary, { recursive: true, force: true }).catch(() => {});
  }
}

/** @returns whether the folder is there, empty or with a model that may be replaced */
async function requireRoom(folder: string, output: string, force: boolean): Promise<boolean> {
  const refuse = (problem: string) =>
    new PosterError(
      'option.invalid',
      `Expected --output to name the folder of a Triton model, such as models/expressions, got ${output}, ${problem}.`,
    );
  if (/\.(onnx|pth|safetensors)$/i.test(folder)) throw refuse('a file');
  const files = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw refuse('which is no folder');
  });
  if (!files || files.length === 0) return files !== undefined;
  if (!files.includes('config.pbtxt')) throw refuse('where other files lie; choose another');
  if (!force) throw refuse('where a model lies; choose another, or replace it with --force');
  return true;
}

interface Signature {
  readonly inputs: readonly ValueInfoProto[];
  readonly outputs: readonly ValueInfoProto[];
}

/** What the graph takes and gives, as its file says. */
function readSignature(path: string): Promise<Signature> {
  return withFileSource(path, async (source) => {
    const inputs: ValueInfoProto[] = [];
    const outputs: ValueInfoProto[] = [];
    for await (const field of fieldsOf(source, 0, source.size)) {
      if (field.number !== fields.graph) continue;
      for await (const { number, start, length } of fieldsOf(
        source,
        field.start,
        field.start + field.length,
      )) {
        if (number !== fields.input && number !== fields.output) continue;
        const value = fromBinary(ValueInfoProtoSchema, await source.read(start, length));
        (number === fields.input ? inputs : outputs).push(value);
      }
    }
    return { inputs, outputs };
  });
}

function configOf(name: string, { inputs, outputs }: Signature, card: ModelCard): string {
  const output = (value: ValueInfoProto) =>
    tensor(value, value.name === 'logits' ? '\n    label_filename: "labels.txt"' : '');
  return `${describe(card)}name: ${quoted(name)}
backend: "onnxruntime"
default_model_filename: "model.onnx"
max_batch_size: ${maxBatchSize}
dynamic_batching {
  max_queue_delay_microseconds: ${batchDelay}
}
input [
${inputs.map((value) => tensor(value)).join(',\n')}
]
output [
${outputs.map(output).join(',\n')}
]
parameters {
  key: ${quoted(cardKey)}
  value { string_value: ${quoted(JSON.stringify(card))} }
}
`;
}

/** What a client has to know beside the shapes, as comments. */
function describe({ preprocessing: { size, color, mean, std }, temperature = 1 }: ModelCard): string {
  const planes = color === 'grey' ? 'its luma then, three times' : 'red, green and blue';
  const logits = temperature === 1 ? 'logits' : `logits / ${temperature}`;
  return `# images: a face's crop resized to ${size} x ${size} (bilinear with antialiasing, as Pillow and torchvision do it),
# planes of ${planes}, from 0 to 1, less ${mean.join(', ')}, divided by ${std.join(', ')}.
# Probabilities: softmax(${logits}), in the order of labels.txt.
`;
}

/** The batch, which comes first, is Triton's own. */
function tensor({ name, type }: ValueInfoProto, more = ''): string {
  if (type?.value.case !== 'tensorType') throw new Error(`${name} is no tensor`);
  const dims = type.value.value.shape!.dim.slice(1).map(({ value }) => value.value);
  return `  {\n    name: ${quoted(name)}\n    data_type: TYPE_FP32\n    dims: [ ${dims.join(', ')} ]${more}\n  }`;
}

/** As protobuf's text format has strings. */
function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`;
}

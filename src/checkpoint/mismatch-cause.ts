import type { Checkpoint } from './checkpoint.js';
import { dictionariesOf } from './find-state-dict.js';
import { ForeignObject, type PickleValue, valueAt } from './pickle/values.js';
import type { Entries, StateDictDifference } from './state-dict-difference.js';
import { someOf } from './weight-names.js';

/** Why a sound file most likely does not hold the network, and what to do: the end of a sentence. */
export function likelyCause(
  checkpoint: Checkpoint,
  expected: Entries,
  difference: StateDictDifference,
): string {
  return (
    withoutTensors(checkpoint) ??
    otherClassCount(difference) ??
    parametersAlone(difference) ??
    partOnly(checkpoint.tensors, difference) ??
    bareBackbone(checkpoint.tensors, expected) ??
    otherNetwork(checkpoint.tensors, expected)
  );
}

function withoutTensors({ root, tensors }: Checkpoint): string | undefined {
  if (tensors.size > 0) return undefined;
  if (isOptimizerState(root) || isOptimizerState(valueAt(root, 'state_dict')))
    return (
      "it holds only an optimiser's state, which is what the official program writes as its best file by mistake; " +
      'use the other file of that run, the one named by --checkpoint-path'
    );
  const model = [root, valueAt(root, 'model'), valueAt(root, 'state_dict')].find(
    (v) => v instanceof ForeignObject,
  );
  if (model instanceof ForeignObject)
    return `it holds a whole pickled object of class ${model.className}; load it in Python and save its state_dict() with torch.save`;
  return withoutStateDict(root);
}

/** Says where the tensors are that it holds, or else what it holds at all. */
function withoutStateDict(root: PickleValue): string {
  const places = dictionariesOf(root).map(({ keys }) => keys.join('.'));
  if (places.length > 0)
    return `it holds tensors under ${someOf(places, MOST_KEYS)}, and none of these are this network's`;
  if (!(root instanceof Map))
    return 'it holds no dictionary, where state_dict() gives one; save that with torch.save';
  const keys = [...root.keys()].filter((key) => typeof key === 'string');
  const found = keys.length > 0 ? `what it holds is called ${someOf(keys, MOST_KEYS)}` : 'it is empty';
  return `it holds no tensors under any key, and ${found}; save the state_dict() of the model with torch.save`;
}

const MOST_KEYS = 8;

/** What state_dict() holds beside the parameters. */
const bufferNames = /(^|\.)(running_mean|running_var|num_batches_tracked|relative_position_index)$/;
const statisticNames = /(^|\.)running_(mean|var)$/;

/** What is missing when parameters were saved in place of the state dict; undefined where anything else is. */
export function missingBuffers(missing: readonly string[]): string | undefined {
  if (missing.length === 0 || !missing.every((name) => bufferNames.test(name))) return undefined;
  const what = missing.some((name) => statisticNames.test(name))
    ? "BatchNorm's running statistics (running_mean and running_var)"
    : 'its buffers';
  return `it holds the parameters alone, without ${what}, which cannot be told from them; save the model's state_dict(), not its parameters`;
}

function parametersAlone({ missing, unexpected, mismatched }: StateDictDifference): string | undefined {
  return unexpected.length + mismatched.length > 0 ? undefined : missingBuffers(missing);
}

function isOptimizerState(value: PickleValue | undefined): boolean {
  return value instanceof Map && value.has('state') && value.has('param_groups');
}

/** Every difference lies in one layer's number of outputs: the classification head. */
function otherClassCount({ missing, unexpected, mismatched }: StateDictDifference): string | undefined {
  const [first] = mismatched;
  if (!first || missing.length + unexpected.length > 0) return undefined;
  const layer = parentOf(first.name);
  const [found = 0, wanted = 0] = [first.found.shape[0], first.expected.shape[0]];
  const onlyOutputs = mismatched.every(
    (entry) =>
      parentOf(entry.name) === layer &&
      entry.found.shape[0] === found &&
      entry.expected.shape[0] === wanted &&
      entry.found.shape.slice(1).join() === entry.expected.shape.slice(1).join(),
  );
  if (!onlyOutputs || found === wanted) return undefined;
  return (
    `it was trained for ${found} classes, while ${wanted} were asked for (layer ${layer}); ` +
    `name its ${found} classes with --labels or choose the --data-type it was trained on${officialTypes(found)}`
  );
}

function officialTypes(classes: number): string {
  if (classes === 7) return ' (RAF-DB, AffectNet-7 or CAER-S)';
  return classes === 8 ? ' (AffectNet-8)' : '';
}

/** All the file has is right, and whole branches are absent. */
function partOnly(found: Entries, difference: StateDictDifference): string | undefined {
  const { missing, unexpected, mismatched } = difference;
  if (missing.length === 0 || unexpected.length + mismatched.length > 0) return undefined;
  const present = branchesOf(found.keys());
  const absent = branchesOf(missing);
  if (absent.some((branch) => present.includes(branch))) return undefined;
  return absent.length < present.length
    ? `it lacks the part ${absent.join(', ')} of the network; use a checkpoint of the whole`
    : `it holds only the part ${present.join(', ')} of the network; use a checkpoint of the whole`;
}

/** The names fit one branch once its prefix is put before them: a backbone's own pretrained weights. */
function bareBackbone(found: Entries, expected: Entries): string | undefined {
  const names = [...found.keys()];
  const branch = branchesOf(expected.keys()).find(
    (prefix) => names.filter((name) => expected.has(`${prefix}.${name}`)).length * 2 > names.length,
  );
  return (
    branch &&
    `it holds only the weights of ${branch}, from which training starts; use a checkpoint of the whole network`
  );
}

function otherNetwork(found: Entries, expected: Entries): string {
  const known = [...found.keys()].filter((name) => expected.has(name)).length;
  if (known === 0) return 'none of its names occur in this network, so it belongs to another';
  if (known * 2 < found.size)
    return `only ${known} of its ${found.size} names occur in this network, so it belongs to another`;
  return `${known} of its ${found.size} names occur in this network, so it belongs to a variant of other depth or width`;
}

/** First parts of dotted names, each once. */
function branchesOf(names: Iterable<string>): string[] {
  return [...new Set([...names].map((name) => name.split('.', 1)[0]!))];
}

function parentOf(name: string): string {
  return name.slice(0, Math.max(name.lastIndexOf('.'), 0));
}

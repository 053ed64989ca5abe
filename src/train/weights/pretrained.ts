/** How pretrained weights of a backbone become part of a network. */
import type { TensorInfo } from '../../checkpoint/checkpoint.js';
import { printable } from '../../checkpoint/corrupt-file-error.js';
import { missingBuffers } from '../../checkpoint/mismatch-cause.js';
import { compareStateDicts, type StateDictDifference } from '../../checkpoint/state-dict-difference.js';
import { PosterError } from '../../errors.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import type { StateEntry } from '../../network/state-dict.js';

/**
 * The two files training starts from: `ir50.pth` for the image branch, of which any part may fit, and
 * `mobilefacenet_model_best.pth.tar` for the landmark branch, which must fit entirely.
 */
export type Backbone = 'ir50' | 'mobilefacenet';

const backbones = {
  ir50: { prefix: 'ir_back.', branch: 'image branch', complete: false },
  mobilefacenet: { prefix: 'face_landback.', branch: 'landmark branch', complete: true },
} as const;

/** Which tensors of a file go where; entries of the branch that none fills keep their initial values. */
export interface PretrainedPlan extends StateDictDifference {
  readonly backbone: Backbone;
  /** Tensors to copy: their names in the file and in the network. */
  readonly copies: readonly { readonly from: string; readonly to: StateEntry }[];
}

/** PyTorch counts batches for a momentum of its own; older files lack the counter and nothing needs it. */
const optionalEntry = /\.num_batches_tracked$/;

/**
 * Matches a file's tensors with a branch of the network by name and shape, names less `module.`.
 *
 * @param path the file, for messages.
 * @param tensors the file's tensors by name.
 * @throws PosterError `checkpoint.mismatch` when nothing fits, or for mobilefacenet when anything does not.
 */
export function planPretrained(
  backbone: Backbone,
  path: string,
  tensors: ReadonlyMap<string, TensorInfo>,
  network: PosterV2,
): PretrainedPlan {
  const plan = matchTensors(backbone, tensors, network);
  const { branch, complete } = backbones[backbone];
  if (plan.copies.length === 0 || (complete && !isComplete(plan)))
    throw new PosterError(
      'checkpoint.mismatch',
      `Expected ${path} to hold ${complete ? 'the whole' : 'parts of the'} ${branch} (${backbone}), ` +
        `but ${describeMisfits(plan) || 'it holds no tensors'}; ${likelyCause(plan)}.`,
    );
  return plan;
}

function likelyCause({ missing, unexpected, mismatched }: PretrainedPlan): string {
  const buffers = unexpected.length + mismatched.length === 0 && missingBuffers(missing);
  return buffers || "check that it is the file of that name and fits the network's size";
}

function matchTensors(
  backbone: Backbone,
  tensors: ReadonlyMap<string, TensorInfo>,
  network: PosterV2,
): PretrainedPlan {
  const { prefix } = backbones[backbone];
  const branch = new Map([...network.entries].filter(([name]) => name.startsWith(prefix)));
  const sources = new Map<string, string>(); // from the network's names to the file's
  for (const from of tensors.keys()) {
    const name = prefix + from.replace(/^module\./, '');
    sources.set(branch.has(name) && !sources.has(name) ? name : from, from);
  }
  const found = new Map([...sources].map(([name, from]) => [name, tensors.get(from)!]));
  const difference = compareStateDicts(found, branch, { optional: () => false });
  const unfit = new Set(difference.mismatched.map(({ name }) => name));
  const copies = [...sources].flatMap(([name, from]) => {
    const to = branch.get(name);
    return to && !unfit.has(name) ? [{ from, to }] : [];
  });
  return { backbone, copies, ...difference };
}

function isComplete({ missing, unexpected, mismatched }: PretrainedPlan): boolean {
  return missing.every((name) => optionalEntry.test(name)) && unexpected.length + mismatched.length === 0;
}

/** Names of a backbone's tensors in a file of its own. */
export function namesOfBackbone(backbone: Backbone, network: PosterV2): ReadonlySet<string> {
  const { prefix } = backbones[backbone];
  const inBranch = [...network.entries.keys()].filter((name) => name.startsWith(prefix));
  return new Set(inBranch.map((name) => name.slice(prefix.length)));
}

/** The plan as a report: a line of counts, and a line for each kind of tensor left out. */
export function describePretrained(plan: PretrainedPlan, path: string): string {
  const { backbone, copies, missing, mismatched } = plan;
  const { branch } = backbones[backbone];
  const total = copies.length + missing.length + mismatched.length;
  const lines = [`${path}: ${copies.length} of ${total} tensors of the ${branch} loaded`];
  const misfits = listMisfits(plan);
  return [...lines, ...misfits.map((misfit) => `  ${misfit}`)].join('\n');
}

function describeMisfits(plan: PretrainedPlan): string {
  return listMisfits(plan).join(', ');
}

function listMisfits({ missing, unexpected, mismatched }: PretrainedPlan): string[] {
  const shapes = mismatched.map(
    ({ name, found, expected }) =>
      `${name} (${found.shape.join(' x ')} instead of ${expected.shape.join(' x ')})`,
  );
  return [
    ...listSome('of another shape', shapes),
    ...listSome('not in the file', missing),
    ...listSome('not in the network', unexpected),
  ];
}

/** '12 not in the file: a, b, c and 9 more', or nothing. */
function listSome(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = printable(names.slice(0, 3).join(', '));
  return [`${names.length} ${what}: ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`];
}

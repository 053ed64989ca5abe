/** How pretrained weights of a backbone become part of a network. */
import type { TensorInfo } from '../../checkpoint/checkpoint.js';
import { printable } from '../../checkpoint/corrupt-file-error.js';
import { missingBuffers } from '../../checkpoint/mismatch-cause.js';
import { PosterError } from '../../errors.js';
import type { PosterV2 } from '../../network/poster-v2.js';
import type { StateEntry } from '../../network/state-dict.js';
import type { Shape } from '../../tensor/host-tensor.js';

/**
 * The two files training starts from: `ir50.pth` for the image branch, of which any part may fit, and
 * `mobilefacenet_model_best.pth.tar` for the landmark branch, which must fit entirely.
 */
export type Backbone = 'ir50' | 'mobilefacenet';

const backbones = {
  ir50: { prefix: 'ir_back.', branch: 'image branch', complete: false },
  mobilefacenet: { prefix: 'face_landback.', branch: 'landmark branch', complete: true },
} as const;

/** A tensor whose shape is not the network's. */
export interface ShapeConflict {
  readonly name: string;
  readonly found: Shape;
  readonly expected: Shape;
}

/** Which tensors of a file go where, and which do not. */
export interface PretrainedPlan {
  readonly backbone: Backbone;
  /** Tensors to copy: their names in the file and in the network. */
  readonly copies: readonly { readonly from: string; readonly to: StateEntry }[];
  /** Entries of the branch that the file does not fill; they keep their initial values. */
  readonly missing: readonly string[];
  /** Tensors of the file that the branch has no place for. */
  readonly unexpected: readonly string[];
  readonly conflicts: readonly ShapeConflict[];
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

function likelyCause({ missing, unexpected, conflicts }: PretrainedPlan): string {
  const buffers = unexpected.length + conflicts.length === 0 && missingBuffers(missing);
  return buffers || "check that it is the file of that name and fits the network's size";
}

function matchTensors(
  backbone: Backbone,
  tensors: ReadonlyMap<string, TensorInfo>,
  network: PosterV2,
): PretrainedPlan {
  const { prefix } = backbones[backbone];
  const unmatched = new Map([...network.entries].filter(([name]) => name.startsWith(prefix)));
  const copies: PretrainedPlan['copies'][number][] = [];
  const conflicts: ShapeConflict[] = [];
  const unexpected: string[] = [];
  for (const [from, { shape }] of tensors) {
    const name = prefix + from.replace(/^module\./, '');
    const to = unmatched.get(name);
    if (!to) unexpected.push(from);
    else if (!sameShape(shape, to.shape)) conflicts.push({ name, found: shape, expected: to.shape });
    else {
      copies.push({ from, to });
      unmatched.delete(name);
    }
  }
  return { backbone, copies, missing: [...unmatched.keys()], unexpected, conflicts };
}

function isComplete({ missing, unexpected, conflicts }: PretrainedPlan): boolean {
  return (
    missing.every((name) => optionalEntry.test(name)) && unexpected.length === 0 && conflicts.length === 0
  );
}

function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** Names of a backbone's tensors in a file of its own. */
export function namesOfBackbone(backbone: Backbone, network: PosterV2): ReadonlySet<string> {
  const { prefix } = backbones[backbone];
  const inBranch = [...network.entries.keys()].filter((name) => name.startsWith(prefix));
  return new Set(inBranch.map((name) => name.slice(prefix.length)));
}

/** The plan as a report: a line of counts, and a line for each kind of tensor left out. */
export function describePretrained(plan: PretrainedPlan, path: string): string {
  const { backbone, copies, missing } = plan;
  const { branch } = backbones[backbone];
  const total = copies.length + missing.length;
  const lines = [`${path}: ${copies.length} of ${total} tensors of the ${branch} loaded`];
  const misfits = listMisfits(plan);
  return [...lines, ...misfits.map((misfit) => `  ${misfit}`)].join('\n');
}

function describeMisfits(plan: PretrainedPlan): string {
  return listMisfits(plan).join(', ');
}

function listMisfits({ missing, unexpected, conflicts }: PretrainedPlan): string[] {
  const conflicting = new Set(conflicts.map(({ name }) => name));
  const shapes = conflicts.map(
    ({ name, found, expected }) => `${name} (${found.join(' x ')} instead of ${expected.join(' x ')})`,
  );
  return [
    ...listSome('of another shape', shapes),
    ...listSome(
      'not in the file',
      missing.filter((name) => !conflicting.has(name)),
    ),
    ...listSome('not in the network', unexpected),
  ];
}

/** '12 not in the file: a, b, c and 9 more', or nothing. */
function listSome(what: string, names: readonly string[]): string[] {
  if (names.length === 0) return [];
  const shown = printable(names.slice(0, 3).join(', '));
  return [`${names.length} ${what}: ${shown}${names.length > 3 ? ` and ${names.length - 3} more` : ''}`];
}

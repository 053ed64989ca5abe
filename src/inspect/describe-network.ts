/** Parameters and multiply-adds of a network by stage and role. Browser-safe. */
import { mapSizes, type NetworkConfig } from '../network/config.js';
import type { PosterV2 } from '../network/poster-v2.js';
import type { StateEntry } from '../network/state-dict.js';
import { elementCount } from '../tensor/host-tensor.js';
import { countMultiplyAdds } from './multiply-adds.js';

/** Parameters and multiply-adds of one stage. */
export interface StageFigures {
  readonly stage: string;
  /** Parameters that take part in recognition. */
  readonly used: number;
  /** Of these, the ones training leaves alone. */
  readonly frozen: number;
  /** Parameters the checkpoint carries and recognition never reaches. */
  readonly unused: number;
  /** As the official program computes the stage, without the matrix products of attention: the paper's counting. */
  readonly published: number;
  /** As this program computes it, attention included: the last transformer block for the class token alone. */
  readonly computed: number;
}

/** Parameters and multiply-adds of a network, by stage. */
export interface NetworkDescription {
  /** Height and width of the image that multiply-adds are counted for, in pixels. */
  readonly imageSize: number;
  readonly stages: readonly StageFigures[];
  readonly total: StageFigures;
  /** Entries of the state dict, buffers included. */
  readonly entries: number;
  /** Elements of its buffers. */
  readonly buffers: number;
}

/** What belongs to a stage, by the beginning of its names: of entries, and of stages of the forward pass. */
function stagePrefixesOf(network: NetworkConfig): ReadonlyMap<string, readonly string[]> {
  const [fine, middle, coarse] = mapSizes(network);
  return new Map([
    ['landmark branch (MobileFaceNet)', ['face_landback.']],
    ['image branch (IR-50)', ['ir_back.']],
    [`cross attention, ${fine} x ${fine}`, ['conv1', 'window1', 'attn1', 'ffn1']],
    [`cross attention, ${middle} x ${middle}`, ['conv2', 'window2', 'attn2', 'ffn2']],
    [`cross attention, ${coarse} x ${coarse}`, ['conv3', 'window3', 'attn3', 'ffn3', 'last_face_conv']],
    ['token embeddings', ['embed_']],
    ['gate and head', ['VIT.se_block', 'VIT.head']],
    ['transformer', ['VIT.']],
  ]);
}

function stageOf(name: string, prefixes: ReadonlyMap<string, readonly string[]>): string {
  const found = [...prefixes].find(([, own]) => own.some((prefix) => name.startsWith(prefix)));
  if (!found) throw new Error(`No stage claims ${name}.`);
  return found[0];
}

/** The landmark head is computed in training only, and dropped. */
function isUnused({ name, role }: StateEntry): boolean {
  return role === 'unused' || name.startsWith('face_landback.output_layer.');
}

export function describeNetwork(network: PosterV2): NetworkDescription {
  const prefixes = stagePrefixesOf(network.config);
  const stages = new Map([...prefixes.keys()].map((stage) => [stage, emptyFigures(stage)]));
  const figuresOf = (name: string) => stages.get(stageOf(name, prefixes))!;
  for (const entry of network.entries.values()) {
    if (entry.role === 'buffer') continue;
    const figures = figuresOf(entry.name);
    const count = elementCount(entry.shape);
    if (isUnused(entry)) figures.unused += count;
    else figures.used += count;
    if (entry.role === 'frozen' && !isUnused(entry)) figures.frozen += count;
  }
  for (const [name, { layers }] of countMultiplyAdds(network, true)) figuresOf(name).published += layers;
  for (const [name, { layers, attention }] of countMultiplyAdds(network, false)) {
    figuresOf(name).computed += layers + attention;
  }
  const buffers = [...network.entries.values()].filter(({ role }) => role === 'buffer');
  return {
    imageSize: network.config.imageSize,
    stages: [...stages.values()],
    total: [...stages.values()].reduce(sum, emptyFigures('total')),
    entries: network.entries.size,
    buffers: buffers.reduce((count, { shape }) => count + elementCount(shape), 0),
  };
}

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

function emptyFigures(stage: string): Mutable<StageFigures> {
  return { stage, used: 0, frozen: 0, unused: 0, published: 0, computed: 0 };
}

function sum(a: StageFigures, b: StageFigures): Mutable<StageFigures> {
  return {
    stage: a.stage,
    used: a.used + b.used,
    frozen: a.frozen + b.frozen,
    unused: a.unused + b.unused,
    published: a.published + b.published,
    computed: a.computed + b.computed,
  };
}

/**
 * The transformer over the tokens of all three scales (paper, section 3.3) with its squeeze-and-excitation
 * gate and head. Matches the official `VIT`. Browser-safe.
 */
import { attend, projectHeads } from './attention.js';
import type { NetworkConfig } from './config.js';
import { type Layer, layerNorm, linear, linearEntries, mlp } from './layers.js';
import type { Observe, Ops } from './ops.js';
import { kaimingFanOut, type Path, uniformFanIn, zeros } from './state-dict.js';

const layerNormEps = 1e-6;
const tokenInitial = { kind: 'truncated-normal', std: 0.02 } as const;

export interface TransformerOutput<T> {
  /** B x embedding: the gated class token. */
  readonly embedding: T;
  /** B x classes. */
  readonly logits: T;
  /**
   * B x heads x queries x (N + 1): the last block's attention; its first row of queries is the class token's, and
   * the first of the N + 1 is what it keeps to itself. Rows sum to 1.
   */
  readonly attention: T;
}

export interface VisionTransformer {
  /**
   * @param tokens B x N x embedding, without the class token.
   * @param everyToken computes all tokens in the last block too, as the official program does; the class
   *   token alone gives the same logits.
   */
  <T>(ops: Ops<T>, tokens: T, observe: Observe<T>, everyToken: boolean): TransformerOutput<T>;
}

type Block = <T>(ops: Ops<T>, x: T, classTokenOnly: boolean, onWeights: (weights: T) => void) => T;

/**
 * The official 0.01 at the published width of 768. A narrower layer sums fewer products, so it needs larger ones: with
 * 0.01 the output of a width of 96 hardly depends on the image, and nothing is learned.
 */
function linearInitial(width: number): { truncatedStd: number } {
  return { truncatedStd: 7.68 / width };
}

interface BlockConfig {
  readonly width: number;
  readonly heads: number;
  readonly tokens: number;
  /** Rate of stochastic depth of both residual branches. */
  readonly dropRate: number;
  readonly unusedLayers: boolean;
}

/** Pre-norm block. With `classTokenOnly` just the first token is a query and leaves the block. */
function block(path: Path, { width, heads, tokens, dropRate, unusedLayers }: BlockConfig): Block {
  const norm1 = layerNorm(path.at('norm1'), width, layerNormEps);
  if (unusedLayers) tokenConvolution(path.at('conv').as('unused'), tokens);
  const qkv = linearEntries(path.at('attn').at('qkv'), width, 3 * width, linearInitial(width));
  const project = linear(path.at('attn').at('proj'), width, width, linearInitial(width));
  const norm2 = layerNorm(path.at('norm2'), width, layerNormEps);
  const expand = mlp(path.at('mlp'), width, 4 * width, linearInitial(width));
  return (ops, x, classTokenOnly, onWeights) => {
    const queries = classTokenOnly ? 1 : tokens;
    const pick = <T>(ops: Ops<T>, value: T) => (classTokenOnly ? ops.slice(value, 1, 0, 1) : value);
    const normed = norm1(ops, x); // B x N x C
    const all = { tokens, width, heads };
    const q = projectHeads(ops, pick(ops, normed), qkv, 0, { ...all, tokens: queries });
    const k = projectHeads(ops, normed, qkv, 1, all);
    const v = projectHeads(ops, normed, qkv, 2, all);
    const mixed = attend(ops, [q, k, v], { queries, width, heads }, undefined, onWeights);
    const projected = project(ops, mixed); // B x queries x C
    const attended = ops.add(pick(ops, x), ops.stochasticDepth(projected, dropRate));
    return ops.add(attended, ops.stochasticDepth(expand(ops, norm2(ops, attended)), dropRate));
  };
}

/** x * sigmoid(W2 relu(W1 x)). */
function squeezeExcitation(path: Path, width: number): Layer {
  const linear1 = linear(path.at('linear1'), width, width, linearInitial(width));
  const linear2 = linear(path.at('linear2'), width, width, linearInitial(width));
  return (ops, x) => ops.multiply(x, ops.sigmoid(linear2(ops, ops.relu(linear1(ops, x)))));
}

function tokenConvolution(path: Path, tokens: number): void {
  path.parameter('weight', [tokens, tokens, 1], uniformFanIn(tokens));
  path.parameter('bias', [tokens], uniformFanIn(tokens));
}

/** Left over in the official program from earlier experiments. */
const unused = {
  patchEmbedding(path: Path, width: number) {
    path.parameter('weight', [width, 256, 1, 1], kaimingFanOut(width, 1));
    path.parameter('bias', [width], zeros);
  },
  afterHead(path: Path, width: number) {
    path.at('eca_block').at('conv').parameter('weight', [1, 1, 5], uniformFanIn(5));
    path.at('CON1').parameter('weight', [width, 256, 1, 1], kaimingFanOut(width, 1));
    linearEntries(path.at('IRLinear1'), 1024, width, linearInitial(width));
    linearEntries(path.at('IRLinear2'), width, 512, linearInitial(width));
  },
};

export function visionTransformer(path: Path, config: NetworkConfig, patchTokens: number): VisionTransformer {
  const { embedding: width, transformerDepth, transformerHeads, unusedLayers, dropout } = config;
  const tokens = patchTokens + 1;
  const classToken = path.parameter('cls_token', [1, 1, width], tokenInitial);
  const positions = path.parameter('pos_embed', [1, tokens, width], tokenInitial);
  const gate = squeezeExcitation(path.at('se_block'), width);
  if (unusedLayers) unused.patchEmbedding(path.as('unused').at('patch_embed').at('proj'), width);
  const head = linear(path.at('head').at('linear'), width, config.classes, linearInitial(width));
  if (unusedLayers) unused.afterHead(path.as('unused'), width);
  const blocks = Array.from({ length: transformerDepth }, (_, i) =>
    block(path.at('blocks').at(i), {
      ...{ width, heads: transformerHeads, tokens, unusedLayers },
      dropRate: (config.transformerStochasticDepth * i) / Math.max(1, transformerDepth - 1),
    }),
  );
  const norm = layerNorm(path.at('norm'), width, layerNormEps);
  return (ops, patches, observe, everyToken) => {
    const first = ops.expandBatch(ops.parameter(classToken), patches);
    let x = ops.add(ops.concat([first, patches], 1), ops.parameter(positions)); // B x (N + 1) x C
    let attention = x;
    blocks.forEach((layer, i) => {
      x = layer(ops, x, !everyToken && i === blocks.length - 1, (weights) => {
        attention = weights;
      });
      observe(`VIT.blocks.${i}`, x);
    });
    const normed = norm(ops, x);
    observe('VIT.norm', normed);
    const embedding = gate(ops, ops.reshape(ops.slice(normed, 1, 0, 1), [-1, width])); // B x C
    observe('VIT.se_block', embedding);
    const logits = head(ops, ops.dropout(embedding, dropout));
    observe('VIT.head', logits);
    return { embedding, logits, attention };
  };
}

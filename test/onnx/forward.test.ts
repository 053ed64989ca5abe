import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { publishedConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph, type GraphTarget } from '../../src/onnx/build-graph.js';
import { emitModel, emitSplitModel } from '../../src/onnx/emit.js';
import { dropUnusedNodes, type Graph, graphConstants, type Value } from '../../src/onnx/graph.js';
import { recordGraph } from '../../src/onnx/record.js';
import { openSession } from '../../src/onnx/runtime.js';
import { assertClose } from '../support/close.js';
import { fixture } from '../support/fixtures.js';
import { regeneratedImages, regeneratedStateDict } from '../support/regenerated.js';
import { runGraph } from '../support/run-graph.js';

interface Stage {
  shape: number[];
  mean: number;
  l2: number;
  first: number[];
  last: number[];
}
interface Reference {
  logits: number[][];
  stages: Record<string, Stage>;
}
const reference = JSON.parse(readFileSync(fixture('network/forward.json'), 'utf8')) as Record<
  '7' | '8',
  Reference
>;
const images = regeneratedImages(2);
const options = { producerVersion: 'test', metadata: {} };

/** The names the reference gives to the same values. */
const aliases: Record<string, string[]> = {
  window1: ['window1.0', 'window1.1'],
  window2: ['window2.0', 'window2.1'],
  window3: ['window3.0', 'window3.1'],
};

for (const classes of [7, 8] as const) {
  const network = posterV2({ ...publishedConfig, classes });
  const stateDict = regeneratedStateDict(network);
  const weights = (entry: { name: string }) => stateDict.get(entry.name)!;
  const { logits, stages } = reference[`${classes}`];

  test(`every stage equals the official program's, ${classes} classes`, async () => {
    const graph = recordGraph(network.config.imageSize, weights, (ops, input) => {
      const values: [string, Value][] = [['face_landback.output_layer', network.landmarks(ops, input)]];
      const observe = (stage: string, value: Value) => values.push([stage, value]);
      network.forward(ops, input, { observe, everyToken: true });
      return values;
    });
    const outputs = await runGraph(dropUnusedNodes(graph), images, 2);
    const compared = new Set<string>();
    for (const [stage, actual] of outputs) {
      for (const name of aliases[stage] ?? [stage]) {
        assertStage(name, actual, stages[name]!);
        compared.add(name);
      }
    }
    assert.deepEqual([...compared].sort(), Object.keys(stages).sort());
  });

  for (const target of ['cpu', 'portable'] satisfies GraphTarget[]) {
    test(`the ${target} graph gives the official logits, ${classes} classes`, async () => {
      const graph = buildGraph(network, weights, target);
      const session = await openSession(emitSplitModel(graph, options), { threads: 2 });
      const outputs = await session.run(images, 2);
      await session.release();
      assertClose(outputs.logits, logits.flat(), { rtol: 0, atol: 1e-4 }, 'logits');
      assert.equal(outputs.embeddings.length, 2 * 768);
    });
  }
}

function assertStage(name: string, actual: Float32Array, expected: Stage): void {
  assert.equal(
    actual.length,
    expected.shape.reduce((a, b) => a * b),
    `${name}: size`,
  );
  const l2 = Math.sqrt(actual.reduce((sum, value) => sum + value * value, 0));
  assertClose([l2], [expected.l2], { rtol: 1e-4, atol: 0 }, `${name}: L2`);
  const scale = expected.l2 / Math.sqrt(actual.length); // a typical value: small ones are held to this
  const tolerance = { rtol: 1e-4, atol: 1e-4 * scale };
  assertClose(actual.subarray(0, expected.first.length), expected.first, tolerance, `${name}: first`);
  assertClose(actual.subarray(-expected.last.length), expected.last, tolerance, `${name}: last`);
}

test('the graph holds only what inference needs', () => {
  const network = posterV2(publishedConfig);
  const stateDict = regeneratedStateDict(network);
  const touched = new Set<string>();
  const graph = buildGraph(
    network,
    (entry) => {
      touched.add(entry.name);
      return stateDict.get(entry.name)!;
    },
    'portable',
  );
  for (const name of touched) {
    assert.notEqual(
      network.entries.get(name)!.role,
      'unused',
      `${name} is read though the network never uses it`,
    );
    assert.ok(!name.startsWith('face_landback.output_layer'), `${name}: the landmark head is not needed`);
  }
  // What is left cannot be folded exactly: the stage borders, whose input also feeds a padded convolution.
  assert.equal(count(graph, 'BatchNormalization'), 3);
  assert.equal(count(graph, 'MaxPool'), 0);
  const elements = graphConstants(graph).reduce((sum, { constant }) => sum + constant!.length, 0);
  assert.ok(elements < 46e6, `${elements} elements`); // 43.7 M parameters and the expanded position biases
});

test('a model with its weights inside equals the one with weights beside it', async () => {
  const network = posterV2(publishedConfig);
  const stateDict = regeneratedStateDict(network);
  const graph = buildGraph(network, (entry) => stateDict.get(entry.name)!, 'cpu');
  const [a, b] = await Promise.all(
    [emitModel(graph, options), emitSplitModel(graph, options)].map(async (parts) => {
      const session = await openSession(parts, { threads: 1 });
      const { logits } = await session.run(regeneratedImages(1), 1);
      await session.release();
      return [...logits];
    }),
  );
  assert.deepEqual(a, b);
});

function count(graph: Graph, op: string): number {
  return graph.nodes.filter((node) => node.op === op).length;
}

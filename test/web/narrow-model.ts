import { cardKey, modelCard } from '../../src/model/model-card.js';
import { narrowConfig } from '../../src/network/config.js';
import { posterV2 } from '../../src/network/poster-v2.js';
import { buildGraph } from '../../src/onnx/build-graph.js';
import { emitModel } from '../../src/onnx/emit.js';
import type { Graph } from '../../src/onnx/graph.js';
import { regeneratedStateDict } from '../support/regenerated.js';

export const labels = ['surprise', 'fear', 'disgust', 'happiness', 'sadness', 'anger', 'neutral'];

/** A narrow network with regenerated weights as `poster export` writes it; `store` may shrink its weights. */
export function narrowModel(store: (graph: Graph) => Graph = (graph) => graph, seed = 1): Uint8Array {
  const network = posterV2(narrowConfig);
  const weights = regeneratedStateDict(network, seed);
  const graph = buildGraph(network, (entry) => weights.get(entry.name)!, 'cpu');
  const card = modelCard(narrowConfig, labels, 'RAF-DB');
  return emitModel(store(graph), {
    producerVersion: 'test',
    metadata: { [cardKey]: JSON.stringify(card) },
  });
}

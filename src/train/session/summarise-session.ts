/** What a person sees before training starts. */

import type { RunFolder } from '../../runs/run-folder.js';
import { elementCount } from '../../tensor/host-tensor.js';
import { libtorchVersion, threads } from '../../torch/machine.js';
import type { TrainingSummary } from '../events.js';
import { planOf, type TrainingSession } from './session.js';

export function summariseSession(session: TrainingSession, folder: RunFolder): TrainingSummary {
  const { config, data, progress, device, remarks } = session;
  const { epoch, step } = progress;
  const isResumed = progress.steps > 0 || epoch > config.startEpoch;
  return {
    config,
    folder,
    classes: data.classes,
    counts: data.counts,
    validImages: data.valid.samples.length,
    validSplit: data.valid.split,
    stepsPerEpoch: planOf(session, epoch).steps,
    parameters: countParameters(session),
    device,
    threads: threads(),
    libtorch: libtorchVersion(),
    remarks,
    ...(isResumed && { resumed: { epochs: epoch, steps: step } }),
  };
}

function countParameters({ network, parameters }: TrainingSession): TrainingSummary['parameters'] {
  const counts = { trained: 0, frozen: 0, unused: 0 };
  for (const [name, { role, shape }] of network.entries) {
    if (role === 'buffer') continue;
    const kind = role === 'unused' ? 'unused' : parameters.get(name)!.requiresGrad ? 'trained' : 'frozen';
    counts[kind] += elementCount(shape);
  }
  return counts;
}

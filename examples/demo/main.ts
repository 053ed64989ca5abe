/** The demonstration: `npm run demo`. */
import { Command } from 'commander';
import { wholeNumber } from '../../src/cli/options.js';
import { createProgress, type Progress } from '../../src/cli/render/progress.js';
import { printScenes } from '../../src/cli/render/scenes.js';
import { createTrainingDisplay } from '../../src/cli/render/training-display.js';
import { runVerb } from '../../src/cli/run-verb.js';
import { messageOf } from '../../src/errors.js';
import { buildEngine } from '../../src/torch/build-engine.js';
import { type DemoResult, type DemoStage, runDemo } from './run-demo.js';

interface DemoFlags {
  readonly output: string;
  readonly faces?: number;
  readonly epochs?: number;
}

const stages: Record<DemoStage, { title: string; label?: string }> = {
  photos: {
    title: '1. Recognising a portrait in scenes made of it, with the model that comes with this package',
  },
  draw: { title: '2. Drawing faces with seven expressions, labelled as RAF-DB is', label: 'Drawing' },
  train: { title: '3. Fine-tuning the model on them', label: 'Training' },
  evaluate: { title: '4. Evaluating on faces drawn with other parameters', label: 'Evaluating' },
};

async function demo(signal: AbortSignal, { output, faces, epochs }: DemoFlags): Promise<void> {
  const training = createTrainingDisplay(false);
  let progress: Progress | undefined;
  const result = await runDemo({
    output,
    faces,
    epochs,
    signal,
    async onStage(stage) {
      progress?.stop();
      progress = undefined;
      if (stage === 'train') await buildTrainingEngine();
      process.stdout.write(`\n${stages[stage].title}\n\n`);
      const { label } = stages[stage];
      if (label) progress = createProgress(label, 'images');
    },
    onPhotos: printScenes,
    onProgress: (done, total) => progress?.update(done, total),
    onTraining: training.show,
  }).finally(() => {
    training.end();
    progress?.stop();
  });
  await report(result);
}

/** Without one the demonstration goes on with initial weights, and says so. */
async function buildTrainingEngine(): Promise<void> {
  const log = (line: string) => process.stderr.write(`${line}\n`);
  await buildEngine({ log }).catch((error: unknown) => log(messageOf(error)));
}

async function report({
  photos,
  faces,
  checkpoint,
  untrained,
  evaluation,
  files,
  curves,
}: DemoResult): Promise<void> {
  const { formatTables } = await import('../../src/cli/render/tables.js');
  process.stdout.write(`\n${formatTables(evaluation)}\n`);
  if (untrained)
    process.stdout.write(
      `Nothing was learned: ${untrained.message}\nThe figures are those of the initial weights.\n\n`,
    );
  const lines = [
    ['Photographs', photos.page],
    ['Faces', faces],
    ['Checkpoint', checkpoint],
    ...(curves ? [['Learning curves', curves]] : []),
    ['Report', files.report],
  ];
  process.stdout.write(lines.map(([name, path]) => `${name!.padEnd(16)} ${path}\n`).join(''));
  process.stdout.write(
    'The faces that were learned are drawn, so the accuracy says that all parts work, not how well photographs are recognised.\n',
  );
}

await new Command('demo')
  .description(
    'Shows the main job with no data at hand: recognises a portrait, then draws a labelled set of schematic faces, fine-tunes the model on them, evaluates it on others and writes the report.',
  )
  .option('-o, --output <dir>', 'folder for everything it makes', 'demo-output')
  .option('--faces <n>', 'faces to learn from', wholeNumber('--faces', 14))
  .option('--epochs <n>', 'epochs to train', wholeNumber('--epochs', 1))
  .action(runVerb(demo))
  .parseAsync();

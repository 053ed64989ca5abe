import type { Command } from 'commander';
import { type DemoResult, type DemoStage, runDemo } from '../../demo/run-demo.js';
import { wholeNumber } from '../options.js';
import { createProgress, type Progress } from '../progress.js';
import { runVerb } from '../run-verb.js';

interface DemoFlags {
  readonly output: string;
  readonly faces?: number;
}

/** Adds `poster demo`. */
export function registerDemo(program: Command): void {
  program
    .command('demo')
    .summary('draw faces, evaluate the narrow network on them and report')
    .description(
      'Shows the parts at work with no data at hand: draws a labelled set of schematic faces, evaluates the narrow network with its initial weights on them and writes the report.',
    )
    .option('-o, --output <dir>', 'folder for everything it makes', 'demo-output')
    .option('--faces <n>', 'faces to recognise', wholeNumber('--faces', 14))
    .action(runVerb(demo));
}

const stages: Record<DemoStage, { title: string; label: string }> = {
  draw: { title: '1. Drawing faces with seven expressions, labelled as RAF-DB is', label: 'Drawing' },
  evaluate: { title: '2. Evaluating the narrow network, untrained, on them', label: 'Evaluating' },
};

async function demo(signal: AbortSignal, { output, faces }: DemoFlags): Promise<void> {
  let progress: Progress | undefined;
  const result = await runDemo({
    output,
    faces,
    signal,
    onStage(stage) {
      progress?.stop();
      process.stdout.write(`\n${stages[stage].title}\n\n`);
      progress = createProgress(stages[stage].label, 'images');
    },
    onProgress: (done, total) => progress?.update(done, total),
  }).finally(() => progress?.stop());
  await report(result);
}

async function report({ faces, checkpoint, evaluation, files }: DemoResult): Promise<void> {
  const { formatTables } = await import('../../report/tables.js');
  const { published: _, ...drawn } = evaluation; // a figure for photographs says nothing about drawings
  process.stdout.write(`\n${formatTables({ ...drawn, published: null })}\n`);
  const lines = [
    ['Faces', faces],
    ['Checkpoint', checkpoint],
    ['Report', files.report],
  ];
  process.stdout.write(lines.map(([name, path]) => `${name!.padEnd(11)} ${path}\n`).join(''));
  process.stdout.write(
    'The faces are drawn and the weights are initial ones: that all parts work is what this shows; the accuracy is chance.\n',
  );
}

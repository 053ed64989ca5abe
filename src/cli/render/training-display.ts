/** Shows a training while it runs: a bar for each epoch on a terminal, plain lines elsewhere, or JSON lines. */
import { SingleBar } from 'cli-progress';
import type { TrainEvent } from '../../train/events.js';
import { say } from '../say.js';
import { renderEpoch, renderStep, renderSummary } from './render-training.js';

export interface TrainingDisplay {
  show(event: TrainEvent): void;
  /** Leaves the screen in order. */
  end(): void;
}

/** The display for where standard output goes. */
export function createTrainingDisplay(json: boolean): TrainingDisplay {
  if (json) return { show: (event) => print(JSON.stringify(event)), end() {} };
  return process.stderr.isTTY ? bars() : lines();
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** A line for each `printFrequency` steps and for each epoch. */
function lines(): TrainingDisplay {
  let every = 1;
  return {
    show(event) {
      if (event.kind === 'start') every = event.summary.config.printFrequency;
      if (event.kind === 'step' && event.step % every === 0)
        print(`Epoch ${event.epoch}, step ${event.step} of ${event.stepsPerEpoch}: ${renderStep(event)}`);
      printLasting(event);
    },
    end() {},
  };
}

/** A bar for the steps and one for the validation of each epoch; what lasts is printed between them. */
function bars(): TrainingDisplay {
  let bar: SingleBar | undefined;
  const stop = () => {
    bar?.stop();
    bar = undefined;
  };
  const update = (label: string, done: number, total: number, figures: string) => {
    if (!bar) {
      const format = `${label} {bar} {value}/{total} · {figures}`;
      bar = new SingleBar({
        barsize: 20,
        hideCursor: true,
        clearOnComplete: true,
        stream: process.stderr,
        format,
      });
      bar.start(total, 0, { figures });
    }
    bar.update(done, { figures });
    if (done === total) stop();
  };
  return {
    show(event) {
      if (event.kind === 'step')
        update(`Epoch ${event.epoch}`, event.step, event.stepsPerEpoch, renderStep(event));
      else if (event.kind === 'validation') update('Validation', event.done, event.total, '');
      else if (event.kind !== 'saved') {
        stop();
        printLasting(event);
      }
    },
    end: stop,
  };
}

/** What stays on the screen. */
function printLasting(event: TrainEvent): void {
  if (event.kind === 'start') print(renderSummary(event.summary));
  else if (event.kind === 'epoch') print(renderEpoch(event));
  else if (event.kind === 'warning') say(`Warning: ${event.message}`);
}

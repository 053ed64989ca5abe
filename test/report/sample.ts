import type { EvaluationResult } from '../../src/evaluate/result.js';
import { type Evaluation, summariseEvaluation } from '../../src/evaluate/summarise.js';
import { predictionsFor, rafDbClasses, rafDbMatrix } from '../evaluate/synthesise.js';

/** A result whose figures are the official ones on RAF-DB, with anything replaced. */
export function sampleResult(replaced: Partial<Evaluation> = {}): EvaluationResult {
  return summariseEvaluation({
    dataset: { name: 'RAF-DB', type: 'RAF-DB', split: 'test', root: 'data/raf-db' },
    checkpoint: { path: 'raf-db.pth' },
    classes: rafDbClasses,
    predictions: predictionsFor(rafDbMatrix),
    failures: [{ path: 'test/broken.jpg', error: 'the file is truncated' }],
    seconds: 250,
    configuration: { batchSize: 16, engine: { name: 'onnxruntime-node', threads: 2 } },
    created: new Date('2026-01-02T03:04:05Z'),
    ...replaced,
  });
}

/** Names that would break out of HTML, SVG, a terminal or a CSV field if they were taken at their word. */
export const hostileNames = [
  '<script>alert(1)</script>',
  '"><img src=x onerror=alert(2)>',
  "'; --x: url(http://evil.example)",
  '\u001b[31mred\u001b[0m\u0007',
  'a,b\r\n"c"',
  '\u202Egnp.exe',
  '{{7*7}} {a|b} ]]> &lt;',
];

/** Whether a text holds one of the control characters of the hostile names. */
export function holdsControls(text: string): boolean {
  return ['\u001b', '\u0007', '\u202e', '\r'].some((character) => text.includes(character));
}

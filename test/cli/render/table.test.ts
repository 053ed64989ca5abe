import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { stripVTControlCharacters } from 'node:util';
import { openTable, table } from '../../../src/cli/render/table.js';

const { COLUMNS } = process.env;
after(() => {
  if (COLUMNS === undefined) delete process.env.COLUMNS;
  else process.env.COLUMNS = COLUMNS;
});

const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;
const bold = (text: string) => `\u001b[1m${text}\u001b[22m`;
const figures = [
  [
    'Calibration error',
    '45.10 %',
    dim('gap between confidence and accuracy, 95 % interval 23.67 % to 59.38 %'),
  ],
  ['Speed', '17.4', dim('images per second')],
];
const head = ['true \\ predicted', 'neutral', 'happiness', 'surprise', 'sadness', 'anger', 'disgust', 'fear'];
const matrix = [['neutral', ...Array.from({ length: 7 }, (_, i) => `1,23${i}`)]];

function linesAt(columns: number, draw: () => string): string[] {
  process.env.COLUMNS = String(columns);
  return draw().split('\n').map(stripVTControlCharacters);
}

test('tables are no wider than the terminal, whether they have a frame or not', () => {
  for (const columns of [54, 60, 80])
    for (const lines of [
      linesAt(columns, () => openTable([], figures, bold, ['left', 'right', 'left'])),
      linesAt(columns, () => openTable(head, matrix, bold)),
      linesAt(columns, () => table(['a', 'b', 'c'], figures)),
    ])
      for (const line of lines) assert.ok([...line].length <= columns, `${columns}: ${line}`);
});

test('notes are wrapped in their column, and the line is below the whole heading', () => {
  assert.deepEqual(
    linesAt(60, () => openTable([], figures, bold, ['left', 'right', 'left'])),
    [
      'Calibration error  45.10 %  gap between confidence and',
      '                            accuracy, 95 % interval 23.67 %',
      '                            to 59.38 %',
      'Speed                 17.4  images per second',
    ],
  );
  const lines = linesAt(60, () => openTable(head, matrix, bold));
  assert.equal(
    lines.findIndex((line) => /^-+$/.test(line)),
    lines.length - 2,
  );
});

test('numbers are never cut, even where a terminal is too narrow for all of them', () => {
  for (const columns of [20, 40, 60])
    for (const draw of [() => openTable(head, matrix, bold), () => table(head, matrix)])
      for (const number of matrix[0]!.slice(1))
        assert.ok(linesAt(columns, draw).join('\n').includes(number), `${columns}: ${number}`);
});

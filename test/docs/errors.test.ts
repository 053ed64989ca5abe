import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { errorCodes } from '../../src/errors.js';

test('the documented error codes are the ones there are', () => {
  const text = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
  const documented = [...text.matchAll(/^\| `([a-z.-]+)` \| (\d+) \| (\d+) \| (.+) \|$/gm)].map((row) =>
    row.slice(1),
  );
  const actual = Object.entries(errorCodes).map(([code, { exit, status, meaning }]) => [
    code,
    `${exit}`,
    `${status}`,
    meaning,
  ]);
  assert.deepEqual(documented, actual);
});

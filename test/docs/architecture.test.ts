import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { floors } from '../architecture/rules.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const text = readFileSync(join(root, 'docs/architecture.md'), 'utf8');

/** Floor, room and the file to begin with. */
const rows = [...text.matchAll(/^\| (\d+) \| `([^`]+)` \| .+ \| \[`[^`]+`\]\(\.\.\/([^)]+)\) \|$/gm)];

test('the documented floors are those that the rules keep', () => {
  const documented: string[][] = [];
  for (const [, floor, room] of rows)
    documented[Number(floor) - 1] = [...(documented[Number(floor) - 1] ?? []), room!];
  assert.deepEqual(
    documented.map((rooms) => rooms.sort()),
    floors.map((rooms) => [...rooms].sort()),
  );
  const drawing = /```\n([\s\S]*?)```/.exec(text)![1]!;
  for (const room of floors.flat()) assert.ok(drawing.split(/\s+/).includes(room), room);
});

test('every file that is named is there, and those to begin with say what they are for', () => {
  for (const [path] of text.matchAll(/(src|test|bench|native|scripts)\/[\w./-]+\w/g))
    assert.ok(existsSync(join(root, path)), path);
  for (const [, , room, file] of rows) {
    assert.ok(file!.startsWith(`src/${room}`), file);
    const source = readFileSync(join(root, file!), 'utf8').replace(/^#!.*\n/, '');
    assert.match(source, /^\/\*\*/, file);
  }
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openCheckpoint } from '../../src/checkpoint/open-checkpoint.js';
import { writeSafetensors } from '../../src/checkpoint/safetensors/write.js';
import { PosterError } from '../../src/errors.js';
import { fixture } from '../support/fixtures.js';
import { temporaryFolder } from './craft.js';

const MUTATIONS_PER_FILE = Number(process.env.POSTER_MUTATIONS ?? 60);

/** A small generator of its own, so that a failure can be repeated (Numerical Recipes' constants). */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

/** A copy cut short, or with a few bytes changed. */
function mutated(bytes: Buffer, random: (below: number) => number): Buffer {
  if (random(8) === 0) return bytes.subarray(0, random(bytes.length));
  const copy = Buffer.from(bytes);
  for (let changes = 1 + random(3); changes > 0; changes--) copy[random(copy.length)] = random(256);
  return copy;
}

/** Opens and reads everything: either it works or it says why not. */
async function openAndRead(path: string): Promise<'read' | 'refused'> {
  try {
    const checkpoint = await openCheckpoint(path);
    try {
      for (const tensor of checkpoint.tensors.values()) await tensor.read();
    } finally {
      await checkpoint.close();
    }
    return 'read';
  } catch (error) {
    if (error instanceof PosterError && error.code === 'checkpoint.unreadable') return 'refused';
    throw error;
  }
}

async function assertRobust(bytes: Buffer, path: string, seed: number): Promise<void> {
  const random = randomNumbers(seed);
  const outcomes = new Set<string>();
  for (let i = 0; i < MUTATIONS_PER_FILE; i++) {
    const mutation = mutated(bytes, random);
    await writeFile(path, mutation);
    outcomes.add(await openAndRead(path));
  }
  assert.ok(outcomes.has('refused'), 'some mutations do damage');
}

for (const name of [
  'official.pth',
  'foreign-protocol-2.pth',
  'foreign-protocol-5.pth',
  'foreign-legacy.pth',
  'views-legacy.pth',
  'views-deflated.pth',
]) {
  test(`mutations of ${name} are read or refused, never anything else`, async (t) => {
    await assertRobust(
      readFileSync(fixture(`pth/${name}`)),
      join(await temporaryFolder(t), 'mutated.pth'),
      1,
    );
  });
}

test('mutations of a safetensors file are read or refused, never anything else', async (t) => {
  const path = join(await temporaryFolder(t), 'mutated.safetensors');
  const source = await openCheckpoint(fixture('pth/zip.pth'));
  await writeSafetensors(path, source.tensors, { labels: 'a,b' });
  await source.close();
  await assertRobust(readFileSync(path), path, 2);
});

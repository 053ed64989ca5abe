import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { root } from './snippets.js';

const types = join(root, 'build/src');

/** What an entry point of the package exports, also by way of others: name and the declarations' file. */
function exportsOf(entry: string): { name: string; file: string }[] {
  const text = readFileSync(join(types, entry), 'utf8');
  const passedOn = [...text.matchAll(/^export \* from '([^']+)';$/gm)].flatMap(([, from]) =>
    exportsOf(join(dirname(entry), from!.replace(/\.js$/, '.d.ts'))),
  );
  const named = [...text.matchAll(/^export (?:type )?\{([^}]*)\} from '([^']+)';$/gms)].flatMap(
    ([, names, from]) =>
      names!
        .split(',')
        .filter((name) => name.trim())
        .map((name) => ({
          name: name
            .trim()
            .replace(/^type /, '')
            .replace(/ as .*$/, ''),
          file: join(dirname(entry), from!.replace(/\.js$/, '.d.ts')),
        })),
  );
  return [...passedOn, ...named];
}

/** Whether a doc comment ends before the declaration of a name, which the file may only pass on. */
function isDocumented(file: string, name: string): boolean {
  const lines = readFileSync(join(types, file), 'utf8').split('\n');
  const declaration = new RegExp(
    `^export (?:declare )?(?:abstract )?(?:async )?(?:class|function|const|interface|type) ${name}\\b`,
  );
  const at = lines.findIndex((line) => declaration.test(line));
  if (at !== -1) return /\*\/\s*$/.test(lines[at - 1] ?? '');
  const passedOn = exportsOf(file).find((one) => one.name === name);
  assert.ok(passedOn, `${name} is not declared in ${file}`);
  return isDocumented(passedOn.file, name);
}

for (const entry of ['index.d.ts', 'web/index.d.ts', 'server/index.d.ts', 'torch/index.d.ts'])
  test(`all that ${entry} exports has a doc comment`, () => {
    const exported = exportsOf(entry);
    assert.ok(exported.length > 5 && exported.every(({ file }) => existsSync(join(types, file))));
    const bare = exported.filter(({ name, file }) => !isDocumented(file, name));
    assert.deepEqual(bare, []);
  });

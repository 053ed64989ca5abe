import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const repository = 'https://github.com/poster-v2/poster-v2/blob/main/';

/** The documents and everything else that npm packs. */
async function packedFiles(): Promise<string[]> {
  const { stdout } = await promisify(execFile)('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
    cwd: root,
    maxBuffer: 2 ** 24,
  });
  const [{ files }] = JSON.parse(stdout) as [{ files: { path: string }[] }];
  return files.map(({ path }) => path);
}

/** Where the links and pictures of a document lead, without what is in blocks of code. */
function targetsOf(text: string): string[] {
  const prose = text.replaceAll(/^```.*?^```$/gms, '');
  return [...prose.matchAll(/\]\(([^)\s]+)\)|(?:src|srcset|href)="([^"]+)"/g)].map(
    ([, link, attribute]) => link ?? attribute!,
  );
}

/** The names by which headings are linked to, as GitHub makes them. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
}

test('links of packed documents lead to packed files and their headings, or to the repository', async () => {
  const packed = await packedFiles();
  const broken: string[] = [];
  for (const document of packed.filter((path) => path.endsWith('.md'))) {
    for (const target of targetsOf(readFileSync(join(root, document), 'utf8'))) {
      if (target.startsWith(repository)) {
        if (!existsSync(join(root, target.slice(repository.length)))) broken.push(`${document}: ${target}`);
      } else if (!/^(https?|mailto):/.test(target)) {
        const [file, anchor] = target.split('#') as [string, string?];
        const path = file ? normalize(join(dirname(document), file)) : document;
        const leads =
          packed.includes(path) &&
          (!anchor || anchorsOf(readFileSync(join(root, path), 'utf8')).includes(anchor));
        if (!leads) broken.push(`${document}: ${target}`);
      }
    }
  }
  assert.deepEqual(broken, []);
});

import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { run } from '../support/poster-command.js';

const ci = readFileSync(new URL('../../../.ci/run', import.meta.url), 'utf8');

/** What tests can be skipped for, how to be without it, and what forbids to skip them. */
const optional = [
  ['../support/torch.js', 'torchMissing', { POSTER_NATIVE: '/nowhere' }, 'POSTER_REQUIRE_TORCH'],
  ['../web/chromium.js', 'chromiumMissing', { POSTER_CHROMIUM: '/nowhere' }, 'POSTER_REQUIRE_CHROMIUM'],
  ['../video/make-video.js', 'ffmpegMissing', { PATH: '/nowhere' }, 'POSTER_REQUIRE_FFMPEG'],
] as const;

for (const [module, name, absence, requirement] of optional) {
  test(`${name} lets tests be skipped, but not with ${requirement}, which continuous integration sets`, async () => {
    const program = `console.log((await import(${JSON.stringify(new URL(module, import.meta.url))})).${name})`;
    const told = async (env: NodeJS.ProcessEnv) => {
      const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program], '', {
        ...process.env,
        ...absence,
        ...env,
      });
      return stdout.trim();
    };
    assert.match(await told({ [requirement]: undefined }), /\w+ .*\w+/);
    assert.equal(await told({ [requirement]: '1' }), 'false');
    assert.ok(ci.includes(`${requirement}=1`));
  });
}

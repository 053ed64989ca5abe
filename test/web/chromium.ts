import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.POSTER_CHROMIUM ?? '/usr/bin/chromium';

/** Why tests in a real browser cannot run here, or false when they can. */
export const chromiumMissing: string | false =
  existsSync(executablePath) || process.env.POSTER_REQUIRE_CHROMIUM
    ? false
    : `no browser at ${executablePath}: apt-get install -y --no-install-recommends chromium, or set POSTER_CHROMIUM`;

/** Starts Chromium without a window and without any traffic of its own. */
export function launchChromium(): Promise<Browser> {
  const args = ['--headless', '--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  return chromium.launch({ executablePath, args: [...args, ...quiet] });
}

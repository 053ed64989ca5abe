import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const executablePath = process.env.POSTER_CHROMIUM ?? '/usr/bin/chromium';

/** Why tests in a real browser cannot run here, or false when they can or POSTER_REQUIRE_CHROMIUM says that they must. */
export const chromiumMissing: string | false =
  existsSync(executablePath) || process.env.POSTER_REQUIRE_CHROMIUM
    ? false
    : `no browser at ${executablePath}: apt-get install -y --no-install-recommends chromium, or set POSTER_CHROMIUM`;

/** Milliseconds to wait for a page: only a guard against hangs, since machines may be slow and busy. */
export const patience = 300_000;

/** A graphics processor imitated on the cores, so that WebGPU can be tested anywhere. */
const imitatedGraphics = [
  '--enable-unsafe-webgpu',
  '--use-webgpu-adapter=swiftshader',
  '--enable-features=Vulkan',
  '--use-vulkan=swiftshader',
];

export interface ChromiumOptions {
  /** With an imitated graphics processor. */
  readonly webGpu?: boolean;
  readonly flags?: readonly string[];
}

/** Starts Chromium without a window and without any traffic of its own. */
export function launchChromium({ webGpu = false, flags = [] }: ChromiumOptions = {}): Promise<Browser> {
  const args = ['--headless', '--no-sandbox', '--disable-quic', '--no-first-run'];
  const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync'];
  const graphics = webGpu ? imitatedGraphics : ['--disable-gpu'];
  return chromium.launch({
    executablePath,
    timeout: patience,
    args: [...args, ...quiet, ...graphics, ...flags],
  });
}

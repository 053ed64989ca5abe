/** The browser that the browser library and the pages are tested in. */
import { existsSync } from 'node:fs';
import { aptInstall, canInstall } from './apt.mjs';

/** Debian's Chromium, installed where it is missing and that is ours to do; without it those tests are skipped. */
export function ensureBrowser() {
  if (process.env.POSTER_CHROMIUM || existsSync('/usr/bin/chromium') || !canInstall()) return;
  console.log('Installing chromium for the browser tests ...');
  aptInstall(['chromium']);
}

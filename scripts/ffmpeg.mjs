/** The program that reads and writes videos. */
import { spawnSync } from 'node:child_process';
import { aptInstall, canInstall } from './apt.mjs';

/** ffmpeg, installed where it is missing and that is ours to do; without it the tests of videos are skipped. */
export function ensureFfmpeg() {
  if (spawnSync('ffmpeg', ['-version']).status === 0 || !canInstall()) return;
  console.log('Installing ffmpeg for the tests of videos ...');
  aptInstall(['ffmpeg']);
}

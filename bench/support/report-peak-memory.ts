/** Preloaded into a measured process (`node --import`): at its end, its peak memory in bytes goes to descriptor 3. */
import { writeSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

if (isMainThread) process.on('exit', () => writeSync(3, `${process.resourceUsage().maxRSS * 1024}`));

/** Trainings on a disk of their own that is too small: in a mount namespace, which needs no rights where Linux grants it. */
import { spawnSync } from 'node:child_process';
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type CommandResult, run } from '../support/poster-command.js';

const program = fileURLToPath(new URL('./killed-training.js', import.meta.url));
const apart = ['--user', '--map-root-user', '--mount'];
const script = `mount -t tmpfs -o size="$1" tmpfs "$2" && { "$3" "$4" "$5"; code=$?; cp -r "$2"/. "$6"; exit $code; }`;

/** Why no such disk can be made here, or false when it can. */
export const noOwnDisk: string | false =
  spawnSync('unshare', [...apart, 'mount', '-t', 'tmpfs', 'tmpfs', tmpdir()]).status === 0
    ? false
    : 'unshare cannot mount a disk here';

/**
 * Trains on a disk of so many bytes, and copies what is left on it.
 * @param options the training's, as JSON, for the folder that the disk is mounted at.
 */
export async function onOwnDisk(
  bytes: number,
  copy: string,
  options: (disk: string) => string,
): Promise<CommandResult> {
  const disk = await mkdtemp(join(tmpdir(), 'poster-disk-'));
  const words = [`${Math.ceil(bytes)}`, disk, process.execPath, program, options(disk), copy];
  return run('unshare', [...apart, 'sh', '-c', script, 'sh', ...words]);
}

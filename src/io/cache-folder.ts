import { homedir } from 'node:os';
import { join } from 'node:path';

/** Where lies what can be fetched or made again: as the XDG base directories say. */
export function cacheFolder(): string {
  return join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'poster-v2');
}

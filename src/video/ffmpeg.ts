/** Runs ffmpeg and ffprobe from the PATH on files that may be hostile. */
import { type ChildProcess, spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { finished } from 'node:stream/promises';
import { abortedError, PosterError } from '../errors.js';

export type Program = 'ffmpeg' | 'ffprobe';

/** Containers that hold a video themselves; none that names other files or addresses, as playlists do. */
const containers =
  'mov,mp4,matroska,webm,avi,mpegts,mpeg,mpegvideo,flv,asf,ogg,mxf,gif,apng,yuv4mpegpipe,h264,hevc,m4v,ivf,obu,dv,rm,nut,wtv,swf';

/** Opens exactly this file: nothing else on the disk or the network, whatever the file or its name says. */
export function inputArguments(path: string): string[] {
  return ['-protocol_whitelist', 'file', '-format_whitelist', containers, '-i', `file:${path}`];
}

export interface RunningProgram {
  readonly child: ChildProcess;
  /** Resolves when it has ended, whatever is left unread; fails when it is missing or was cancelled. */
  readonly ended: Promise<ProgramEnd>;
  /** Stops it and lets go of its pipes; resolves when it is gone. */
  stop(): Promise<void>;
}

export interface ProgramEnd {
  readonly code: number | null;
  /** The beginning of what it printed on standard error. */
  readonly complaint: string;
}

const longestComplaint = 4000;

/** Starts a program; `stdio` as for spawn, with a pipe for standard error. */
export function startProgram(
  program: Program,
  args: readonly string[],
  stdio: readonly ('ignore' | 'pipe')[],
  signal?: AbortSignal,
): RunningProgram {
  const child = spawn(program, args, { stdio: [...stdio], windowsHide: true });
  const kill = () => {
    child.kill('SIGKILL');
  };
  if (signal?.aborted) kill();
  signal?.addEventListener('abort', kill, { once: true });
  const ended = endOf(child, program, signal).finally(() => signal?.removeEventListener('abort', kill));
  ended.catch(() => {}); // whoever waits for it hears of it
  return {
    child,
    ended,
    async stop() {
      kill();
      await ended.catch(() => {});
      for (const pipe of child.stdio) pipe?.destroy();
    },
  };
}

async function endOf(child: ChildProcess, program: Program, signal?: AbortSignal): Promise<ProgramEnd> {
  let complaint = '';
  child.stderr!.setEncoding('utf8').on('data', (part: string) => {
    complaint = (complaint + part).slice(0, longestComplaint);
  });
  const exit = new Promise<number | null>((resolve, reject) => {
    child.on('error', (error) => reject(startFailure(program, error)));
    child.on('exit', resolve);
  });
  const [code] = await Promise.all([exit, finished(child.stderr!)]);
  if (signal?.aborted) throw abortedError(signal);
  return { code, complaint };
}

function startFailure(program: Program, cause: NodeJS.ErrnoException): PosterError {
  const message =
    cause.code === 'ENOENT'
      ? `Expected ${program} on the PATH to read and write videos, but there is none; install it: ${installCommand()}.`
      : `Could not start ${program} to read and write videos: ${cause.message}.`;
  return new PosterError('engine.unavailable', message, { cause });
}

const installCommands: Partial<Record<NodeJS.Platform, string>> = {
  darwin: 'brew install ffmpeg',
  win32: 'winget install ffmpeg',
};

function installCommand(): string {
  return installCommands[process.platform] ?? 'apt-get install ffmpeg, or what your system has in its place';
}

/** Runs a program to its end; for outputs that are short. */
export async function outputOf(
  program: Program,
  args: readonly string[],
  signal?: AbortSignal,
): Promise<ProgramEnd & { readonly output: string }> {
  const { child, ended } = startProgram(program, args, ['ignore', 'pipe', 'pipe'], signal);
  const [end, output] = await Promise.all([ended, text(child.stdout!)]);
  return { ...end, output };
}

/** @throws PosterError `engine.unavailable` where one of them is missing. */
export async function requireFfmpeg(signal?: AbortSignal): Promise<void> {
  for (const program of ['ffprobe', 'ffmpeg'] as const) await outputOf(program, ['-version'], signal);
}

/** What a program complained of first, which is the cause, without the part of it that speaks. */
export function firstErrorLine(complaint: string, path: string): string {
  const lines = complaint.split('\n').map((line) => line.trim());
  const first = lines.find((line) => line !== '') ?? 'no reason is given';
  return first
    .replace(/^(\[[^\]]*\] ?)+/, '')
    .replace(`file:${path}: `, '')
    .replace(/^Format not on whitelist.*/, 'its format is none that is read')
    .replace(/\.$/, '');
}

/** The option that keeps every frame's own time: it was renamed in 5.1. */
export async function passthroughArguments(signal?: AbortSignal): Promise<string[]> {
  const { output } = await outputOf('ffmpeg', ['-version'], signal);
  const [, major, minor] = /^ffmpeg version n?(\d+)\.(\d+)/.exec(output) ?? [];
  const isOld = major !== undefined && (Number(major) < 5 || (major === '5' && minor === '0'));
  return [isOld ? '-vsync' : '-fps_mode', 'passthrough'];
}

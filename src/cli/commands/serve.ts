import { readFile } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { messageOf, PosterError } from '../../errors.js';
import { prepareInt8 } from '../../model/load-model.js';
import { defaultModel } from '../../model/shipped-names.js';
import { parseOrigin } from '../../server/http/foreign-pages.js';
import { isLoopback, parseHostName } from '../../server/http/own-names.js';
import { defaultLimits, type ServerLimits } from '../../server/limits/limits.js';
import {
  checkpointOption,
  dataTypeOption,
  type FaceFlags,
  faceOptions,
  finderOptions,
  loadOptions,
  type ModelFlags,
  precisionOption,
  wholeNumber,
  withModelOptions,
} from '../options.js';
import { noteLabels, noteModel } from '../render/notes.js';
import { runVerb } from '../run-verb.js';

interface ServeFlags extends ModelFlags, FaceFlags {
  readonly host: string;
  readonly port: number;
  readonly allowHost?: readonly string[];
  readonly allowOrigin?: readonly string[];
  readonly tokenFile?: string;
  readonly runs?: string;
  readonly faces: boolean;
  readonly workers?: number;
  readonly batchSize: number;
  readonly batchDelay: number;
  readonly maxBody: number;
  readonly maxPixels: number;
  readonly maxImages: number;
  readonly maxFaces: number;
  readonly maxOverlays: number;
  readonly maxRequests: number;
  readonly readTimeout: number;
  readonly answerTimeout: number;
  readonly logLevel: string;
}

export function registerServe(program: Command): void {
  const command = program
    .command('serve')
    .summary('recognise over HTTP')
    .description('Serves recognition over HTTP: see /docs on the server, or docs/server.md.')
    .addOption(checkpointOption())
    .addOption(precisionOption())
    .addOption(dataTypeOption('the data the checkpoint was trained on, for its class names'))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--port <n>', 'port to listen on; 0 takes any that is free', portNumber, 8080)
    .option(
      '--allow-host <name>',
      'answer to this host name, too; .example.com stands for all below it (repeatable)',
      listOf(parseHostName),
    )
    .option(
      '--allow-origin <url>',
      "let this site's pages ask from a visitor's browser, such as http://localhost:3000 (repeatable)",
      listOf(parseOrigin),
    )
    .option('--token-file <file>', 'ask for the bearer token in this file (or in $POSTER_TOKEN)')
    .option('--runs <dir>', 'show the training runs in this folder, such as runs/, with the paths in them')
    .option('--no-faces', 'take face crops only; saves the memory of the detector')
    .option(
      '-j, --workers <n>',
      'threads that read images (default: half the cores)',
      atLeastOne('--workers'),
    )
    .option('-b, --batch-size <n>', 'face crops in a batch, at most', atLeastOne('--batch-size'), 8)
    .option('--batch-delay <ms>', 'wait of a crop for others', wholeNumber('--batch-delay', 0), 10);
  for (const option of faceOptions()) command.addOption(option);
  withLimits(withModelOptions(command))
    .addOption(
      new Option('--log-level <level>', 'what is logged on standard error, as lines of JSON')
        .choices(['debug', 'info', 'warn', 'error', 'silent'])
        .default('warn'),
    )
    .action(runVerb(run));
}

function withLimits(command: Command): Command {
  const { bodyBytes, pixels, images, faces, overlays, requests, readTimeout, answerTimeout } = defaultLimits;
  const limit = (flag: string, description: string, value: number) => {
    const name = flag.split(' ')[0]!;
    command.option(flag, description, atLeastOne(name), value);
  };
  limit('--max-body <MiB>', 'size of a request', bodyBytes / 2 ** 20);
  limit('--max-pixels <millions>', 'pixels of an image', pixels / 1e6);
  limit('--max-images <n>', 'images in a request', images);
  limit('--max-faces <n>', 'faces of an image: the largest', faces);
  limit('--max-overlays <n>', 'heat maps drawn of an image: of its largest faces', overlays);
  limit('--max-requests <n>', 'requests taken at once', requests);
  limit('--read-timeout <s>', 'for a request to arrive', readTimeout / 1000);
  limit('--answer-timeout <s>', 'for a request to be answered', answerTimeout / 1000);
  return command;
}

async function run(signal: AbortSignal, flags: ServeFlags): Promise<void> {
  const {
    checkpoint = defaultModel,
    host,
    port,
    runs,
    faces,
    template,
    cropSize,
    workers,
    batchSize,
    batchDelay,
  } = flags;
  const { detector, landmarks } = finderOptions(flags);
  if (!faces) requireNoFaceFlags(flags);
  const token = await readToken(flags.tokenFile);
  const { signal: _, ...load } = await loadOptions(flags, signal);
  await noteModel(checkpoint);
  if (load.precision === 'int8') await prepareInt8(checkpoint, { ...load, signal }); // the worker cannot show it
  const { serve } = await import('../../server/serve.js');
  await serve({
    checkpoint,
    load,
    host,
    allowHosts: flags.allowHost,
    allowOrigins: flags.allowOrigin,
    port,
    faces,
    detector,
    landmarks,
    template,
    cropSize,
    workers,
    batchSize,
    batchDelay,
    runs,
    ...(token !== undefined && { token }),
    limits: limitsOf(flags),
    logger: { level: flags.logLevel, stream: process.stderr },
    signal,
    onListening(model, address) {
      noteLabels(model);
      if (token === undefined && !isLoopback(host)) {
        process.stderr.write(
          `Note: whoever reaches ${host} may use this server; --token-file asks for a token.\n`,
        );
      }
      process.stdout.write(
        `Serving ${checkpoint} on ${address} (studio: ${address}, API: ${address}/docs). Ctrl-C stops.\n`,
      );
    },
  });
}

/** @throws PosterError `option.invalid` for flags that would have no effect */
function requireNoFaceFlags({ detector, landmarks, template, cropSize }: FaceFlags): void {
  if ((detector ?? landmarks ?? template ?? cropSize) === undefined) return;
  throw new PosterError(
    'option.invalid',
    'Expected none of --detector, --landmarks, --template and --crop-size beside --no-faces; leave out one or the other.',
  );
}

function limitsOf(flags: ServeFlags): Partial<ServerLimits> {
  return {
    bodyBytes: flags.maxBody * 2 ** 20,
    // One request of the largest size must always fit.
    heldBytes: Math.max(defaultLimits.heldBytes, flags.maxBody * 2 ** 20),
    pixels: flags.maxPixels * 1e6,
    images: flags.maxImages,
    faces: flags.maxFaces,
    overlays: flags.maxOverlays,
    requests: flags.maxRequests,
    readTimeout: flags.readTimeout * 1000,
    answerTimeout: flags.answerTimeout * 1000,
  };
}

/** From a file or the environment, never from the command line, which all users of a machine can see. */
async function readToken(file: string | undefined): Promise<string | undefined> {
  const where = file ?? '$POSTER_TOKEN';
  const text = file === undefined ? process.env.POSTER_TOKEN : await readTokenFile(file);
  const token = text?.trim();
  if (token === undefined || /^\S+$/.test(token)) return token;
  throw new PosterError(
    'option.invalid',
    `Expected a token without spaces in ${where}, got ${token ? 'some' : 'none'}.`,
  );
}

async function readTokenFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new PosterError('file.missing', `Cannot read the token in ${file}: ${messageOf(error)}.`);
  }
}

/** Of an option that may be repeated. */
function listOf(parse: (text: string) => string): (text: string, before?: string[]) => string[] {
  return (text, before = []) => [...before, parse(text)];
}

function atLeastOne(name: string): (text: string) => number {
  return wholeNumber(name, 1);
}

function portNumber(text: string): number {
  const port = wholeNumber('--port', 0)(text);
  if (port <= 65_535) return port;
  throw new PosterError('option.invalid', `Expected --port to be at most 65535, got ${port}.`);
}

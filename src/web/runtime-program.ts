/** Fetches ONNX Runtime's program where it lies compressed, so that any server of files will do. Browser-safe. */
import { messageOf, PosterError } from '../errors.js';

/** How files begin. */
const gzip = [0x1f, 0x8b];
const webAssembly = [0x00, 0x61, 0x73, 0x6d];

/**
 * The program at the address of a `.wasm.gz`, unpacked; a server may have unpacked it on the way already.
 *
 * @throws PosterError `engine.unavailable` when there is no such program
 */
export async function fetchProgram(address: URL): Promise<Uint8Array> {
  const response = await fetch(address).catch((error: unknown) => {
    throw unavailable(address, messageOf(error), error);
  });
  if (!response.ok) throw unavailable(address, `the server answered ${response.status}`);
  const bytes = new Uint8Array(await response.arrayBuffer());
  const program = beginsWith(bytes, gzip) ? await unpack(bytes) : bytes;
  if (beginsWith(program, webAssembly)) return program;
  throw unavailable(address, 'the server sent something else');
}

async function unpack(bytes: Uint8Array): Promise<Uint8Array> {
  const unpacked = new Blob([bytes as BlobPart]).stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(unpacked).arrayBuffer().catch(() => new ArrayBuffer(0)));
}

function beginsWith(bytes: Uint8Array, beginning: readonly number[]): boolean {
  return beginning.every((byte, i) => bytes[i] === byte);
}

function unavailable(address: URL, why: string, cause?: unknown): PosterError {
  return new PosterError(
    'engine.unavailable',
    `Expected ONNX Runtime's program at ${address.href}, but ${why}; serve the whole folder of the library.`,
    { cause },
  );
}

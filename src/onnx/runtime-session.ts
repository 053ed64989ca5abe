/** What a session of ONNX Runtime is to us, whichever build of it runs. Browser-safe. */
import { messageOf, PosterError } from '../errors.js';
import type { Shape } from '../tensor/host-tensor.js';
import { outputNames, runInParts, type Session, toModelOutputs } from './session.js';
import type { FloatTensor, ModelInput, TensorModel } from './tensor-model.js';

/** A session as every build of the runtime gives it; `Tensor` is that build's own. */
export interface RuntimeSession<Tensor> {
  readonly inputMetadata: readonly InputMetadata[];
  readonly outputNames: readonly string[];
  run(
    feeds: Readonly<Record<string, Tensor>>,
    fetches: readonly string[],
  ): Promise<Readonly<Record<string, { readonly data: unknown; readonly dims: Shape }>>>;
  release(): Promise<void>;
}

type InputMetadata =
  | { readonly name: string; readonly isTensor: false }
  | { readonly name: string; readonly isTensor: true; readonly shape: readonly (number | string)[] };

/** Makes a float32 tensor of a build of the runtime. */
export type MakeTensor<Tensor> = (values: Float32Array, shape: Shape) => Tensor;

/** A session that holds a POSTER V2 model. */
export function toSession<Tensor>(session: RuntimeSession<Tensor>, makeTensor: MakeTensor<Tensor>): Session {
  const [, , imageSize] = session.inputMetadata.map(describeInput).find(takesImages)?.shape ?? [];
  return {
    givesAttention: session.outputNames.includes('attention'),
    imageSize,
    run: (images, count, options = {}) =>
      runInParts(
        async (part, size) => {
          const side = Math.sqrt(part.length / size / 3);
          const feeds = { images: makeTensor(part, [size, 3, side, side]) };
          return toModelOutputs(await runSession(session, feeds, outputNames(options)));
        },
        images,
        count,
      ),
    release: () => session.release(),
  };
}

/** A session that holds any model whose inputs and outputs are float32. */
export function toTensorModel<Tensor>(
  session: RuntimeSession<Tensor>,
  makeTensor: MakeTensor<Tensor>,
): TensorModel {
  return {
    inputs: session.inputMetadata.map(describeInput),
    outputNames: session.outputNames,
    async run(inputs) {
      const feeds = mapValues(inputs, ({ values, shape }) => makeTensor(values, shape));
      const outputs = await runSession(session, feeds, session.outputNames);
      return mapValues(
        outputs,
        ({ data, dims }): FloatTensor => ({ values: data as Float32Array, shape: dims }),
      );
    },
    release: () => session.release(),
  };
}

function takesImages({ name }: ModelInput): boolean {
  return name === 'images';
}

function describeInput(input: InputMetadata): ModelInput {
  const shape = input.isTensor ? input.shape : [];
  return { name: input.name, shape: shape.map((size) => (typeof size === 'number' ? size : undefined)) };
}

function mapValues<From, To>(record: Readonly<Record<string, From>>, map: (value: From) => To) {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
}

function runSession<Tensor>(
  session: RuntimeSession<Tensor>,
  feeds: Readonly<Record<string, Tensor>>,
  fetches: readonly string[],
) {
  return runtimeCall(() => session.run(feeds, fetches), 'engine.failed', 'run the model');
}

/** Calls the runtime; what it throws becomes a PosterError. */
export async function runtimeCall<T>(
  call: () => Promise<T>,
  code: 'engine.unavailable' | 'engine.failed',
  what: string,
): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw new PosterError(code, `ONNX Runtime could not ${what}: ${messageOf(error)}.`, { cause: error });
  }
}

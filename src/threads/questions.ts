/** The asking side of the one protocol between threads, over any channel of messages. Browser-safe. */
import { abortedError, onAbort } from '../errors.js';
import { fromWire, type WireError } from './wire-error.js';

/** What the asking side says. */
export type ToAnswerer =
  | { readonly id: number; readonly name: string; readonly question: unknown }
  | { readonly cancel: number };

/** What the answering side says: how a question ended, or something that happened meanwhile. */
export type FromAnswerer =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: WireError }
  | { readonly id: number; readonly event: unknown };

/** What an answering method gets beside its question. */
export interface Job<Event = never> {
  /** Fires when the answer is no longer wanted. */
  readonly signal: AbortSignal;
  /** Tells the asking side of something before the answer. */
  readonly emit: (event: Event) => void;
}

/** The question of a method: its first argument. The answer is what it returns, the second argument is a {@link Job}. */
type QuestionOf<Method> = Method extends (question: infer Question, ...rest: never[]) => unknown
  ? Question
  : never;
type AnswerOf<Method> = Method extends (...args: never[]) => infer Answer ? Awaited<Answer> : never;
type EventOf<Method> = Method extends (question: never, job: Job<infer Event>) => unknown ? Event : never;

export interface AskOptions<Event = never> {
  /** Tells the other side when the answer is no longer wanted; how the question then ends, that side says. */
  readonly signal?: AbortSignal | undefined;
  /** What is given away with the question instead of being copied. */
  readonly transfer?: readonly object[];
  readonly onEvent?: ((event: Event) => void) | undefined;
}

/** Asks one of the methods that the other side has. */
export type Ask<Methods> = <Name extends keyof Methods & string>(
  name: Name,
  question: QuestionOf<Methods[Name]>,
  options?: AskOptions<EventOf<Methods[Name]>>,
) => Promise<AnswerOf<Methods[Name]>>;

export interface Questions<Methods> {
  readonly ask: Ask<Methods>;
  /** Questions without an answer yet. */
  readonly open: number;
  /** Takes what the answering side says. */
  receive(message: FromAnswerer): void;
  /** Later questions fail with the reason. The first reason stands. */
  refuse(reason: Error): void;
  /** So do those that are open, since no answer will come. */
  fail(reason: Error): void;
}

interface Open {
  readonly resolve: (answer: never) => void;
  readonly reject: (error: Error) => void;
  readonly onEvent: ((event: never) => void) | undefined;
}

export function openQuestions<Methods>(
  post: (message: ToAnswerer, transfer: readonly object[]) => void,
): Questions<Methods> {
  const open = new Map<number, Open>();
  let last = 0;
  let refusal: Error | undefined;

  const ask: Ask<Methods> = async (name, question, { signal, transfer = [], onEvent } = {}) => {
    if (refusal) throw refusal;
    if (signal?.aborted) throw abortedError(signal);
    const id = ++last;
    const cancel = () => post({ cancel: id }, []);
    post({ id, name, question }, transfer);
    const leave = onAbort(signal, cancel);
    try {
      return await new Promise((resolve, reject) => open.set(id, { resolve, reject, onEvent }));
    } finally {
      leave();
    }
  };

  return {
    ask,
    get open() {
      return open.size;
    },
    receive(message) {
      const asked = open.get(message.id);
      if ('event' in message) return asked?.onEvent?.(message.event as never);
      open.delete(message.id);
      if ('error' in message) asked?.reject(fromWire(message.error));
      else asked?.resolve(message.answer as never);
    },
    refuse(reason) {
      refusal ??= reason;
    },
    fail(reason) {
      refusal ??= reason;
      const failed = [...open.values()];
      open.clear();
      for (const { reject } of failed) reject(reason);
    },
  };
}

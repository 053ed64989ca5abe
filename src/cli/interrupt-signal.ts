/**
 * A signal that fires when the process is asked to stop (SIGINT, SIGTERM), so that long work ends cleanly.
 * A second request ends the process as usual.
 */
export function interruptSignal(): AbortSignal {
  const controller = new AbortController();
  for (const name of ['SIGINT', 'SIGTERM'] as const)
    process.once(name, () => controller.abort(new Error(`The process received ${name}.`)));
  return controller.signal;
}

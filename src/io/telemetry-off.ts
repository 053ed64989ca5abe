/**
 * Switches off what ONNX Runtime reports to its makers, for this process and the threads it starts from here on. Imported
 * for this effect alone, by whatever may open a session or start a thread that does.
 *
 * The runtime reads the process's environment when its first session opens, and only the main thread can change that: a
 * worker has a copy. A program that imports this library in a worker of its own and nowhere else is therefore warned.
 */
import process from 'node:process';
import { isMainThread } from 'node:worker_threads';

const name = 'ORT_DISABLE_TELEMETRY';

if (isMainThread) process.env[name] ??= '1';
else if (process.env[name] === undefined && process.platform === 'linux') {
  process.emitWarning(
    `ONNX Runtime's telemetry is on, since a worker thread cannot switch it off; import 'poster-v2' in the main thread first, or set ${name}=1.`,
    { code: 'POSTER_TELEMETRY' },
  );
}

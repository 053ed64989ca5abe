/** How far the load of the model into the page is. Browser-safe. */
import type { LoadProgress } from '../../../web/messages.js';
import { Failure } from '../../parts/notice.js';
import type { LocalModel } from './use-local-model.js';

export function ModelLoad({ poster, progress, error, retry }: LocalModel) {
  if (poster) return null;
  if (error)
    return (
      <div class="load">
        <Failure error={error} />
        <button type="button" onClick={retry}>
          Try again
        </button>
      </div>
    );
  return (
    <div class="load card">
      <label for="load">{describe(progress)}</label>
      <progress id="load" {...portion(progress)} />
    </div>
  );
}

function portion(progress: LoadProgress | undefined): { value?: number; max?: number } {
  if (progress?.stage !== 'download' || !progress.total) return {};
  return { value: progress.loaded, max: progress.total };
}

function describe(progress: LoadProgress | undefined): string {
  if (!progress) return 'The server prepares its model for the browser …';
  if (progress.stage === 'prepare') return 'Preparing the network …';
  const { loaded, total } = progress;
  return `Loading the model: ${megabytes(loaded)}${total ? ` of ${megabytes(total)}` : ''} MB`;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

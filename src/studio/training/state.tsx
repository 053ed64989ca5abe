/** How a run stands, in a word. Browser-safe. */
import type { RunStatus } from '../../runs/run-status.js';

export function State({ status }: { readonly status: RunStatus | null }) {
  return <span class={`chip state ${status?.state ?? ''}`}>{status?.state ?? 'unknown'}</span>;
}

/** The model behind a server. */
import type { Poster } from '../core/poster.js';

/** What the server needs of a model; a {@link Poster} has it. */
export type ServerModel = Pick<
  Poster,
  | 'labels'
  | 'labelOrigin'
  | 'alignment'
  | 'network'
  | 'color'
  | 'path'
  | 'explains'
  | 'predictBatch'
  | 'explainBatch'
>;

/** Where the training engine lies, and what builds it. */
import { fileURLToPath } from 'node:url';

/** In build/native, seen from build/src/torch; POSTER_NATIVE names another build of it. */
export const addonPath =
  process.env.POSTER_NATIVE ?? fileURLToPath(new URL('../../native/poster_torch.node', import.meta.url));

/** What a person types to build it: in a project that installed this package, or in a clone of it. */
export const buildCommand = fileURLToPath(import.meta.url).includes('/node_modules/')
  ? 'npx poster setup --native'
  : 'npm run setup -- --native';

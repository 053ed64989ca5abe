/** Chooses what is laid over a picture. Browser-safe. */
import type { Recognised } from './recognition.js';

interface LayersProps {
  readonly result: Recognised | undefined;
  readonly heat: boolean;
  readonly setHeat: (shown: boolean) => void;
  readonly landmarks: boolean;
  readonly setLandmarks: (shown: boolean) => void;
}

/** What may be laid over the picture. */
export function Layers({ result, heat, setHeat, landmarks, setLandmarks }: LayersProps) {
  const has = (what: 'heat' | 'place') => result?.faces.some((face) => face[what]) ?? false;
  return (
    <div class="layers">
      {has('heat') && (
        <button type="button" aria-pressed={heat} onClick={() => setHeat(!heat)}>
          Heat map
        </button>
      )}
      {has('place') && (
        <button type="button" aria-pressed={landmarks} onClick={() => setLandmarks(!landmarks)}>
          Landmarks
        </button>
      )}
    </div>
  );
}

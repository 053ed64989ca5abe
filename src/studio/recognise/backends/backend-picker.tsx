/** Chooses who recognises. Browser-safe. */
import { type Backend, backends } from '../recognition.js';

const titles: Record<Backend, string> = { server: 'On the server', browser: 'In this browser' };

interface BackendPickerProps {
  readonly backend: Backend;
  readonly setBackend: (backend: Backend) => void;
}

export function BackendPicker({ backend, setBackend }: BackendPickerProps) {
  return (
    <fieldset class="choice">
      <legend class="unseen">Where to recognise</legend>
      {backends.map((one) => (
        <label key={one}>
          <input
            type="radio"
            name="backend"
            value={one}
            checked={one === backend}
            onChange={() => setBackend(one)}
          />
          <span>{titles[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

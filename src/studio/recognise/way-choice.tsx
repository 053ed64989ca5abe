/** Chooses who recognises. Browser-safe. */
import { type Way, ways } from './recognition.js';

const titles: Record<Way, string> = { server: 'On the server', browser: 'In this browser' };

interface WayChoiceProps {
  readonly way: Way;
  readonly setWay: (way: Way) => void;
}

export function WayChoice({ way, setWay }: WayChoiceProps) {
  return (
    <fieldset class="choice">
      <legend class="unseen">Where to recognise</legend>
      {ways.map((one) => (
        <label key={one}>
          <input type="radio" name="way" value={one} checked={one === way} onChange={() => setWay(one)} />
          <span>{titles[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}

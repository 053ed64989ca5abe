/** Goes through the themes. Browser-safe. */
import { useState } from 'preact/hooks';
import { applyTheme, storedTheme, themes } from '../theme.js';
import { Icon } from './icon.js';

export function ThemeButton() {
  const [theme, setTheme] = useState(storedTheme);
  const next = themes[(themes.indexOf(theme) + 1) % themes.length]!;
  const change = () => {
    applyTheme(next);
    setTheme(next);
  };
  const title = `Colours: ${theme}. Change to ${next}.`;
  return (
    <button type="button" class="plain" onClick={change} title={title} aria-label={title}>
      <Icon name="theme" />
    </button>
  );
}

/** Light, dark, or as the system has it. Browser-safe. */
import { paletteCss } from '../report/charts/palette.js';

export const themes = ['system', 'light', 'dark'] as const;
export type ThemeChoice = (typeof themes)[number];

const storageKey = 'poster-theme';

/** Gives the page the colours of our charts and the theme of the last visit. */
export function startTheme(): void {
  const sheet = new CSSStyleSheet();
  const dark = paletteCss('dark');
  sheet.replaceSync(
    `:root{${paletteCss('light')}}:root[data-theme=dark]{${dark}}` +
      `@media (prefers-color-scheme:dark){:root:not([data-theme=light]){${dark}}}`,
  );
  document.adoptedStyleSheets.push(sheet);
  applyTheme(storedTheme());
}

export function storedTheme(): ThemeChoice {
  const stored = localStorage.getItem(storageKey);
  return themes.find((theme) => theme === stored) ?? 'system';
}

export function applyTheme(theme: ThemeChoice): void {
  localStorage.setItem(storageKey, theme);
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

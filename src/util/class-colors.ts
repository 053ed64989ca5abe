/**
 * The colours of classes, the same wherever classes are drawn: after Okabe and Ito's palette, which the colour-blind
 * tell apart too ("Color Universal Design", 2008). Browser-safe.
 */

/** One hue, as it stands out on light and on dark ground; `#rrggbb`. */
export interface ClassColor {
  readonly onLight: string;
  readonly onDark: string;
}

/** In the order of the classes; more classes than these begin anew. */
export const classColors: readonly ClassColor[] = [
  { onLight: '#e3cf1c', onDark: '#f0e442' },
  { onLight: '#56b4e9', onDark: '#56b4e9' },
  { onLight: '#009e73', onDark: '#2fc79b' },
  { onLight: '#e69f00', onDark: '#e69f00' },
  { onLight: '#4a66d6', onDark: '#7f9cf5' },
  { onLight: '#d9532c', onDark: '#ff7a59' },
  { onLight: '#9a9a9a', onDark: '#d9d9d9' },
  { onLight: '#cc79a7', onDark: '#e09cc3' },
];

/** What may be wider or longer than its place: it scrolls, by keyboard, too. Browser-safe. */
import type { ComponentChildren } from 'preact';

interface ScrollProps {
  /** Whether it also scrolls down. */
  readonly long?: boolean;
  readonly children: ComponentChildren;
}

export function Scroll({ long = false, children }: ScrollProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is to be reached by keyboard (WCAG 2.1.1)
    <div class={long ? 'scroll long' : 'scroll'} tabIndex={0}>
      {children}
    </div>
  );
}

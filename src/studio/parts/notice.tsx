/** A sentence about something that went wrong or is not there. Browser-safe. */
import type { ComponentChildren } from 'preact';

export function Failure({ error }: { readonly error: Error }) {
  return (
    <p class="notice failure" role="alert">
      {error.message}
    </p>
  );
}

interface EmptyProps {
  readonly title: string;
  readonly children: ComponentChildren;
}

export function Empty({ title, children }: EmptyProps) {
  return (
    <div class="empty">
      <h2>{title}</h2>
      {children}
    </div>
  );
}

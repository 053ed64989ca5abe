/** A sentence about something that went wrong. Browser-safe. */
export function Failure({ error }: { readonly error: Error }) {
  return (
    <p class="notice failure" role="alert">
      {error.message}
    </p>
  );
}

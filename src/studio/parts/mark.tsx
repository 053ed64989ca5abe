/** The project's mark. Browser-safe. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M7 11V9a2 2 0 0 1 2-2h2M21 7h2a2 2 0 0 1 2 2v2M25 21v2a2 2 0 0 1-2 2h-2M11 25H9a2 2 0 0 1-2-2v-2" />
      <path d="M12.5 13v1.2M19.5 13v1.2M11.8 18.2c1.9 2.6 6.5 2.6 8.4 0" />
    </svg>
  );
}

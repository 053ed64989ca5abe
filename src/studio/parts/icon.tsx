/** Small line drawings. Browser-safe. */

const paths = {
  picture: 'M4 5h16v14H4zM4 16l4.5-4.5 4 4 3-3L20 17M14.5 9.5h.01',
  camera: 'M3 7h12v10H3zM15 11l6-3.5v9L15 13',
  file: 'M6 3h8l4 4v14H6zM14 3v4h4',
  folder: 'M3 6h6l2 2.5h10V19H3z',
  close: 'M6 6l12 12M18 6L6 18',
  theme: 'M12 3a9 9 0 1 0 0 18zM12 3a9 9 0 0 1 0 18',
} as const;

export type IconName = keyof typeof paths;

export function Icon({ name }: { readonly name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The project's mark. */
export function Mark() {
  return (
    <svg class="mark" viewBox="0 0 32 32" aria-hidden="true">
      <rect width="32" height="32" rx="9" />
      <path d="M7 11V9a2 2 0 0 1 2-2h2M21 7h2a2 2 0 0 1 2 2v2M25 21v2a2 2 0 0 1-2 2h-2M11 25H9a2 2 0 0 1-2-2v-2" />
      <path d="M12.5 13v1.2M19.5 13v1.2M11.8 18.2c1.9 2.6 6.5 2.6 8.4 0" />
    </svg>
  );
}

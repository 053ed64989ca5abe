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

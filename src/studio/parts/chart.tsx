/** A chart. Browser-safe. */

/** `svg` comes from src/report/charts, which escapes whatever is from outside. */
export function Chart({ svg }: { readonly svg: string }) {
  return <div class="chart" dangerouslySetInnerHTML={{ __html: svg }} />;
}

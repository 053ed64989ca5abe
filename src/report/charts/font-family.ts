/** The typeface of charts and pages. Browser-safe. */

/** Without quotes: ECharts writes it into an attribute as it is. */
export const fontFamily = 'system-ui, -apple-system, Segoe UI, Roboto, Helvetica Neue, sans-serif';

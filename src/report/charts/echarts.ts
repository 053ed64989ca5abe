/**
 * What of ECharts our charts are drawn with. The build puts ECharts itself into this file's compiled form
 * (scripts/charts.mjs), so that who installs the package need not install all of it. Browser-safe.
 */
import { BarChart, CustomChart, LineChart } from 'echarts/charts';
import { GridComponent, LegendComponent, MarkLineComponent, MarkPointComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

use([
  BarChart,
  CustomChart,
  LineChart,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  MarkPointComponent,
  SVGRenderer,
]);

/** An option of ECharts. */
export type ChartOption = Readonly<Record<string, unknown>>;

/** A chart as the text of an SVG document. */
export function drawChart(option: ChartOption, size: { width: number; height: number }): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, ...size });
  try {
    chart.setOption(option);
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}

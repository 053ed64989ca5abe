/**
 * Puts ECharts into the compiled module that draws charts, build/src/report/charts/echarts.js, with its licences beside
 * it, so that the package does not depend on all of ECharts. A module that holds it already stays as it is.
 *
 *   node scripts/charts.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const folder = fileURLToPath(new URL('../build/src/report/charts/', import.meta.url));
const module = join(folder, 'echarts.js');

if (/from 'echarts\//.test(readFileSync(module, 'utf8'))) {
  await bundle();
  writeLicences();
}

async function bundle() {
  const { build } = await import('vite');
  const { output } = await build({
    configFile: false,
    logLevel: 'warn',
    publicDir: false,
    define: { 'process.env.NODE_ENV': '"production"' },
    build: {
      write: false,
      target: 'es2023',
      minify: true,
      lib: { entry: module, formats: ['es'], fileName: 'echarts' },
    },
  }).then((results) => [results].flat()[0]);
  writeFileSync(module, output[0].code);
}

function writeLicences() {
  const resolve = createRequire(import.meta.url).resolve;
  const packages = { echarts: dirname(resolve('echarts/package.json')) };
  packages.zrender = dirname(
    createRequire(join(packages.echarts, 'index.js')).resolve('zrender/package.json'),
  );
  const files = [
    ['ECharts', packages.echarts, 'LICENSE'],
    ['ECharts', packages.echarts, 'NOTICE'],
    ['ZRender', packages.zrender, 'LICENSE'],
  ];
  const texts = files.map(
    ([name, from, file]) => `${name}, ${file}\n\n${readFileSync(join(from, file), 'utf8')}`,
  );
  writeFileSync(join(folder, 'echarts.LICENSE'), texts.join('\n\n'));
}

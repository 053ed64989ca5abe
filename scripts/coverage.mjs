/**
 * Which share of the lines of src the tests run: reads what Node counted (NODE_V8_COVERAGE) in every process and
 * thread, and puts it together. Lines are those of the compiled modules, without empty ones, comments and what the
 * compiler adds for `using`; what browsers run, or an older build left, is not among them.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** Browsers run these, and others wrote those. */
const notCounted = /^(studio|web)\/|\/generated\/|^report\/charts\/echarts\.js$/;

const built = new URL('../build/src/', import.meta.url);
const sources = new URL('../src/', import.meta.url);

/**
 * A table of folders, and a line for the whole.
 * @param {string} folder where the counts lie, as JSON
 */
export function coverageReport(folder) {
  const modules = new Map(
    readdirSync(built, { recursive: true, encoding: 'utf8' })
      .map((path) => path.replaceAll('\\', '/'))
      .filter((path) => path.endsWith('.js') && !notCounted.test(path) && hasSource(path))
      .map((path) => [path, openModule(new URL(path, built))]),
  );
  for (const name of readdirSync(folder))
    for (const { url, functions } of JSON.parse(readFileSync(`${folder}/${name}`, 'utf8')).result) {
      const module = url.startsWith(built.href) && modules.get(url.slice(built.href.length));
      if (module) markRun(module, functions);
    }
  const rooms = new Map();
  for (const [path, { lines }] of modules) {
    const room = path.includes('/') ? path.split('/', 1)[0] : '.';
    const sums = rooms.get(room) ?? { all: 0, run: 0 };
    sums.all += lines.length;
    sums.run += lines.filter(({ run }) => run).length;
    rooms.set(room, sums);
  }
  const whole = [...rooms.values()].reduce((a, b) => ({ all: a.all + b.all, run: a.run + b.run }));
  const row = (name, { all, run }) =>
    `${name.padEnd(12)} ${((100 * run) / all).toFixed(1).padStart(5)} % of ${all} lines`;
  return [...[...rooms].sort().map(([room, sums]) => row(room, sums)), row('src', whole)].join('\n');
}

function hasSource(path) {
  return existsSync(new URL(path.replace(/js$/, 'ts'), sources));
}

/** Its lines that hold code, with where they begin and end. */
function openModule(url) {
  const text = readFileSync(fileURLToPath(url), 'utf8');
  const lines = [];
  let start = 0;
  let inComment = false;
  let inHelper = false;
  for (const line of text.split('\n')) {
    const code = line.trim();
    const isComment = inComment || code.startsWith('//') || code.startsWith('/*');
    if (code.startsWith('/*')) inComment = true;
    if (inComment && code.includes('*/')) inComment = false;
    if (line.startsWith('var __')) inHelper = true;
    if (code && !isComment && !inHelper)
      lines.push({ start: start + line.indexOf(code), end: start + line.trimEnd().length, run: false });
    if (/^\}\)?;$/.test(line)) inHelper = false;
    start += line.length + 1;
  }
  return { lines, length: text.length };
}

/** A line was run where none of it lies in a range that was not; inner ranges come after those around them. */
function markRun({ lines, length }, functions) {
  const skipped = new Uint8Array(length + 1);
  for (const { ranges } of functions)
    for (const { startOffset, endOffset, count } of ranges)
      skipped.fill(count === 0 ? 1 : 0, startOffset, endOffset);
  for (const line of lines) if (!line.run) line.run = !skipped.subarray(line.start, line.end).includes(1);
}

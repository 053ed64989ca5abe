/**
 * Builds the training engine, build/native/poster_torch.node, from native/ against the libtorch it finds.
 * Nothing is built when it is up to date. On Debian or Ubuntu as root, what is missing is installed first.
 *
 *   node scripts/native-build.mjs [--no-install] [--force]
 */
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { availableParallelism } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { aptInstall, canInstall } from './apt.mjs';
import { findLibtorch } from './native-libtorch.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const sources = join(root, 'native');
const targets = {
  release: { folder: join(root, 'build/native'), flags: ['-O2'] },
  sanitized: {
    folder: join(root, 'build/native-sanitized'),
    flags: ['-O1', '-g', '-fno-omit-frame-pointer', '-fsanitize=address,undefined'],
  },
};
/**
 * OpenBLAS because libtorch-dev alone brings the reference BLAS, whose matrix products are many times slower; on OpenMP
 * because threads of its own would compete with libtorch's.
 */
const packages = ['g++', 'libtorch-dev', 'libopenblas0-openmp'];

/** Why the engine cannot be built, in words meant for a person. */
export class NativeUnavailable extends Error {}

/**
 * Makes sure that the addon is built and up to date.
 * @param {{ install?: boolean, force?: boolean, sanitized?: boolean, log?: (line: string) => void }} [options]
 *   sanitized: with AddressSanitizer and UndefinedBehaviorSanitizer, apart from the ordinary one
 * @returns {Promise<{ path: string, libtorch: import('./native-libtorch.mjs').Libtorch, built: boolean }>}
 * @throws NativeUnavailable when libtorch or a compiler is missing, or when compiling fails
 */
export async function ensureNative({
  install = true,
  force = false,
  sanitized = false,
  log = console.log,
} = {}) {
  const found = findTools();
  const tools = install && (!found || found.libtorch.lacksBlas) ? installTools(found, log) : found;
  if (!tools) throw new NativeUnavailable(explain());
  const plan = compilePlan(tools, sanitized ? targets.sanitized : targets.release);
  const built = force || !isUpToDate(plan);
  if (built) await compile(plan, tools, log);
  return { path: plan.addon, libtorch: tools.libtorch, built };
}

/** A compiler, libtorch and the headers of Node, or nothing when one is missing. */
function findTools() {
  const compiler = findCompiler();
  const { libtorch } = findLibtorch();
  const nodeHeaders = findNodeHeaders();
  const addonApi = packageFolder('node-addon-api');
  if (!compiler || !libtorch || !nodeHeaders || !addonApi) return undefined;
  return { compiler, libtorch, headers: [nodeHeaders, addonApi] };
}

function findCompiler() {
  const candidates = [process.env.CXX, 'g++', 'clang++', 'c++'].filter(Boolean);
  return candidates.find((name) => spawnSync(name, ['--version']).status === 0);
}

/** The folder of an npm package, wherever npm put it. */
function packageFolder(name) {
  try {
    return dirname(createRequire(import.meta.url).resolve(`${name}/package.json`));
  } catch {
    return undefined;
  }
}

function findNodeHeaders() {
  const headersPackage = packageFolder('node-api-headers');
  const candidates = [
    process.env.NODE_HEADERS,
    headersPackage && join(headersPackage, 'include'),
    join(dirname(process.execPath), '../include/node'),
    '/usr/include/node',
  ].filter(Boolean);
  return candidates.find((folder) => existsSync(join(folder, 'node_api.h')));
}

/** Installs what is missing where that is ours to do: root on a Debian-like system. */
function installTools(found, log) {
  if (!canInstall() || process.env.LIBTORCH) return found;
  log(`Installing ${packages.join(', ')} for the training engine ...`);
  aptInstall(packages);
  return findTools();
}

function explain() {
  const { libtorch, tried } = findLibtorch();
  const compiler = findCompiler();
  const lines = [
    "Training needs PyTorch's C++ library and a C++ compiler (recognition does not).",
    libtorch
      ? `libtorch: ${libtorch.version}, ${libtorch.source}.`
      : `libtorch: not found (${tried.join('; ')}).`,
    compiler ? `Compiler: ${compiler}.` : 'Compiler: none (tried $CXX, g++, clang++, c++).',
    findNodeHeaders() && packageFolder('node-addon-api')
      ? "Node's headers: found."
      : "Node's headers: not found (npm packages node-api-headers and node-addon-api); run `npm install`.",
    'Install what is missing in one of these ways, then run this again:',
    `  Debian or Ubuntu:  sudo apt-get install -y --no-install-recommends ${packages.join(' ')}`,
    '  with Python:       python3 -m pip install torch   (and a C++ compiler)',
    '  by hand:           export LIBTORCH=/path/to/libtorch   (the unpacked archive with include/ and lib/)',
  ];
  return lines.join('\n');
}

/** The commands that build the addon, and a hash of everything that shapes the result. */
function compilePlan({ compiler, libtorch, headers }, target) {
  const includes = [...headers, ...libtorch.includes.filter((path) => path !== '/usr/include')];
  const flags = [
    `-std=${libtorch.standard}`,
    ...target.flags,
    ...['-fPIC', '-fvisibility=hidden', '-Wall', '-Wextra', '-Wno-unused-parameter'],
    ...['-DNAPI_VERSION=8', '-DNODE_ADDON_API_CPP_EXCEPTIONS'],
    `-D_GLIBCXX_USE_CXX11_ABI=${libtorch.cxx11Abi}`,
    ...includes.flatMap((path) => ['-isystem', path]),
  ];
  if (hasCudaAllocator({ compiler, libtorch }, flags)) {
    flags.push('-DPOSTER_CUDA', '-isystem', libtorch.cudaHeaders);
  }
  const files = readdirSync(sources, { recursive: true }).sort();
  const hash = createHash('sha256');
  for (const file of files)
    if (statSync(join(sources, file)).isFile()) hash.update(file).update(readFileSync(join(sources, file)));
  const { size, mtimeMs } = statSync(join(libtorch.lib, 'libtorch_cpu.so'));
  const distributed = distributedVariants(libtorch);
  hash.update(JSON.stringify([compiler, flags, distributed, linkFlags(libtorch), libtorch, size, mtimeMs]));
  return {
    ...target,
    addon: join(target.folder, 'poster_torch.node'),
    stamp: join(target.folder, 'poster_torch.json'),
    flags,
    distributed,
    linkFlags: [...target.flags, ...linkFlags(libtorch)],
    units: files.filter((file) => file.endsWith('.cpp')),
    hash: hash.digest('hex'),
  };
}

/** Whether CUDA's memory statistics compile: the header wants CUDA's own, of a matching version. */
function hasCudaAllocator({ compiler, libtorch }, flags) {
  if (!libtorch.cuda || !libtorch.cudaHeaders) return false;
  const program = '#include <c10/cuda/CUDACachingAllocator.h>';
  const args = [...flags, '-isystem', libtorch.cudaHeaders, '-fsyntax-only', '-x', 'c++', '-'];
  return spawnSync(compiler, args, { input: program }).status === 0;
}

/**
 * Flags of distributed.cpp, to be tried in this order: with all that lets processes train together here, then
 * with less, since c10d's headers change between versions; at last without.
 */
function distributedVariants({ gloo, nccl, cudaHeaders }) {
  if (!gloo) return [[]];
  // Of gloo's own headers only names are needed; libtorch often comes without them.
  const overGloo = ['-DPOSTER_C10D', '-idirafter', join(sources, 'gloo-names')];
  const overNccl = [...overGloo, '-DPOSTER_NCCL', '-isystem', cudaHeaders, '-isystem', nccl];
  return [...(nccl && cudaHeaders ? [overNccl] : []), overGloo, []];
}

function isUpToDate({ addon, stamp, hash }) {
  return existsSync(addon) && existsSync(stamp) && JSON.parse(readFileSync(stamp, 'utf8')).hash === hash;
}

async function compile(plan, { compiler, libtorch }, log) {
  const { flags, units, distributed } = plan;
  log(`Compiling the training engine against libtorch ${libtorch.version} (${libtorch.source}) ...`);
  // A folder of our own, so that two builds at once do not mix; the result is moved into place.
  const scratch = join(plan.folder, `objects-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  try {
    const object = (unit) => join(scratch, unit.replace(/cpp$/, 'o'));
    const compileUnit = (unit, more) =>
      run(compiler, [...flags, ...more, '-c', join(sources, unit), '-o', object(unit)]);
    await inParallel(units, (unit) =>
      unit === 'distributed.cpp'
        ? firstThatWorks(distributed, (more) => compileUnit(unit, more))
        : compileUnit(unit, []),
    );
    const linked = join(scratch, 'poster_torch.node');
    await run(compiler, ['-shared', '-o', linked, ...units.map(object), ...plan.linkFlags]);
    renameSync(linked, plan.addon);
    writeFileSync(plan.stamp, `${JSON.stringify({ hash: plan.hash, libtorch }, null, 2)}\n`);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * CUDA's kernels register themselves when their library loads, so it is linked though nothing names it. The old kind
 * of rpath, because it also tells libtorch where to take its BLAS from. Never unloaded: libtorch holds what the addon
 * registers, also when the thread that loaded it has ended.
 */
function linkFlags({ lib, cuda, blas }) {
  const libraries = ['-ltorch', '-ltorch_cpu', '-lc10', ...(cuda ? ['-ltorch_cuda', '-lc10_cuda'] : [])];
  const rpath = [blas, lib].filter(Boolean).map((folder) => `-Wl,-rpath,${folder}`);
  return [
    `-L${lib}`,
    '-Wl,--disable-new-dtags',
    '-Wl,-z,nodelete',
    ...rpath,
    '-Wl,--no-as-needed',
    ...libraries,
  ];
}

/** Runs `job` on the options in turn until it succeeds with one; fails as it did with the last. */
async function firstThatWorks([option, ...others], job) {
  try {
    await job(option);
  } catch (error) {
    if (others.length === 0) throw error;
    await firstThatWorks(others, job);
  }
}

/** Runs `job` on every item, as many at once as there are processors. */
async function inParallel(items, job) {
  const queue = [...items];
  const worker = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await job(item);
  };
  await Promise.all(Array.from({ length: Math.min(availableParallelism(), items.length) }, worker));
}

function run(command, args) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
    let text = '';
    child.stderr.setEncoding('utf8').on('data', (part) => {
      text += part;
    });
    child.on('error', reject);
    child.on('close', (code) => {
      if (code === 0) return resolve(undefined);
      const excerpt = text.split('\n').slice(0, 40).join('\n');
      reject(
        new NativeUnavailable(
          `The training engine did not compile:\n${command} ${args.join(' ')}\n${excerpt}`,
        ),
      );
    });
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const options = {
    install: !process.argv.includes('--no-install'),
    force: process.argv.includes('--force'),
  };
  try {
    const { path, libtorch, built } = await ensureNative(options);
    console.log(`${built ? 'Built' : 'Up to date:'} ${path} (libtorch ${libtorch.version})`);
  } catch (error) {
    if (!(error instanceof NativeUnavailable)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}

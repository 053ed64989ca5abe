/**
 * Finds libtorch, PyTorch's C++ library: where LIBTORCH points, inside an installed Python torch, or where
 * the system's libtorch-dev puts it. Nothing but Node's built-ins.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readdirSync, readFileSync, readSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';

/**
 * @typedef {object} Libtorch
 * @property {string} source where it comes from, for people
 * @property {string} version such as '1.13.0'
 * @property {string[]} includes
 * @property {string} lib the folder of libtorch.so
 * @property {boolean} cuda whether it has the CUDA library
 * @property {string | undefined} cudaHeaders the folder of cuda_runtime_api.h
 * @property {boolean} gloo whether it was built with c10d over gloo
 * @property {string | undefined} blas the folder of OpenBLAS on OpenMP, where libtorch takes the system's BLAS
 * @property {boolean} lacksBlas whether it takes the system's BLAS and OpenBLAS on OpenMP is not there
 * @property {string | undefined} nccl the folder of nccl.h, where it was built with NCCL
 * @property {0 | 1} cxx11Abi which std::string it was built with
 * @property {'c++17' | 'c++20'} standard the C++ its headers ask for
 */

const needed = { header: 'ATen/core/dispatch/Dispatcher.h', library: 'libtorch.so' };
const multiarch = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu', riscv64: 'riscv64-linux-gnu' };

/** @returns {{ libtorch: Libtorch | undefined, tried: string[] }} what was found, or why each place failed */
export function findLibtorch() {
  const tried = [];
  for (const look of [fromEnvironment, fromPython, fromSystem]) {
    const { candidates, reason } = look();
    for (const candidate of candidates) {
      const missing = missingFile(candidate);
      if (missing === undefined) return { libtorch: describe(candidate), tried };
      tried.push(`${candidate.source}: no ${missing}`);
    }
    if (reason) tried.push(reason);
    // A LIBTORCH that is wrong is an error to report, not to work around.
    if (look === fromEnvironment && candidates.length > 0) break;
  }
  return { libtorch: undefined, tried };
}

function fromEnvironment() {
  const root = process.env.LIBTORCH;
  if (!root) return { candidates: [], reason: 'LIBTORCH is not set' };
  return {
    candidates: [{ source: `LIBTORCH=${root}`, include: join(root, 'include'), lib: join(root, 'lib') }],
  };
}

const pythonProgram = `
import importlib.util
spec = importlib.util.find_spec("torch")
print(spec.submodule_search_locations[0] if spec else "")
`;

/** Asks each Python where its torch is, without importing it. */
function fromPython() {
  const venv = process.env.VIRTUAL_ENV;
  const pythons = [process.env.PYTHON, venv && join(venv, 'bin/python'), 'python3', '/usr/bin/python3'];
  const candidates = [];
  for (const python of new Set(pythons.filter(Boolean))) {
    const { status, stdout } = spawnSync(python, ['-c', pythonProgram], { encoding: 'utf8' });
    const root = status === 0 ? stdout.trim() : '';
    if (root)
      candidates.push({
        source: `torch of ${python}`,
        include: join(root, 'include'),
        lib: join(root, 'lib'),
      });
  }
  return { candidates, reason: candidates.length ? undefined : 'no Python with torch' };
}

function fromSystem() {
  const places = [
    { include: '/usr/local/include', lib: '/usr/local/lib' },
    { include: '/usr/include', lib: `/usr/lib/${multiarch[process.arch] ?? process.arch}` },
    { include: '/usr/include', lib: '/usr/lib64' },
  ];
  const candidates = places
    .filter(({ lib }) => existsSync(join(lib, needed.library)))
    .map((place) => ({ source: `the system's libtorch in ${place.lib}`, ...place }));
  return { candidates, reason: candidates.length ? undefined : 'no libtorch-dev of the system' };
}

function missingFile({ include, lib }) {
  const paths = [join(include, needed.header), join(lib, needed.library)];
  return paths.find((path) => !existsSync(path));
}

/** @returns {Libtorch} */
function describe({ source, include, lib: found }) {
  const lib = dirname(realpathSync(join(found, needed.library)));
  return {
    source,
    version: version(include),
    includes: [include, join(include, 'torch/csrc/api/include')],
    lib,
    cuda: existsSync(join(lib, 'libtorch_cuda.so')),
    cudaHeaders: cudaHeaders(lib),
    ...systemBlas(lib),
    gloo: defines(lib, 'libtorch_cpu.so', 'N4c10d16ProcessGroupGlooC1E'),
    nccl: defines(lib, 'libtorch_cuda.so', 'N4c10d16ProcessGroupNCCLC1E') ? ncclHeaders(lib) : undefined,
    cxx11Abi: cxx11Abi(lib),
    standard: readFileSync(join(include, 'ATen/ATen.h'), 'latin1').includes('202002L') ? 'c++20' : 'c++17',
  };
}

/** The version its header defines; the header moved in 2.9. */
function version(include) {
  const headers = ['torch/headeronly/version.h', 'torch/csrc/api/include/torch/version.h'];
  const text = headers
    .map((header) => join(include, header))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const part = (name) => text.match(new RegExp(`TORCH_VERSION_${name} (\\d+)`))?.[1] ?? '?';
  return `${part('MAJOR')}.${part('MINOR')}.${part('PATCH')}`;
}

/** Read from the mangled name of a constructor that takes a std::string. */
function cxx11Abi(lib) {
  return readFileSync(join(lib, 'libc10.so')).includes('c105ErrorC2ENS_14SourceLocationESs') ? 0 : 1;
}

/** Debian's libtorch takes the BLAS that the system prefers; the one on OpenMP lies in a folder of its own. */
function systemBlas(lib) {
  const folder = join(lib, 'openblas-openmp');
  const fromSystem = existsSync(join(lib, 'libblas.so.3'));
  const found = fromSystem && existsSync(join(folder, 'libblas.so.3'));
  return { blas: found ? folder : undefined, lacksBlas: fromSystem && !found };
}

/** Whether a library defines a name: symbols stand in the file as text. CUDA's has gigabytes, hence the pieces. */
function defines(lib, library, symbol) {
  const path = join(lib, library);
  if (!existsSync(path)) return false;
  const piece = Buffer.alloc(2 ** 26);
  const file = openSync(path);
  try {
    // Each piece begins a symbol's length before the end of the last, so that none is cut in two.
    for (let at = 0, read = piece.length; read === piece.length; at += read - symbol.length) {
      read = readSync(file, piece, 0, piece.length, at);
      if (piece.subarray(0, read).includes(symbol)) return true;
    }
    return false;
  } finally {
    closeSync(file);
  }
}

/** CUDA's own headers: the toolkit's, or those that PyTorch's Python packages bring along. */
const cudaHeaders = (lib) => nvidiaHeaders(lib, 'cuda_runtime_api.h');
const ncclHeaders = (lib) => nvidiaHeaders(lib, 'nccl.h');

function nvidiaHeaders(lib, header) {
  const roots = [process.env.CUDA_HOME, process.env.CUDA_PATH, '/usr/local/cuda'].filter(Boolean);
  const packages = join(lib, '../../nvidia');
  if (existsSync(packages)) roots.push(...readdirSync(packages).map((name) => join(packages, name)));
  const folders = [...roots.map((root) => join(root, 'include')), '/usr/include'];
  return folders.find((folder) => existsSync(join(folder, header)));
}

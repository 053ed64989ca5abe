/** What the modules of a source tree import and touch, read from their syntax trees. */
import { readdirSync, readFileSync } from 'node:fs';
import { posix } from 'node:path';
import { type ESTree, parseSync, Visitor } from 'vite';

export interface Module {
  /** Relative to the root of the tree, with forward slashes, such as `image/resize.ts`. */
  readonly path: string;
  /** Whether the header comment promises that browsers can run it. */
  readonly browserSafe: boolean;
  /** Modules of the tree it imports, types and worker files included. */
  readonly modules: readonly Import[];
  /** Everything else it imports: packages and Node's own modules. */
  readonly packages: readonly string[];
  /** Globals that only Node has, such as `process`. */
  readonly nodeGlobals: readonly string[];
}

export interface Import {
  readonly path: string;
  /** A type is erased by the compiler, a worker is started: neither is loaded with the module. */
  readonly kind: ImportKind;
}

export type ImportKind = 'value' | 'type' | 'worker';

export type Modules = ReadonlyMap<string, Module>;

const nodeOnlyGlobals = new Set(['process', 'Buffer', '__dirname', '__filename', 'require', 'setImmediate']);

/** Reads every .ts and .tsx file under a folder. */
export function readModules(root: string): Modules {
  const paths = readdirSync(root, { recursive: true, encoding: 'utf8' })
    .map((path) => path.replaceAll('\\', '/'))
    .filter((path) => /\.tsx?$/.test(path));
  return new Map(paths.map((path) => [path, readModule(path, readFileSync(`${root}/${path}`, 'utf8'))]));
}

/** Reads one module from its source text. */
export function readModule(path: string, source: string): Module {
  const { program, errors } = parseSync(path, source);
  if (errors.length > 0) throw new Error(`${path} does not parse: ${errors[0]!.message}`);
  const found = new Map<string, ImportKind>();
  const add = (specifier: string, kind: ImportKind) =>
    found.set(specifier, kind === (found.get(specifier) ?? kind) ? kind : 'value');
  const nodeGlobals = new Set<string>();
  visitImports(program, add, (name) => nodeGlobals.add(name));
  const specifiers = [...found];
  return {
    path,
    browserSafe: /^(?:#!.*\n)?\s*\/\*\*(?:(?!\*\/)[\s\S])*\bBrowser-safe\./.test(source),
    modules: specifiers
      .filter(([specifier]) => specifier.startsWith('.'))
      .map(([specifier, kind]) => ({ path: resolve(path, specifier), kind })),
    packages: specifiers.map(([specifier]) => specifier).filter((specifier) => !specifier.startsWith('.')),
    nodeGlobals: [...nodeGlobals],
  };
}

function resolve(from: string, specifier: string): string {
  return posix.join(posix.dirname(from), specifier).replace(/\.js$/, '.ts');
}

type Add = (specifier: string, kind: ImportKind) => void;

function visitImports(program: ESTree.Program, add: Add, touchGlobal: (name: string) => void): void {
  const notGlobals = new Set<unknown>(); // identifiers that name a member, not a variable
  const declared = new Set<string>();
  const touched = new Set<string>();
  const visitor = new Visitor({
    ImportDeclaration({ source, importKind, specifiers }) {
      const onlyTypes =
        specifiers.length > 0 &&
        specifiers.every((one) => one.type === 'ImportSpecifier' && one.importKind === 'type');
      add(source.value, importKind === 'type' || onlyTypes ? 'type' : 'value');
    },
    ExportAllDeclaration({ source, exportKind }) {
      add(source.value, exportKind === 'type' ? 'type' : 'value');
    },
    ExportNamedDeclaration({ source, exportKind }) {
      if (source) add(source.value, exportKind === 'type' ? 'type' : 'value');
    },
    ImportExpression: ({ source }) => addLiteral(source, 'value', add),
    TSImportType: ({ source }) => add(source.value, 'type'),
    NewExpression({ callee, arguments: [first] }) {
      const isFileUrl = callee.type === 'Identifier' && callee.name === 'URL';
      if (isFileUrl && first?.type === 'Literal' && /\.js$/.test(`${first.value}`))
        addLiteral(first, 'worker', add);
    },
    MemberExpression({ computed, property }) {
      if (!computed) notGlobals.add(property);
    },
    Property({ computed, key }) {
      if (!computed) notGlobals.add(key);
    },
    PropertyDefinition: ({ key }) => notGlobals.add(key),
    MethodDefinition: ({ key }) => notGlobals.add(key),
    TSPropertySignature: ({ key }) => notGlobals.add(key),
    TSMethodSignature: ({ key }) => notGlobals.add(key),
    Identifier(identifier) {
      if (nodeOnlyGlobals.has(identifier.name) && !notGlobals.has(identifier)) touched.add(identifier.name);
    },
    FunctionDeclaration({ id }) {
      if (id) declared.add(id.name);
    },
    VariableDeclarator({ id }) {
      if (id.type === 'Identifier') declared.add(id.name);
    },
  });
  visitor.visit(program);
  for (const name of touched) if (!declared.has(name)) touchGlobal(name);
}

function addLiteral(source: ESTree.Expression, kind: ImportKind, add: Add): void {
  if (source.type === 'Literal' && typeof source.value === 'string') add(source.value, kind);
}

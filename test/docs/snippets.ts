/** The code that the documents show, as files to compile and to run. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('../../../', import.meta.url));

export const documents: readonly string[] = [
  'README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

export interface Snippet {
  /** Such as `faces-1`: the first of docs/faces.md. */
  readonly name: string;
  readonly text: string;
}

/** What a document's snippets take from the program around them, and its type. */
const surroundings: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  browser: {
    Poster: "typeof import('poster-v2/web').Poster",
    poster: "import('poster-v2/web').Poster",
    file: 'File',
    photo: 'HTMLVideoElement',
    face: "import('poster-v2/web').Face",
    show: '(...what: unknown[]) => void',
    draw: '(...what: unknown[]) => void',
  },
  explain: {
    poster: "import('poster-v2').Poster",
    crops: 'readonly string[]',
    show: '(...what: unknown[]) => void',
  },
  faces: { openFaceFinder: "typeof import('poster-v2').openFaceFinder" },
  server: { poster: "import('poster-v2').Poster", app: 'any', express: 'any' },
};

/** All blocks of code in JavaScript or TypeScript, each a module that knows what surrounds it. */
export function snippets(): Snippet[] {
  return documents.flatMap((document) => {
    const topic = document.replace(/^docs\/|\.md$/g, '');
    const blocks = readFileSync(join(root, document), 'utf8').matchAll(/^```(?:ts|js)\n(.*?)^```$/gms);
    return [...blocks].map(([, code], i) => ({
      name: `${topic}-${i + 1}`,
      text: `${declarations(code!, surroundings[topic] ?? {})}${code}\nexport {};\n`,
    }));
  });
}

function declarations(code: string, names: Readonly<Record<string, string>>): string {
  return Object.entries(names)
    .filter(
      ([name]) =>
        !new RegExp(`^(?:(?:const|let|await using) [^=]*|import [^']*)\\b${name}\\b`, 'm').test(code),
    )
    .map(([name, type]) => `declare const ${name}: ${type};\n`)
    .join('');
}

/** The calls of the `poster` command in blocks of code, each with its verb and its options. */
export function commandLines(): { document: string; line: string; words: readonly string[] }[] {
  return documents.flatMap((document) => {
    const blocks = readFileSync(join(root, document), 'utf8').matchAll(/^```(?:sh)?\n(.*?)^```$/gms);
    const lines = [...blocks].flatMap(([, text]) => text!.replaceAll('\\\n', ' ').split('\n'));
    return lines
      .map((line) => /(?:^|\| |npx )poster (.*)$/.exec(line))
      .filter((found) => found !== null)
      .map(([line, rest]) => ({ document, line, words: rest!.replace(/ [#|>&] .*$/, '').split(/\s+/) }));
  });
}

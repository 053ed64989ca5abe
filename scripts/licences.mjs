/** The licences of the packages that a bundle holds. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Writes LICENSES.txt into the folder of a bundle; `chunks`: what rolldown wrote. */
export function writeLicences(folder, chunks) {
  const modules = chunks.flatMap(({ moduleIds = [] }) => moduleIds);
  const folders = modules.map((id) => /^.*\/node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(id)?.[0]);
  const sections = [...new Set(folders.filter(Boolean))].map(licenceOf).sort();
  const text = sections.join(`\n\n${'-'.repeat(80)}\n\n`);
  writeFileSync(
    join(folder, 'LICENSES.txt'),
    `The files of this folder hold code of these packages.\n\n${text}\n`,
  );
}

function licenceOf(folder) {
  const { name, version, license, homepage, repository } = JSON.parse(
    readFileSync(join(folder, 'package.json'), 'utf8'),
  );
  const files = readdirSync(folder).filter((file) => /^(licen[cs]e|notice)/i.test(file));
  const texts = files.map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const source = homepage ?? repository?.url ?? repository;
  return [`${name} ${version}, ${license}, ${source}`, ...texts].join('\n\n');
}

/**
 * Puts the typeface for machines without fonts where src/image/sharp.ts looks for it: build/src/image/fonts.
 *
 *   node scripts/fonts.mjs
 */
import { copyFileSync, mkdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const typeface = dirname(createRequire(import.meta.url).resolve('@expo-google-fonts/open-sans/package.json'));
const folder = `${root}build/src/image/fonts`;

mkdirSync(folder, { recursive: true });
const files = ['400Regular/OpenSans_400Regular.ttf', '700Bold/OpenSans_700Bold.ttf', 'LICENSE_FONT'];
for (const file of files) copyFileSync(join(typeface, file), join(folder, basename(file)));
copyFileSync(`${root}src/image/fonts.conf`, join(folder, 'fonts.conf'));

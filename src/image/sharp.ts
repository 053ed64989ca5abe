/** sharp, which reads, writes and draws pictures; able to write in them on machines without fonts, too. */
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

/** A Linux without any, such as a slim container, would draw a box for each letter. Read when the first text is drawn. */
if (process.platform === 'linux' && !existsSync('/etc/fonts/fonts.conf'))
  process.env.FONTCONFIG_FILE ??= fileURLToPath(new URL('./fonts/fonts.conf', import.meta.url));

export type { Metadata, Sharp } from 'sharp';
export default sharp;

/** What the processor makes of 8-bit products. */
import { readFile } from 'node:fs/promises';
import { arch } from 'node:os';

/**
 * Whether the processor sums products of 8-bit numbers without saturating: VNNI on x86. Others, such as ARM, never
 * saturate. Where the system does not say (macOS and Windows on x86), it is taken to have none.
 */
export async function hasVnni(architecture = arch(), cpuinfo = '/proc/cpuinfo'): Promise<boolean> {
  if (architecture !== 'x64') return true;
  const text = await readFile(cpuinfo, 'utf8').catch(() => '');
  const [, flags = ''] = /^flags\s*:(.*)$/m.exec(text) ?? [];
  return flags.split(' ').some((flag) => flag === 'avx512_vnni' || flag === 'avx_vnni');
}

/** What to expect of a graph in 8 bits that was made elsewhere, on a processor that has none. */
export function unsureWithoutVnni(path: string): string {
  return `This processor has no VNNI, or does not say so: ${path}, which computes in 8 bits, is hardly faster than fp32 here, and if it was exported where there is VNNI its sums saturate and its answers are worse; export it on this machine.`;
}

/** Said once where it has none, without a full stop. */
export const withoutVnni =
  'This processor has no VNNI, or does not say so: weights get 7 bits, for sums of 8-bit products would saturate, and int8 is hardly faster than fp32 here';

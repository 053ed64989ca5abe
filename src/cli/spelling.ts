/**
 * Options by their other names: as the official program spells them (--data_type is --data-type, and so for every
 * option), and as older versions of this one did.
 */
const olderNames: Readonly<Record<string, string>> = { '--out': '--output' };

export function withOwnSpelling(args: readonly string[]): string[] {
  const end = args.indexOf('--');
  return args.map((arg, i) => (end === -1 || i < end ? spelled(arg) : arg));
}

function spelled(arg: string): string {
  return arg.replace(/^--[a-z][\w-]*(?==|$)/, (name) => {
    const dashed = name.replaceAll('_', '-');
    return olderNames[dashed] ?? dashed;
  });
}

/** What browser code uses of csv-parse, whose own types bring Node's along. */
export function parse(text: string, options: { readonly bom: true }): string[][];

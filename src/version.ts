/** This package's version, as in package.json. Browser-safe. */
export const version = '0.2.0';

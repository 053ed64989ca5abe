/** This package's version, as in package.json. Browser-safe. */
export const version = '0.1.0';

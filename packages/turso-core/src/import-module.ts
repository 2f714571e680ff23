/**
 * Imports a module for the bundles, whose `import()` becomes a call of this (`bundle.js`). Bundles are scripts with
 * compiled code (`load-compiled.ts`), and Node warns of `import()` in these.
 */
export function importModule(specifier: string): Promise<unknown> {
  return import(specifier);
}

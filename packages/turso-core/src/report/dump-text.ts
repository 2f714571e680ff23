import type { DumpResult } from '../commands/dump';

/** Returns the result of `dump` for people. It is empty if the dump itself was printed. */
export function dumpText({ file }: DumpResult): string {
  return file === null ? '' : `Dump written: ${file}`;
}

import type { DumpResult } from '../commands/dump';

/** The answer of `dump` for people: empty where the dump itself was printed. */
export function dumpText({ file }: DumpResult): string {
  return file === null ? '' : `Dump written: ${file}`;
}

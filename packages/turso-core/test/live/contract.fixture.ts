import fs from 'node:fs';
import path from 'node:path';

/** One step of a behaviour: its first line, and the lines that belong to it. */
export interface ContractStep {
  readonly line: number;
  readonly verb: string;
  /** The rest of its line. */
  readonly rest: string;
  readonly lines: readonly { readonly verb: string; readonly rest: string }[];
}

/** A behaviour that every language has. */
export interface Behaviour {
  readonly title: string;
  readonly steps: readonly ContractStep[];
}

/** The file that says what direct access does, in any language. */
export const CONTRACT = path.join(__dirname, '../../../turso-ffi/contract/direct-access.txt');

const BELONGING = ['bind', 'columns', 'row', 'changes', 'error', 'statement', 'values'];

/** Reads the contract. */
export function readContract(): Behaviour[] {
  const behaviours: {
    title: string;
    steps: (ContractStep & { lines: { verb: string; rest: string }[] })[];
  }[] = [];
  for (const [index, text] of fs.readFileSync(CONTRACT, 'utf8').split('\n').entries()) {
    if (text.trim() === '' || text.startsWith('#')) continue;
    const [, verb = '', rest = ''] = /^(\S+) ?(.*)$/.exec(text) ?? [];
    const steps = behaviours.at(-1)?.steps;
    if (verb === 'behaviour') behaviours.push({ title: rest, steps: [] });
    else if (BELONGING.includes(verb)) steps?.at(-1)?.lines.push({ verb, rest });
    else steps?.push({ line: index + 1, verb, rest, lines: [] });
  }
  return behaviours;
}

/** Reads a value as the contract writes it. */
export function readValue(text: string): null | bigint | number | string | Buffer {
  if (text === 'null') return null;
  const [, type, value = ''] = /^(\w+):(.*)$/s.exec(text) ?? [];
  if (type === 'int') return BigInt(value);
  if (type === 'real') return Number(value.replace('inf', 'Infinity'));
  if (type === 'text') return decodeURIComponent(value);
  if (type === 'blob') return Buffer.from(value, 'hex');
  throw new Error(`No value: ${text}`);
}

/** Words that are separated by single blanks. */
export function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

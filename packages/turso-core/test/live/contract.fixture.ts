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

const FOLDER = path.join(__dirname, '../../../turso-ffi/contract');

/** The file that says what direct access does, in any language. */
export const CONTRACT = path.join(FOLDER, 'direct-access.txt');

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

const RETRYABLE: Record<string, boolean[]> = { never: [false], sometimes: [false, true], always: [true] };

/** Reads which errors there are in any language, and what their `retryable` may be. */
export function readErrorCodes(): Map<string, boolean[] | undefined> {
  const lines = fs.readFileSync(path.join(FOLDER, 'error-codes.txt'), 'utf8').split('\n');
  return new Map(
    lines
      .filter((line) => line !== '' && !line.startsWith('#'))
      .map((line) => line.split(' '))
      .map(([, word = '', retryable = '']) => [word, RETRYABLE[retryable]]),
  );
}

/** Reads a value as the contract writes it. */
export function readValue(text: string): null | bigint | number | string | Buffer {
  if (text === 'null') return null;
  const [, type, value = ''] = /^(\w+):(.*)$/s.exec(text) ?? [];
  if (type === 'int') return BigInt(value);
  if (type === 'real') return Number(value.replace('inf', 'Infinity'));
  if (type === 'text') return readText(value);
  if (type === 'blob') return Buffer.from(value, 'hex');
  throw new Error(`No value: ${text}`);
}

/** Text with percents, and halves of surrogate pairs as if they were UTF-8: %ed%a0%80 to %ed%bf%bf. */
function readText(text: string): string {
  return text
    .split(/(%ed%[ab][0-9a-f]%[89ab][0-9a-f])/)
    .map((part, i) => {
      if (i % 2 === 0) return decodeURIComponent(part);
      const [, high = 0, low = 0] = part
        .split('%')
        .slice(1)
        .map((hex) => parseInt(hex, 16));
      return String.fromCharCode(0xd000 | ((high & 0x3f) << 6) | (low & 0x3f));
    })
    .join('');
}

/** SQL of the contract, in which %00 stands for a NUL. */
export function readSql(text: string): string {
  return text.replaceAll('%00', '\0');
}

/** Whether a behaviour is played with a server: it opens neither a file nor the URL of another place. */
export function needsServer({ steps }: Behaviour): boolean {
  return !steps.some(
    ({ verb, rest }) => verb === 'open' && words(rest).some((word) => ['file', 'at'].includes(word)),
  );
}

/** Words that are separated by single blanks. */
export function words(text: string): string[] {
  return text === '' ? [] : text.split(' ');
}

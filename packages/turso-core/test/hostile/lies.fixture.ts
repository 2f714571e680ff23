import { randomBytes } from 'node:crypto';
import type { ProxiedAnswer, ProxiedRequest } from './http-proxy.fixture';
import { spoil } from './spoil.fixture';

/** Servers that differ in what they can lie about: in Protocol Buffers, in JSON, and one that sends rows, not pages. */
export const KINDS = ['protobuf', 'json', 'rows'] as const;
export type Kind = (typeof KINDS)[number];

/** A lie, and what is known of it. */
export interface KnownLie {
  readonly lie: Lie;
  /** The only kind of server that can tell it. Default is any. */
  readonly only?: Kind;
  /** Whether the answer may still be one that a server could give, with other values. Default is false. */
  readonly mayBeLikely?: boolean;
}

/** What a server does to the true answer of one request. */
export type Lie = (
  answer: ProxiedAnswer,
  request: ProxiedRequest,
  earlier: readonly ProxiedAnswer[],
) => ProxiedAnswer | Promise<never>;

const withBody = (body: Buffer | string, type?: string): Lie => {
  const headers = type === undefined ? {} : { 'content-type': type };
  return (answer) => ({ ...answer, headers: { ...answer.headers, ...headers }, body: Buffer.from(body) });
};
const withText =
  (change: (text: string) => string): Lie =>
  (answer) => ({ ...answer, body: Buffer.from(change(answer.body.toString('latin1')), 'latin1') });
const noRoute: Lie = () => ({ status: 404, headers: {}, body: Buffer.from('{"error":"route not found"}') });
const inJson = (change: (text: string) => string): KnownLie => ({ lie: withText(change), only: 'json' });
const failed = (message: string, code: string): Buffer => {
  const result = { type: 'error', error: { message, code } };
  return Buffer.from(JSON.stringify({ baton: null, base_url: null, results: [result, result] }));
};

/** By what the server does. */
export const LIES: Readonly<Record<string, KnownLie>> = {
  'answers nothing': { lie: withBody('') },
  'answers with random bytes': {
    lie: (answer) => ({ ...answer, body: randomBytes(answer.body.length + 1) }),
  },
  'answers with zeros': { lie: (answer) => ({ ...answer, body: Buffer.alloc(answer.body.length) }) },
  'answers with a page': { lie: withBody('<!doctype html><title>Welcome</title>', 'text/html') },
  'answers with half': {
    lie: (answer) => ({ ...answer, body: answer.body.subarray(0, answer.body.length / 2) }),
  },
  'answers twice over': {
    lie: (answer) => ({ ...answer, body: Buffer.concat([answer.body, answer.body]) }),
  },
  'answers as to an earlier request': { lie: (answer, _request, earlier) => earlier.at(-1) ?? answer },
  'answers in the other encoding': {
    lie: (answer, { path }) =>
      path.includes('protobuf')
        ? { ...answer, body: failed('no', 'NO') }
        : { ...answer, body: Buffer.from('\x1a\x02\x12\x00', 'latin1') },
  },
  'answers with an empty list of results': { lie: withBody('{"baton":null,"base_url":null,"results":[]}') },
  'knows the path no more': { lie: noRoute },
  'knows Protocol Buffers no more': {
    lie: (answer, request, earlier) =>
      request.path.includes('protobuf') ? noRoute(answer, request, earlier) : answer,
    only: 'protobuf',
  },
  'knows no table that it knew': {
    lie: (answer, { path }) =>
      path.endsWith('/pipeline')
        ? { ...answer, body: failed('no such table: sqlite_dbpage', 'SQLITE_ERROR') }
        : answer,
    only: 'json',
  },
  'says that it has written more': inJson((text) => text.replace(/("replication_index":"?)\d+/g, '$1999999')),
  'says that it has written nothing': inJson((text) =>
    text.replace(/("replication_index":"?)\d+"?/g, '$1x"'),
  ),
  'says that it has changed more': inJson((text) => text.replace(/("affected_row_count":)\d+/g, '$1999')),
  'leaves out errors': inJson((text) => text.replace(/"step_errors":\[[^\]]*\]/g, '"step_errors":[]')),
  'leaves out results': inJson((text) =>
    text.replace(/"step_results":\[.*\](?=,"step_errors")/g, '"step_results":[]'),
  ),
  'gives another baton': inJson((text) => text.replace(/("baton":)"[^"]*"/g, '$1"AAAA"')),
  'gives a number for every text': inJson((text) => text.replace(/"[a-z+/=0-9]{3,}"/gi, '1e999')),
  'spoils a part': spoiling(1),
  'spoils another part': spoiling(2),
  'spoils a third part': spoiling(3),
  'is another server from there on': {
    lie: (answer, { path }) => (path.endsWith('Hello') ? { ...answer, body: swapped(answer.body) } : answer),
    only: 'protobuf',
  },
};

function spoiling(seed: number): KnownLie {
  const lie: Lie = (answer, _request, earlier) => ({
    ...answer,
    body: spoil(answer.body, 1000 * seed + earlier.length),
  });
  return { lie, mayBeLikely: true };
}

/** The same message with other ids: their hexadecimal digits are others. */
function swapped(body: Buffer): Buffer {
  const digits = '0123456789abcdef';
  const other = (digit: string): string => digits[15 - digits.indexOf(digit)] ?? digit;
  return Buffer.from(body.toString('latin1').replace(/(?<=[0-9a-f-])[0-9a-f]/g, other), 'latin1');
}

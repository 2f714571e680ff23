import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { systemCode } from '../errors';
import { notLibsql } from './http-errors';

/**
 * The body of an answer, decompressed. None is asked for, since libsql-server takes 35 times as long for it, but a proxy may compress all the
 * same. It comes in small pieces as it is read, so that whoever counts them can end before they are many. Throws REMOTE_NOT_LIBSQL for an
 * encoding that is not known, or not the one that the answer names.
 */
export function bodyOf(answer: IncomingMessage, location: string): AsyncIterable<Buffer> {
  const encoding = (answer.headers['content-encoding'] ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity') return answer;
  const decoder = Object.hasOwn(DECODERS, encoding) ? DECODERS[encoding]?.() : undefined;
  if (decoder !== undefined) return decompressed(answer, decoder, location);
  answer.destroy();
  throw notLibsql(location, 'its answer is compressed in a way that nobody asked for');
}

const DECODERS: Readonly<Record<string, () => Transform>> = {
  gzip: () => zlib.createGunzip(),
  'x-gzip': () => zlib.createGunzip(),
  deflate: () => zlib.createInflate(),
  br: () => zlib.createBrotliDecompress(),
};

async function* decompressed(
  answer: IncomingMessage,
  decoder: Transform,
  location: string,
): AsyncIterable<Buffer> {
  try {
    // Whatever ends one of both ends the other.
    for await (const piece of pipeline(answer, decoder, () => undefined)) yield piece as Buffer;
  } catch (error) {
    const code = systemCode(error);
    if (code === 'Z_BUF_ERROR')
      throw Object.assign(new Error('the answer was cut short'), { code: 'ECONNRESET' });
    if (/^Z_|^ERR_.*(?:BROTLI|PADDING|FORMAT|_ERROR_)/.test(code))
      throw notLibsql(location, 'its answer is not compressed as it says');
    throw error;
  }
}

import type { IncomingMessage } from 'node:http';
import { pipeline, type Transform } from 'node:stream';
import zlib from 'node:zlib';
import { systemCode } from '../errors';
import { notLibsql } from './http-errors';

/**
 * Returns the decompressed body of an answer. Requests ask for no compression, because libsql-server takes 35 times as
 * long with it. But a proxy may still compress. The body arrives in small pieces, so a reader can stop before there are
 * too many. Throws REMOTE_NOT_LIBSQL for an unknown or wrong encoding.
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
    // If one of both ends, so does the other.
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

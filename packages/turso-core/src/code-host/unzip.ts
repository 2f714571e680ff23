import { crc32, inflateRawSync } from 'node:zlib';
import { isPortableName } from '../portable-name';

/** A file of an archive. */
export interface ZipFile {
  /** Its path, with slashes. It stays within the target folder, on every system. */
  readonly name: string;
  readonly content: Uint8Array;
}

/** Maximum bytes of all files of an archive. */
const LIMIT = 2_000_000_000;

const END = 0x06054b50;
const ENTRY = 0x02014b50;
const STORED = 0;
const DEFLATED = 8;

/**
 * Yields the files of a ZIP archive, by its central directory. Omits folders. Throws an Error with the reason if the
 * archive is damaged, or has a path that is unsafe on some system. The same applies to features not used by artifacts: encryption,
 * ZIP64 and other compressions.
 *
 * @see https://pkware.cachefly.net/webdocs/casestudies/APPNOTE.TXT
 */
export function* unzip(archive: Uint8Array): Generator<ZipFile> {
  const bytes = Buffer.from(archive.buffer, archive.byteOffset, archive.byteLength);
  const end = bytes.lastIndexOf(Buffer.from([0x50, 0x4b, 0x05, 0x06]));
  if (end < 0 || end + 22 > bytes.length || bytes.readUInt32LE(end) !== END) throw new Error('it has no end');
  const entries = bytes.readUInt16LE(end + 10);
  let at = bytes.readUInt32LE(end + 16);
  if (entries === 0xffff || at === 0xffffffff) throw new Error('it is a ZIP64 archive');
  let total = 0;
  for (let i = 0; i < entries; i++) {
    if (at + 46 > bytes.length || bytes.readUInt32LE(at) !== ENTRY) throw new Error('it is damaged');
    const entry = {
      flags: bytes.readUInt16LE(at + 8),
      method: bytes.readUInt16LE(at + 10),
      checksum: bytes.readUInt32LE(at + 16),
      packed: bytes.readUInt32LE(at + 20),
      size: bytes.readUInt32LE(at + 24),
      place: bytes.readUInt32LE(at + 42),
    };
    const names = at + 46;
    const nameEnd = names + bytes.readUInt16LE(at + 28);
    const name = bytes.toString('utf8', names, nameEnd);
    at = nameEnd + bytes.readUInt16LE(at + 30) + bytes.readUInt16LE(at + 32);
    if (name.endsWith('/')) continue;
    if (!name.split('/').every(isPortableName)) throw new Error('it has an unsafe path');
    total += entry.size;
    if (total > LIMIT) throw new Error('it is too large');
    yield { name, content: contentOf(bytes, entry) };
  }
}

interface Entry {
  readonly flags: number;
  readonly method: number;
  readonly checksum: number;
  readonly packed: number;
  readonly size: number;
  readonly place: number;
}

function contentOf(bytes: Buffer, { flags, method, checksum, packed, size, place }: Entry): Uint8Array {
  if ((flags & 1) !== 0) throw new Error('it is encrypted');
  if (place + 30 > bytes.length) throw new Error('it is damaged');
  const start = place + 30 + bytes.readUInt16LE(place + 26) + bytes.readUInt16LE(place + 28);
  const part = bytes.subarray(start, start + packed);
  if (method !== STORED && method !== DEFLATED) throw new Error('its compression is unknown');
  const content = method === STORED ? part : inflateRawSync(part, { maxOutputLength: Math.max(1, size) });
  if (content.length !== size || crc32(content) !== checksum) throw new Error('it is damaged');
  return content;
}

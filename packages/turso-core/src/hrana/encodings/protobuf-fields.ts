/**
 * As much of Protocol Buffers as Hrana needs. Written by hand, since `@libsql/hrana-client`'s own drops a leading U+FEFF of a text and
 * refuses to bind an infinite number.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
const VARINT = 0;
const FIXED_64 = 1;
const LENGTH_DELIMITED = 2;
const FIXED_32 = 5;

/** An encoded message, in pieces. */
export type Pieces = readonly Uint8Array[];

/** A field that holds a message, a text or bytes. */
export function lengthField(tag: number, content: Pieces | Uint8Array | string): Pieces {
  const pieces =
    typeof content === 'string'
      ? [Buffer.from(content)]
      : content instanceof Uint8Array
        ? [content]
        : content;
  const length = pieces.reduce((sum, piece) => sum + piece.byteLength, 0);
  return [varints((tag << 3) | LENGTH_DELIMITED, length), ...pieces];
}

/** A field that holds a number that is not negative, or a boolean. */
export function numberField(tag: number, value: number | bigint): Pieces {
  return [varints((tag << 3) | VARINT, value)];
}

/** A field that holds a signed integer of 64 bits, as `sint64`. */
export function integerField(tag: number, value: bigint): Pieces {
  return numberField(tag, BigInt.asUintN(64, (value << 1n) ^ (value >> 63n)));
}

/** A field that holds a double. */
export function doubleField(tag: number, value: number): Pieces {
  const bytes = Buffer.allocUnsafe(9);
  bytes[0] = (tag << 3) | FIXED_64;
  bytes.writeDoubleLE(value, 1);
  return [bytes];
}

function varints(...values: (number | bigint)[]): Uint8Array {
  const bytes: number[] = [];
  for (const value of values) {
    let rest = value;
    for (; rest > 0x7fffffff; rest = BigInt(rest) >> 7n) bytes.push(Number(BigInt(rest) & 0x7fn) | 0x80);
    let small = Number(rest);
    for (; small > 0x7f; small >>= 7) bytes.push((small & 0x7f) | 0x80);
    bytes.push(small);
  }
  return Uint8Array.from(bytes);
}

const decoder = new TextDecoder('utf-8', { ignoreBOM: true });

/** Reads the fields of one message, in the order in which they come; a field that nobody asks for is passed over. */
export class FieldReader {
  readonly #bytes: Uint8Array;
  #at = 0;
  #type = -1;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** The tag of the next field, or 0 at the end. */
  next(): number {
    if (this.#type >= 0) this.#skip();
    if (this.#at >= this.#bytes.byteLength) return 0;
    const key = Number(this.integer());
    this.#type = key & 7;
    return key >> 3;
  }

  bytes(): Uint8Array {
    const length = Number(this.integer());
    if (this.#at + length > this.#bytes.byteLength)
      throw new RangeError('A field is longer than its message.');
    return this.#bytes.subarray(this.#at, (this.#at += length));
  }

  text(): string {
    return decoder.decode(this.bytes());
  }

  message(): FieldReader {
    return new FieldReader(this.bytes());
  }

  /** A number that is not negative. */
  integer(): bigint {
    this.#type = -1;
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.#byte();
      low |= (byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt(low);
    }
    let value = BigInt(low);
    for (let shift = 28n; ; shift += 7n) {
      const byte = this.#byte();
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
  }

  /** A signed integer that was written as `sint64`. */
  signed(): bigint {
    const value = this.integer();
    return (value >> 1n) ^ -(value & 1n);
  }

  double(): number {
    this.#type = -1;
    const view = new DataView(this.#bytes.buffer, this.#bytes.byteOffset + this.#at, 8);
    this.#at += 8;
    return view.getFloat64(0, true);
  }

  #byte(): number {
    const byte = this.#bytes[this.#at++];
    if (byte === undefined) throw new RangeError('A message ends early.');
    return byte;
  }

  #skip(): void {
    const type = this.#type;
    this.#type = -1;
    if (type === VARINT) this.integer();
    else if (type === LENGTH_DELIMITED) this.bytes();
    else if (type === FIXED_64) this.#at += 8;
    else if (type === FIXED_32) this.#at += 4;
    else throw new RangeError(`A field is of the unknown type ${type}.`);
  }
}

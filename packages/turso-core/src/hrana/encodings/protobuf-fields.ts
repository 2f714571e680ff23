import { BinaryReader, BinaryWriter, WireType } from '@bufbuild/protobuf/wire';

/** The fields of one message, in order. Unread fields are skipped. */
export interface MessageFields {
  /** The tag of the next field, or 0 at the end. */
  next(): number;
  bytes(): Uint8Array;
  text(): string;
  /** Returns a message, perhaps to be read only in part. */
  message(): MessageFields;
  /** Returns a non-negative number. */
  integer(): bigint;
  /** Returns a signed integer encoded as `sint64`. */
  signed(): bigint;
  double(): number;
}

/** Thrown for bytes with more messages than the reader allows. */
export class TooManyMessages extends Error {}

/**
 * Reads a message of Protocol Buffers. Throws a RangeError for invalid bytes, for example text other than UTF-8. Throws
 * {@link TooManyMessages} if it contains more than `most` others. Default is no limit.
 *
 * The library is exact, and faster than our own code before it: docs/architecture.md has figures.
 *
 * @see https://protobuf.dev/programming-guides/encoding/
 */
export function readMessage<T>(bytes: Uint8Array, read: (fields: MessageFields) => T, most = Infinity): T {
  try {
    return read(new Message({ reader: new BinaryReader(bytes, decodeText), left: most }, bytes.byteLength));
  } catch (error) {
    // The library throws plain errors as well.
    if (error instanceof Error && error.constructor === Error)
      throw new RangeError(error.message, { cause: error });
    throw error;
  }
}

/** Encodes a message of one non-negative number. */
export function numberMessage(tag: number, value: bigint): Uint8Array {
  return new BinaryWriter().tag(tag, WireType.Varint).uint64(value).finish();
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decodeText(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new RangeError('A text is not UTF-8.', { cause });
  }
}

interface Reading {
  readonly reader: BinaryReader;
  /** Number of further messages allowed. */
  left: number;
}

class Message implements MessageFields {
  readonly #reading: Reading;
  readonly #reader: BinaryReader;
  readonly #end: number;
  #tag = 0;
  /** The type of an unread field. */
  #type: WireType | null = null;
  /** The end of the last requested message. */
  #after = 0;

  constructor(reading: Reading, end: number) {
    this.#reading = reading;
    this.#reader = reading.reader;
    this.#end = end;
    if (--reading.left < 0) throw new TooManyMessages();
  }

  next(): number {
    const reader = this.#reader;
    if (this.#type !== null) reader.skip(this.#type, this.#tag);
    else if (this.#after > reader.pos) reader.pos = this.#after;
    if (reader.pos >= this.#end) {
      this.#type = null;
      if (reader.pos > this.#end) throw new RangeError('A field is longer than its message.');
      return 0;
    }
    [this.#tag, this.#type] = reader.tag();
    return this.#tag;
  }

  bytes(): Uint8Array {
    return this.#read(WireType.LengthDelimited).bytes();
  }

  text(): string {
    return this.#read(WireType.LengthDelimited).string();
  }

  message(): MessageFields {
    const reader = this.#read(WireType.LengthDelimited);
    const length = reader.uint32();
    this.#after = reader.pos + length;
    if (this.#after > this.#end) throw new RangeError('A field is longer than its message.');
    return new Message(this.#reading, this.#after);
  }

  integer(): bigint {
    return BigInt(this.#read(WireType.Varint).uint64());
  }

  signed(): bigint {
    return BigInt(this.#read(WireType.Varint).sint64());
  }

  double(): number {
    return this.#read(WireType.Bit64).double();
  }

  #read(type: WireType): BinaryReader {
    if (this.#type !== type) throw new RangeError(`A field is of the type ${this.#type}, not ${type}.`);
    this.#type = null;
    return this.#reader;
  }
}

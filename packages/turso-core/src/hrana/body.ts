import { notePassed } from '../passed-bytes';
import { isStored } from '../sqlite/stored-values';
import type { BoundStep, HranaStep } from './hrana';

/** The number of a request and of one of its steps. */
export type StepNumber = readonly [request: number, step: number];

/** The bytes of a body, or a function to create them each time they are sent. */
export type BodyBytes = Uint8Array | { readonly byteLength: number; readonly make: () => Uint8Array };

/** A piece of a request's body. */
export interface BodyPiece {
  readonly bytes: BodyBytes;
  /** The step in this piece. */
  readonly step?: StepNumber;
}

/** Minimum bytes of a piece to send it separately: each is a packet, and copying larger ones would take memory. */
const LARGE = 65_536;

/** Bytes sent together, and their steps. */
export interface BodyChunk {
  readonly bytes: BodyBytes;
  readonly steps: readonly StepNumber[];
}

/**
 * Encodes a step now or, if its values are stored, each time it is sent. So a large request is never completely in
 * memory.
 */
export function stepPiece(
  step: HranaStep,
  number: StepNumber,
  encode: (step: BoundStep) => Uint8Array,
): BodyPiece {
  const { args, ...rest } = step;
  if (args === undefined || !isStored(args))
    return { bytes: encode(args === undefined ? rest : { ...rest, args }), step: number };
  const make = (): Uint8Array => {
    const bytes = encode({ ...rest, args: args.read() });
    notePassed(bytes.byteLength);
    return bytes;
  };
  // The body's size is sent before the body.
  return { bytes: { byteLength: make().byteLength, make }, step: number };
}

/** Returns the bytes to send. */
export function bytesOf(bytes: BodyBytes): Uint8Array {
  return 'make' in bytes ? bytes.make() : bytes;
}

/** Joins small pieces. */
export function joinPieces(pieces: readonly BodyPiece[]): BodyChunk[] {
  const chunks: BodyChunk[] = [];
  let [small, steps, size]: [Uint8Array[], StepNumber[], number] = [[], [], 0];
  const flush = (): void => {
    if (small.length > 0) chunks.push({ bytes: Buffer.concat(small), steps });
    [small, steps, size] = [[], [], 0];
  };
  for (const { bytes, step } of pieces) {
    if ('make' in bytes || bytes.byteLength >= LARGE) {
      flush();
      chunks.push({ bytes, steps: step === undefined ? [] : [step] });
      continue;
    }
    small.push(bytes);
    if (step !== undefined) steps.push(step);
    if ((size += bytes.byteLength) >= LARGE) flush();
  }
  flush();
  return chunks;
}

/** Returns the total size of pieces in bytes. */
export function sizeOf(pieces: readonly Pick<BodyPiece, 'bytes'>[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

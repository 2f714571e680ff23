import { notePassed } from '../passed-bytes';
import { isStored } from '../sqlite/stored-values';
import type { BoundStep, HranaStep } from './hrana';

/** The numbers of a request and of one of its steps. */
export type StepNumber = readonly [request: number, step: number];

/** Bytes of a body, or what makes them when they are sent, anew at each call. */
export type BodyBytes = Uint8Array | { readonly byteLength: number; readonly make: () => Uint8Array };

/** A piece of a request's body. */
export interface BodyPiece {
  readonly bytes: BodyBytes;
  /** The step that is sent with it. */
  readonly step?: StepNumber;
}

/** Bytes from which a piece is sent on its own: each is a packet, and a copy of larger ones would take memory. */
const LARGE = 65_536;

/** Bytes that are sent at once, and the steps that are sent with them. */
export interface BodyChunk {
  readonly bytes: BodyBytes;
  readonly steps: readonly StepNumber[];
}

/** Encodes a step now, or each time that it is sent if its values are stored: a large request is never in memory as a whole. */
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
  // The size of the body is told before it is sent.
  return { bytes: { byteLength: make().byteLength, make }, step: number };
}

/** The bytes as they are sent. */
export function bytesOf(bytes: BodyBytes): Uint8Array {
  return 'make' in bytes ? bytes.make() : bytes;
}

/** Joins pieces that are small. */
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

/** How many bytes pieces have together. */
export function sizeOf(pieces: readonly Pick<BodyPiece, 'bytes'>[]): number {
  return pieces.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
}

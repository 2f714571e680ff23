/** The numbers of a request and of one of its steps. */
export type StepNumber = readonly [request: number, step: number];

/** A piece of a request's body. */
export interface BodyPiece {
  readonly bytes: Uint8Array;
  /** The step that is sent with it. */
  readonly step?: StepNumber;
}

/** Bytes from which a piece is sent on its own: each is a packet, and a copy of larger ones would take memory. */
const LARGE = 65_536;

/** Bytes that are sent at once, and the steps that are sent with them. */
export interface BodyChunk {
  readonly bytes: Uint8Array;
  readonly steps: readonly StepNumber[];
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
    if (bytes.byteLength >= LARGE) {
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

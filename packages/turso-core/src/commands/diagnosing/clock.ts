import type { Remote } from '../../remote/remote';
import { onlyRow, unexpectedAnswer } from '../../sqlite/unexpected-answer';

/** The facts in a remote's first answer. */
export interface Clock {
  /** Milliseconds until the answer. */
  readonly milliseconds: number;
  /** Milliseconds by which the remote's clock is ahead of ours, accurate to half of `milliseconds`. */
  readonly skew: number;
  /** Seconds since 1970, by the remote's clock. */
  readonly seconds: number;
  /** Its version of SQLite. */
  readonly sqlite: string;
}

/** Asks a remote for its time. */
export function readClock(remote: Pick<Remote, 'read'>): Promise<Clock> {
  return remote.read(async (query) => {
    const [before, begun] = [Date.now(), performance.now()];
    const [day, sqlite] = onlyRow(await query("SELECT julianday('now'), sqlite_version()"));
    const milliseconds = performance.now() - begun;
    if (typeof day !== 'number' || typeof sqlite !== 'string') throw unexpectedAnswer('no time');
    const theirs = (day - JULIAN_DAY_OF_1970) * MILLISECONDS_OF_A_DAY;
    return { milliseconds, skew: theirs - (before + milliseconds / 2), seconds: theirs / 1000, sqlite };
  });
}

const JULIAN_DAY_OF_1970 = 2_440_587.5;
const MILLISECONDS_OF_A_DAY = 86_400_000;

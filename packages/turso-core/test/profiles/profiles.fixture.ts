import { startDouble, type BalancerOptions, type Profile } from '@turso-sync/testing';
import { TursoSyncError } from '../../src/errors';
import { serveSqld, type Serve } from '../push/served.fixture';

const MAIN: readonly Profile[] = ['cloud', 'bare', 'balancer'];

/** With `TURSO_SYNC_PROFILES=all`, every test runs as every kind of server. */
export const isAll = process.env['TURSO_SYNC_PROFILES'] === 'all';

/** The kinds of servers to try. As `full`, tests run elsewhere already, and what is special about `synced`, too. */
export const profiles: readonly Profile[] = isAll ? ['full', ...MAIN, 'synced'] : MAIN;

/**
 * What is tried as one kind of server: all, or a part that together with the other kinds is all.
 *
 * @param differs - what meets something that this kind of server does otherwise than others; it belongs to the part in any case.
 */
export function partOf<T>(
  all: readonly T[],
  profile: Profile,
  differs: (item: T) => boolean = () => false,
): readonly T[] {
  return isAll
    ? all
    : all.filter((item, i) => i % profiles.length === profiles.indexOf(profile) || differs(item));
}

/** Serves a copy of a database by a libsql-server behind a double of another kind of server. */
export function serveAs(profile: Profile, balancer?: BalancerOptions): Serve {
  return (database) => serveSqld(database, (port) => startDouble(port, profile, balancer));
}

/** Does work until it comes to a result, as somebody does who follows the hints of its errors. */
export async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof TursoSyncError) || !error.retryable || attempt === 20) throw error;
    }
  }
}

import type { Remote } from '../remote/remote';

/** Where a changeset is put: a {@link Remote}, or anything else that can do these things. */
export type Target = Pick<Remote, 'transact' | 'read' | 'location'> &
  Partial<Pick<Remote, 'transactSince' | 'transactAfter' | 'maxRowBytes'>>;

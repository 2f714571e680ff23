import type { Encoding } from '../values/values';
import type { Query } from '../query';
import { encodingOf, onlyRow, wholeNumber } from '../unexpected-answer';

/** The content of the remote database's header. */
export interface RemoteHeader {
  readonly encoding: Encoding;
  readonly userVersion: number;
}

/** Reads the header of the remote database. */
export async function readHeader(query: Query): Promise<RemoteHeader> {
  const rows = await query(
    'SELECT (SELECT encoding FROM pragma_encoding), (SELECT user_version FROM pragma_user_version)',
  );
  const [encoding, userVersion] = onlyRow(rows);
  return {
    encoding: encodingOf(encoding),
    userVersion: wholeNumber(userVersion),
  };
}

import { openReadOnly, using } from '../sqlite/files/open';
import { foldName } from '../sqlite/schema/fold-name';
import { readSchema } from '../sqlite/schema/schema';
import type { Judged } from './judge';
import type { Policy } from './policy';

/** Names a policy cannot protect. */
export interface Unprotected {
  /** Names in neither database, such as a misspelled table. */
  readonly unknown: readonly string[];
  /** Columns computed by SQLite: no row is given a value for them. */
  readonly computed: readonly string[];
}

/** Finds the names a policy cannot protect in two databases. */
export function findUnprotected(
  { protectedTables = [], protectedColumns = [] }: Policy,
  { before, after }: Pick<Judged, 'before' | 'after'>,
): Unprotected {
  if (protectedTables.length + protectedColumns.length === 0) return { unknown: [], computed: [] };
  const schemas = [before, after].map((file) => using(openReadOnly(file), (db) => readSchema(db)));
  const tables = schemas.flatMap((schema) => [...schema.tables.values()]);
  const views = schemas.flatMap(({ objects }) => objects.filter((o) => o.type === 'view'));
  const names = new Set([...tables, ...views].map((t) => foldName(t.name)));
  const columns = tables.flatMap((t) =>
    t.columns.map((c) => ({ name: foldName(`${t.name}.${c.name}`), isComputed: c.generated })),
  );
  const known = new Set(columns.map(({ name }) => name));
  const stored = new Set(columns.filter((c) => !c.isComputed).map(({ name }) => name));
  return {
    unknown: [
      ...protectedTables.filter((name) => !names.has(foldName(name))),
      ...protectedColumns.filter((name) => !known.has(foldName(name))),
    ],
    computed: protectedColumns.filter((name) => known.has(foldName(name)) && !stored.has(foldName(name))),
  };
}

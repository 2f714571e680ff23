import { openReadOnly, using } from '../sqlite/files/open';
import { foldName } from '../sqlite/schema/fold-name';
import { readSchema } from '../sqlite/schema/schema';
import type { Judged } from './judge';
import type { Policy } from './policy';

/** What a policy protects and neither database has, such as a misspelled table. */
export function unknownNames(
  { protectedTables = [], protectedColumns = [] }: Policy,
  { before, after }: Pick<Judged, 'before' | 'after'>,
): string[] {
  if (protectedTables.length + protectedColumns.length === 0) return [];
  const tables = [before, after].flatMap((file) =>
    using(openReadOnly(file), (db) => [...readSchema(db).tables.values()]),
  );
  const names = new Set(tables.map((t) => foldName(t.name)));
  const columns = new Set(tables.flatMap((t) => t.columns.map((c) => foldName(`${t.name}.${c.name}`))));
  return [
    ...protectedTables.filter((name) => !names.has(foldName(name))),
    ...protectedColumns.filter((name) => !columns.has(foldName(name))),
  ];
}

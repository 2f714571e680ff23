import { rowidsOfContent } from '../../apply/inspect/find-moved';
import { hasContent, isSame } from '../../apply/inspect/find-rows';
import type { TableChanges } from '../../changeset/model';
import type { Query } from '../../sqlite/query';
import type { Computed } from '../../sqlite/schema/computed';
import { declaredKeyTerms, keyTerms } from '../../sqlite/schema/key-terms';
import { declaredKey, hasHiddenRowid } from '../../sqlite/schema/schema';
import { quoteName } from '../../sqlite/values/quote';
import { sameValue, type Encoding, type SqlValue } from '../../sqlite/values/values';
import { answerSize, cutBySize } from './answer-size';
import { readAt } from './read-at';

type Row = readonly SqlValue[];

/** A table with pushed rows and values computed from them. */
export interface WrittenTable {
  readonly changes: TableChanges;
  readonly computed: readonly Computed[];
  readonly encoding: Encoding;
}

/** A pushed row. */
export interface WrittenRow {
  readonly row: Row;
  /** The values of its key. */
  readonly address: Row;
  /** The values computed from it here. */
  readonly values: Row;
}

/** A row with the same content on the remote. Its computed values are therefore comparable. */
interface EqualRow {
  readonly values: Row;
  readonly theirs: Row;
}

/** Number of differing rows to examine first. These usually suffice, because all others differ in the same values. */
const FIRST = 200;

/**
 * Finds the values the remote has computed differently in some written rows. Only equal rows count.
 *
 * @param known - differences already found.
 */
export async function findOtherwise(
  theirs: Query,
  written: WrittenTable & { readonly rows: readonly WrittenRow[] },
  known: ReadonlySet<Computed>,
): Promise<Set<Computed>> {
  const { changes, computed, encoding, rows } = written;
  const terms = computed.map(({ term }) => term);
  const what = { table: changes.table.name, key: keyTerms(changes.table), terms, encoding };
  const there = await readAt(
    theirs,
    what,
    rows.map(({ address }) => address),
  );
  const found = new Set<Computed>();
  const differs = (here: Row, other: Row | undefined, i: number): boolean =>
    other === undefined || !sameValue(here[i] ?? null, other[i] ?? null);
  const isOpen = ({ values }: WrittenRow, at: number): boolean =>
    computed.some((each, i) => !known.has(each) && !found.has(each) && differs(values, there.get(at), i));
  const differing = rows.flatMap((row, at) => (isOpen(row, at) ? [{ row, at }] : []));
  for (const some of [differing.slice(0, FIRST), differing.slice(FIRST)]) {
    const open = some.filter(({ row, at }) => isOpen(row, at)).map(({ row }) => row);
    for (const piece of cutBySize(open, ({ row, values }) => answerSize([...row, ...values])))
      for (const { values, theirs: other } of await findEqual(theirs, written, piece))
        computed.forEach((each, i) => {
          if (differs(values, other, i)) found.add(each);
        });
  }
  return found;
}

/** Finds the remote's rows with the same content, under any hidden rowid. */
async function findEqual(
  theirs: Query,
  { changes, computed, encoding }: WrittenTable,
  rows: readonly WrittenRow[],
): Promise<EqualRow[]> {
  const { table, columns } = changes;
  const isHidden = hasHiddenRowid(table);
  const declared = declaredKey(table).map((name) => columns.indexOf(name));
  // A key with NULLs identifies nothing: any number of rows may have it.
  const isNamed = ({ row }: WrittenRow): boolean =>
    isHidden && declared.length > 0 && declared.every((i) => row[i] !== null);
  const terms = computed.map(({ term }) => term);
  const whole = [...columns.map(quoteName), ...terms];
  const of = { table: table.name, encoding };
  const equal: EqualRow[] = [];
  const missing: WrittenRow[] = [];
  const look = async (
    key: readonly string[],
    some: readonly WrittenRow[],
    keys: readonly Row[],
  ): Promise<void> => {
    if (some.length === 0) return;
    const there = await readAt(theirs, { ...of, key, terms: whole }, keys);
    some.forEach((written, i) => {
      const found = there.get(i);
      const other = found?.slice(0, columns.length);
      if (isHidden ? !hasContent(written.row, other) : !isSame(written.row, other)) missing.push(written);
      else equal.push({ values: written.values, theirs: found?.slice(columns.length) ?? [] });
    });
  };
  const named = rows.filter(isNamed);
  await look(
    declaredKeyTerms(table),
    named,
    named.map(({ row }) => declared.map((i) => row[i] ?? null)),
  );
  const others = rows.filter((row) => !isNamed(row));
  await look(
    keyTerms(table),
    others,
    others.map(({ address }) => address),
  );
  const sought = isHidden ? missing.filter((row) => !isNamed(row)) : [];
  if (sought.length === 0) return equal;
  const places = await rowidsOfContent(
    theirs,
    changes,
    sought.map(({ row }) => row.slice(1)),
  );
  const moved = sought.flatMap(({ values }, i) => {
    const [place] = places[i] ?? [];
    return place === undefined ? [] : [{ values, place }];
  });
  const there = await readAt(
    theirs,
    { ...of, key: keyTerms(table), terms },
    moved.map(({ place }) => [place]),
  );
  const found = moved.flatMap(({ values }, i) => {
    const other = there.get(i);
    return other === undefined ? [] : [{ values, theirs: other }];
  });
  return [...equal, ...found];
}

import type { ChangeKind, Changeset } from './model';

/** How many rows of one table, or of all, are changed in each way. */
export type Counts = Readonly<Record<ChangeKind, number>>;

/** A changeset in numbers, for `--json` and for people. */
export interface ChangeSummary {
  /** Changed rows of all tables. */
  readonly total: Counts;
  /** Changed rows of each table that has any. */
  readonly tables: readonly ({ readonly table: string } & Counts)[];
  /** Changed definitions. */
  readonly schema: readonly {
    readonly action: 'drop' | 'alter' | 'create';
    readonly type: string;
    readonly name: string;
  }[];
  /** Full-text indexes rebuilt from their source tables, or with changed settings. */
  readonly indexes: readonly {
    readonly table: string;
    readonly rebuild: boolean;
    readonly settings: readonly string[];
  }[];
  /** Tables with a changed AUTOINCREMENT counter. */
  readonly sequences: readonly string[];
  /** The change of `user_version`, or null. */
  readonly userVersion: { readonly from: number; readonly to: number } | null;
  /** Differences that cannot be carried to a server. */
  readonly notCarried: readonly string[];
}

/** Counts a changeset. */
export function summarize(changeset: Changeset): ChangeSummary {
  const names = [...new Set(changeset.tables.map((changes) => changes.table.name))];
  const tables = names.map((table) => {
    const entries = changeset.tables.filter((changes) => changes.table.name === table);
    const count = (kind: ChangeKind): number => entries.reduce((n, changes) => n + changes.count(kind), 0);
    return { table, delete: count('delete'), update: count('update'), insert: count('insert') };
  });
  const sum = (kind: ChangeKind): number => tables.reduce((n, t) => n + t[kind], 0);
  return {
    total: { delete: sum('delete'), update: sum('update'), insert: sum('insert') },
    tables,
    schema: changeset.schema.map(({ action, object }) => ({ action, type: object.type, name: object.name })),
    indexes: changeset.virtual
      .filter((v) => v.rebuild || v.settings.length > 0)
      .map(({ table, rebuild, settings }) => ({ table, rebuild, settings: settings.map((s) => s.name) })),
    sequences: changeset.sequences.map((s) => s.table),
    userVersion: changeset.userVersion,
    notCarried: changeset.notCarried,
  };
}

/** The summary of two equal databases. */
export const NO_CHANGES: ChangeSummary = {
  total: { delete: 0, update: 0, insert: 0 },
  tables: [],
  schema: [],
  indexes: [],
  sequences: [],
  userVersion: null,
  notCarried: [],
};

/** Checks whether a push would have nothing to send. */
export function isEmpty({ tables, schema, indexes, sequences, userVersion }: ChangeSummary): boolean {
  return [tables, schema, indexes, sequences].every((list) => list.length === 0) && userVersion === null;
}

/** Returns the number of changed rows. */
export function countRows(counts: Counts): number {
  return counts.delete + counts.update + counts.insert;
}

/** Returns the number of changes of all kinds. */
export function countChanges({ total, schema, indexes, sequences, userVersion }: ChangeSummary): number {
  return (
    countRows(total) + schema.length + indexes.length + sequences.length + (userVersion === null ? 0 : 1)
  );
}

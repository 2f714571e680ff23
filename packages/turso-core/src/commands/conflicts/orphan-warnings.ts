import type { Orphans } from '../../apply/statements/foreign-key-guards';
import type { OnEvent } from '../../events';

/** Warns of rows others have left without a parent. They do not prevent anything. */
export function warnOfOrphans(orphans: readonly Orphans[], onEvent: OnEvent | undefined): void {
  const groups = new Map<string, { readonly table: string; readonly parent: string; rows: number }>();
  for (const { table, parent, rows } of orphans) {
    const name = JSON.stringify([table, parent]);
    const group = groups.get(name) ?? { table, parent, rows: 0 };
    groups.set(name, { ...group, rows: group.rows + rows });
  }
  for (const { table, parent, rows } of groups.values()) {
    const what = rows === 1 ? 'A row' : `${rows} rows`;
    const message = `${what} of "${table}" on the remote refer${rows === 1 ? 's' : ''} to a row of "${parent}" that is not there. Others left it so.`;
    onEvent?.({ type: 'warning', message });
  }
}

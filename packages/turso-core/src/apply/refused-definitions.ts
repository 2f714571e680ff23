import type { Changeset } from '../changeset/model';
import { unsupported } from '../changeset/unsupported';
import type { TursoSyncError } from '../errors';
import type { ObjectName } from '../sqlite/statement';
import { isVirtual, parseVirtualTable } from '../sqlite/schema/virtual-table';
import type { Target } from './target';

/**
 * Throws UNSUPPORTED_CHANGE, naming it, for a new virtual table with a module missing from the target. Asks the target
 * only if there are new virtual tables.
 */
export async function refuseMissingModules(
  changeset: Changeset,
  target: Pick<Target, 'read' | 'location'>,
): Promise<void> {
  const made = madeVirtualTables(changeset);
  if (made.length === 0) return;
  const modules = await target.read(async (query) => {
    const rows = await query('SELECT lower(name) FROM temp.pragma_module_list');
    return new Set(rows.map(([name]) => name));
  });
  for (const { name, sql } of made) {
    const { module } = parseVirtualTable(name, sql);
    if (!modules.has(module)) throw refused(name, target.location, `there is no module "${module}"`);
  }
}

/**
 * Returns the error for a refused statement that creates, changes or puts back an object, naming it; null for all
 * others. A server has its own parser, and may have an older SQLite than an app.
 */
export function refusedDefinition(
  { schema }: Changeset,
  failure: { readonly about: ObjectName | undefined; readonly message: string; readonly location: string },
): TursoSyncError | null {
  const { about, message, location } = failure;
  if (about === undefined) return null;
  const change = schema.find((c) => c.object.type === about.type && c.object.name === about.name);
  if (change?.action === 'drop') return null;
  const isVirtualTable = change !== undefined && about.type === 'table' && isVirtual(change.object.sql);
  if (isVirtualTable) return refused(about.name, location, message);
  const done = change === undefined ? 'put back' : change.action === 'alter' ? 'changed' : 'made';
  return unsupported(
    `${about.type} "${about.name}" cannot be ${done} on ${location} (${message})`,
    `Write its definition in a way that the server understands, or drop the ${about.type}.`,
  );
}

function madeVirtualTables({ schema }: Changeset): { name: string; sql: string }[] {
  return schema
    .filter(({ action, object }) => action !== 'drop' && object.type === 'table' && isVirtual(object.sql))
    .map(({ object }) => object);
}

function refused(name: string, location: string, reason: string): TursoSyncError {
  return unsupported(
    `virtual table "${name}" cannot be made on ${location} (${reason})`,
    'Drop it in the working copy, or make it in a way that both sides know.',
  );
}

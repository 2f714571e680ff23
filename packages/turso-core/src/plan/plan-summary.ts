import type { ChangeSummary } from '../changeset/summary';
import type { PlanChanges } from './plan';

/** Returns the changes of a plan in numbers. */
export function planSummary({ total, tables, schema, virtual, ...rest }: PlanChanges): ChangeSummary {
  const { sequences, userVersion, notCarried } = rest;
  return {
    ...{ total, tables },
    schema: schema.map(({ action, type, name }) => ({ action, type, name })),
    indexes: virtual
      .filter((v) => v.rebuild || v.settings.length > 0)
      .map(({ table, rebuild, settings }) => ({ table, rebuild, settings: settings.map((s) => s.name) })),
    sequences: sequences.map((s) => s.table),
    ...{ userVersion, notCarried },
  };
}

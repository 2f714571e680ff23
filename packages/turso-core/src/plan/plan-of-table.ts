import { foldName } from '../sqlite/schema/fold-name';
import type { Plan } from './plan';

/** Returns the part of a plan for one table. Compares names as SQL does. */
export function planOfTable(plan: Plan, name: string): Plan {
  const { changes } = plan;
  const isMeant = ({ table }: { readonly table: string }): boolean => foldName(table) === foldName(name);
  const tables = changes.tables.filter(isMeant);
  const [counts = { delete: 0, update: 0, insert: 0 }] = tables;
  const [of] = tables;
  return {
    ...plan,
    // The cost of this table alone is unknown.
    cost: null,
    findings: plan.findings.filter(({ table }) => table !== null && isMeant({ table })),
    changes: {
      ...changes,
      total: { delete: counts.delete, update: counts.update, insert: counts.insert },
      tables,
      schema: changes.schema.filter(isMeant),
      virtual: changes.virtual.filter(isMeant),
      sequences: changes.sequences.filter(isMeant),
      ...{ userVersion: null, notCarried: [] },
    },
    rows: () => (of === undefined ? noRows() : plan.rows(of.table)),
  };
}

// eslint-disable-next-line @typescript-eslint/no-empty-function
async function* noRows(): AsyncGenerator<never> {}

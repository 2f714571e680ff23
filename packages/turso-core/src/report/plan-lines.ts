import type { DefinitionChange, PlanChanges, PlanHead } from '../plan/plan';
import { shown } from './shown';
import { costText } from './cost-text';

/** Describes the change of a definition in a few words. */
export function definitionTitle({ action, type, name, renamedFrom }: DefinitionChange): string {
  const from = renamedFrom === null ? '' : ` (was ${shown(renamedFrom)})`;
  return `${action.toUpperCase()} ${type} ${shown(name)}${from}`;
}

/** Lists the changes besides rows and definitions, a line each. */
export function otherChanges({ virtual, sequences, userVersion, notCarried }: PlanChanges): string[] {
  return [
    ...virtual.flatMap(({ table, rebuild, settings }) => [
      ...settings.map(({ name }) => `SET ${name} of ${table}`),
      ...(rebuild ? [`REBUILD index ${table}`] : []),
    ]),
    ...sequences.map(({ table }) => `SET sequence of ${table}`),
    ...(userVersion === null ? [] : [`SET user_version ${userVersion.to}`]),
    ...notCarried.map((name) => `Not carried: ${name} (a libSQL server does not take it).`),
  ].map(shown);
}

/** Returns the known facts of a plan besides its changes, by name. */
export function planFacts({
  createdAt,
  remote,
  environment,
  base,
  cost,
}: PlanHead): [name: string, text: string][] {
  const facts: [string, string | null][] = [
    ['Remote', remote],
    ['Environment', environment],
    ['Made', createdAt],
    ['Base', base?.createdAt ?? null],
    [cost?.certainty === 'measured' ? 'Used' : 'Cost', cost && costText(cost)],
  ];
  return facts.flatMap(([name, text]) => (text === null ? [] : [[name, shown(text)] as [string, string]]));
}

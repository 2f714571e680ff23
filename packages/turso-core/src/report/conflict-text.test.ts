import { conflictOf, type Conflict, type ConflictDefinition } from '../apply/conflict';
import { conflictText } from './conflict-text';

const message = 'It is in the way.';
const row = conflictOf({ kind: 'update/update', table: 't', key: { id: 1n }, message });
const dropped = conflictOf({ kind: 'schema', table: 'u', message });
const stored = conflictOf({ kind: 'virtual table', table: 'f', message });
/** A row on the remote that has to be written again for a new definition. */
const rewritten = conflictOf({ kind: 'schema', table: 't', key: { id: 1n }, old: { id: 1n }, message });
/** A row of the remote that does not fit a new definition. */
const misfit = conflictOf({ kind: 'schema', table: 't', key: { id: 9n }, remote: { id: 9n }, message });
/** A row of the remote that no row of ours can give way to. */
const orphan = conflictOf({ kind: 'foreign key', table: 'c', key: { id: 9n }, remote: { id: 9n }, message });
const child = conflictOf({ kind: 'foreign key', table: 'c', key: { id: 9n }, local: { id: 9n }, message });
const definition = (byHand: boolean): Conflict => {
  const texts: ConflictDefinition = {
    ...{ type: 'table', name: 't', old: 'a', local: 'b', remote: 'c' },
    byHand,
  };
  return conflictOf({ kind: 'schema', table: 't', definition: texts, message });
};

const CELLS = '--merge=cells        combines changes of different columns of one row';
const OURS = '--on-conflict=ours   takes your rows';
const THEIRS = '--on-conflict=theirs takes theirs';
const CHANGE = 'change what stands in the way, here or on the remote, and run this command again';
const OTHERS =
  'change what stands in the way of the others, here or on the remote, and run this command again';
const BY_HAND = 'change one of the two definitions by hand where no option resolves it';

test.each<[what: string, 'push' | 'pull', conflicts: Conflict[], ways: string[]]>([
  ['a row', 'push', [row], [CELLS, OURS, THEIRS]],
  ['a table', 'push', [dropped], [CHANGE]],
  ['a virtual table', 'push', [stored], [CHANGE]],
  ['a row and a table', 'push', [row, dropped], [CELLS, OURS, THEIRS, OTHERS]],
  ['a row and a virtual table', 'pull', [row, stored], [CELLS, OURS, THEIRS, OTHERS]],
  ['a row to be rewritten', 'push', [rewritten], [OURS, CHANGE]],
  ['a row to be rewritten, and a table', 'push', [rewritten, dropped], [OURS, OTHERS]],
  ["a row that does not fit, of the remote's", 'pull', [misfit], [CHANGE]],
  ['a row of the remote that would lose its parent', 'push', [orphan], [CHANGE]],
  ['that and a row of ours without a parent', 'pull', [orphan, child], [THEIRS, OTHERS]],
  ['a row of ours without a parent', 'push', [child], [THEIRS]],
  ['that and another row', 'pull', [misfit, row], [CELLS, OURS, THEIRS, OTHERS]],
  [
    'a definition',
    'push',
    [definition(false)],
    ['turso-sync pull      merges the definitions of both sides; push again after it'],
  ],
  [
    'a definition, and a row that does not fit',
    'pull',
    [definition(false), misfit],
    ['--on-conflict=ours   takes your definitions', THEIRS, OTHERS],
  ],
  ['a definition for a person to decide', 'pull', [definition(true)], [BY_HAND]],
])('ways on from a conflict about %s, of a %s', (_, command, conflicts, ways) => {
  const text = conflictText(conflicts, 'x', command);
  const [, found = ''] = /Then:\n([^]*)\nor run /.exec(text) ?? [];
  expect(found.split('\n').map((line) => line.slice(2))).toEqual(ways);
});

import { definitionSql, parseDefinition, sameSql, type Definition, type Piece } from './definition';
import type { Three } from './three';

/** A contradiction of two sides about one part of a table's definition. */
export interface Dispute {
  /** The column in question, or null. */
  readonly column: string | null;
  /** The contradiction in one sentence. */
  readonly message: string;
}

/** Picks the winning side. */
export type Decide = (dispute: Dispute) => 'ours' | 'theirs';

/** Options of {@link mergeTable}. */
export interface TableMergeOptions {
  readonly decide: Decide;
  /** Returns the reason to keep a column dropped by one side and left unchanged by the other; null if it can go. */
  readonly objection: (column: string, droppedBy: 'ours' | 'theirs') => string | null;
}

/**
 * Merges the definitions of one table, with common names. The result has the changes of each side. It has one side's
 * exact text if the other side has no further changes.
 */
export function mergeTable(sql: Three<string>, { decide, objection }: TableMergeOptions): string {
  const parsed = [sql.base, sql.ours, sql.theirs].map(parseDefinition);
  const [base, ours, theirs] = parsed;
  if (base == null || ours == null || theirs == null) {
    if (sameSql(sql.base, sql.ours) || sameSql(sql.ours, sql.theirs)) return sql.theirs;
    if (sameSql(sql.base, sql.theirs)) return sql.ours;
    return sql[decide({ column: null, message: 'Both sides changed the definition of this table.' })];
  }
  const texts = { base, ours, theirs };
  const columns = mergeColumns(texts, { decide, objection });
  const constraints = mergeConstraints(texts, decide);
  const tail = pick(tailsOf(texts), decide, () =>
    dispute(null, 'Both sides changed the options of this table.'),
  );
  const wanted = [...columns, ...constraints];
  for (const side of ['theirs', 'ours'] as const)
    if (isAsWanted(texts[side], wanted, tail.side, texts)) return sql[side];
  const frame = texts[frameOf(texts)];
  return definitionSql({ head: frame.head, pieces: fitted(frame, wanted), tail: texts[tail.side].tail });
}

type Texts = Three<Definition>;

/** A part of a merged definition, and the side of its text. */
interface Part {
  readonly piece: Piece;
  readonly side: 'ours' | 'theirs';
}

interface Picked<T> {
  readonly side: 'ours' | 'theirs';
  readonly value: T | undefined;
}

/** Picks the changed text of three. If both sides changed it in different ways, `decide` picks. */
function pick<T extends { readonly text: string }>(
  { base, ours, theirs }: Three<T | undefined>,
  decide: Decide,
  explain: () => Dispute,
): Picked<T> {
  const [old, mine, other] = [base?.text, ours?.text, theirs?.text];
  if (sameSql(mine, old) || sameSql(mine, other)) return { side: 'theirs', value: theirs };
  if (sameSql(other, old)) return { side: 'ours', value: ours };
  const side = decide(explain());
  return { side, value: side === 'ours' ? ours : theirs };
}

function dispute(column: string | null, message: string): Dispute {
  return { column, message };
}

function tailsOf(texts: Texts): Three<{ text: string }> {
  return {
    base: { text: texts.base.tail },
    ours: { text: texts.ours.tail },
    theirs: { text: texts.theirs.tail },
  };
}

/** Returns the side that gives the order: ours only if nobody else has changed it. */
function frameOf(texts: Texts): 'ours' | 'theirs' {
  const isMoved = (side: 'ours' | 'theirs'): boolean =>
    orderOf(texts[side], texts.base) !== orderOf(texts.base, texts[side]);
  return isMoved('ours') && !isMoved('theirs') ? 'ours' : 'theirs';
}

/** Returns the columns common to two definitions, in the order of the first. */
function orderOf(a: Definition, b: Definition): string {
  return JSON.stringify(columnsOf(a).filter((name) => columnOf(b, name) !== undefined));
}

function columnsOf({ pieces }: Definition): string[] {
  return pieces.flatMap((p) => p.column ?? []);
}

function columnOf({ pieces }: Definition, name: string): Piece | undefined {
  return pieces.find((p) => p.column === name);
}

function mergeColumns(texts: Texts, { decide, objection }: TableMergeOptions): Part[] {
  const frame = frameOf(texts);
  const second = frame === 'ours' ? 'theirs' : 'ours';
  if (frame === 'theirs' && isReordered(texts))
    decide(dispute(null, 'Both sides changed the order of columns.'));
  const names = columnsOf(texts[frame]);
  const others = columnsOf(texts[second]);
  for (const [i, name] of others.entries()) {
    if (names.includes(name)) continue;
    // At the end after the other side's additions there, otherwise in its old place.
    const isLast = others.slice(i).every((c) => columnOf(texts.base, c) === undefined);
    const before = others.slice(0, i).findLast((c) => names.includes(c));
    const place = isLast ? names.length : before === undefined ? 0 : names.indexOf(before) + 1;
    names.splice(place, 0, name);
  }
  return names.flatMap((name) => {
    const of = {
      base: columnOf(texts.base, name),
      ours: columnOf(texts.ours, name),
      theirs: columnOf(texts.theirs, name),
    };
    let { side, value } = pick(of, decide, () => dispute(name, explain(name, of)));
    const droppedBy =
      value === undefined && (of.ours === undefined) !== (of.theirs === undefined) ? side : null;
    const isKept = droppedBy !== null && sameSql(of.base?.text, (of.ours ?? of.theirs)?.text);
    const against = isKept ? objection(name, droppedBy) : null;
    if (against !== null) {
      side = decide(dispute(name, against));
      value = of[side];
    }
    return value === undefined ? [] : [{ piece: value, side }];
  });
}

function isReordered({ base, ours, theirs }: Texts): boolean {
  const isMoved = (side: Definition): boolean => orderOf(side, base) !== orderOf(base, side);
  return isMoved(ours) && isMoved(theirs) && orderOf(ours, theirs) !== orderOf(theirs, ours);
}

function explain(name: string, { base, ours, theirs }: Three<Piece | undefined>): string {
  if (base === undefined) return `Both sides added column "${name}", in different ways.`;
  if (ours === undefined) return `You dropped column "${name}", and it was changed on the remote.`;
  if (theirs === undefined) return `You changed column "${name}", and it was dropped on the remote.`;
  return `Both sides changed column "${name}", in different ways.`;
}

/** Merges constraints. They have no reliable names: each is there or not. */
function mergeConstraints(texts: Texts, decide: Decide): Part[] {
  const of = (definition: Definition): Piece[] => definition.pieces.filter((p) => p.column === null);
  const has = (definition: Definition, piece: Piece): boolean =>
    of(definition).some((p) => sameSql(p.text, piece.text));
  const { base, ours, theirs } = texts;
  const gone = of(base).filter((p) => !has(ours, p) && !has(theirs, p));
  const [mine, other] = [ours, theirs].map((side) => of(side).filter((p) => !has(base, p))) as [
    Piece[],
    Piece[],
  ];
  const isDisputed = gone.length > 0 && mine.some((p) => !has(theirs, p)) && other.some((p) => !has(ours, p));
  const winner = isDisputed
    ? decide(dispute(null, 'Both sides changed the same constraint of this table.'))
    : null;
  return [
    ...of(theirs)
      .filter((p) => (has(base, p) ? has(ours, p) : winner !== 'ours' || has(ours, p)))
      .map((piece) => ({ piece, side: 'theirs' }) as const),
    ...mine
      .filter((p) => !has(theirs, p) && winner !== 'theirs')
      .map((piece) => ({ piece, side: 'ours' }) as const),
  ];
}

/** Checks whether a side's whole definition already means the wanted one: then its text can stay. */
function isAsWanted(
  side: Definition,
  wanted: readonly Part[],
  tail: 'ours' | 'theirs',
  texts: Texts,
): boolean {
  return (
    side.pieces.length === wanted.length &&
    side.pieces.every((p, i) => sameSql(p.text, wanted[i]?.piece.text)) &&
    sameSql(side.tail, texts[tail].tail)
  );
}

/** Returns the wanted pieces. Pieces of the frame keep the text around them. */
function fitted(frame: Definition, wanted: readonly Part[]): Piece[] {
  return wanted.map(({ piece }, i) => {
    if (frame.pieces.includes(piece)) return piece;
    return { ...piece, raw: i === 0 ? piece.text : ` ${piece.text}` };
  });
}

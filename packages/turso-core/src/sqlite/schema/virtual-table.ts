import { foldName } from './fold-name';
import { sqlTokens, unquote, type SqlToken } from './sql-tokens';

/** The result of a CREATE VIRTUAL TABLE statement, with the facts about its content. */
export interface VirtualTable {
  /** The name of its module, in lower case. */
  readonly module: string;
  /**
   * The place of its rows: tables of its `own`, another table or view (`external`), nowhere (`none`), or computed from
   * other tables (`derived`). With `external` and `none` it is only an index. `unknown` if this SQLite cannot open it.
   */
  readonly content: 'own' | 'external' | 'none' | 'derived' | 'unknown';
  /** The table or view of an index with external content, and the column of its rowids. */
  readonly source: { readonly table: string; readonly rowid: string } | null;
  /** Name of a hidden column that is part of the rows, or null. */
  readonly languageId: string | null;
  /** Names of the tables behind it. */
  readonly shadows: readonly string[];
}

/** Modules without storage of their own: they show the content of others. */
const DERIVED = ['fts5vocab', 'fts4aux', 'fts3tokenize', 'dbstat', 'sqlite_stmt', 'generate_series'];

/** Checks whether the text of a table's definition makes a virtual one. */
export function isVirtual(sql: string): boolean {
  return /^CREATE VIRTUAL TABLE/i.test(sql);
}

/**
 * The tables of sqlite-vec, by the rest of their name after the virtual table's. It numbers columns with two digits.
 */
const VEC0 = /^(?:chunks|rowids|info|auxiliary|\w+\d\d)$/i;

/**
 * Returns the tables behind a virtual table, out of the names of all tables. For an unknown module, all tables with its
 * name and an underscore as their prefix may be.
 *
 * @see https://github.com/asg017/sqlite-vec/blob/main/sqlite-vec.c
 */
export function storedIn(
  name: string,
  { module, content, shadows }: VirtualTable,
  names: readonly string[],
): string[] {
  const prefix = foldName(`${name}_`);
  const known = new Set(shadows.map(foldName));
  return names.filter((other) => {
    const folded = foldName(other);
    if (content !== 'unknown' || known.size > 0) return known.has(folded);
    return folded.startsWith(prefix) && (module !== 'vec0' || VEC0.test(folded.slice(prefix.length)));
  });
}

/** Parses a CREATE VIRTUAL TABLE statement as stored in `sqlite_schema`. */
export function parseVirtualTable(name: string, sql: string): VirtualTable {
  const { module, args } = parseModule(sql);
  const table = { module, source: null, languageId: null };
  const named = (suffixes: readonly string[]): string[] => suffixes.map((suffix) => `${name}_${suffix}`);
  if (['rtree', 'rtree_i32', 'geopoly'].includes(module))
    return { ...table, content: 'own', shadows: named(['node', 'rowid', 'parent']) };
  if (module === 'fts5') return fts5(args, table, named);
  if (module === 'fts3' || module === 'fts4') return fts4(args, table, named);
  return { ...table, content: DERIVED.includes(module) ? 'derived' : 'unknown', shadows: [] };
}

type Known = Pick<VirtualTable, 'module' | 'source' | 'languageId'>;
type Named = (suffixes: readonly string[]) => string[];

// https://sqlite.org/fts5.html#external_content_and_contentless_tables
function fts5(args: readonly string[], table: Known, named: Named): VirtualTable {
  const options = readOptions(args);
  const content = contentOf(options);
  const keepsUnindexed = isOn(options.get('contentless_unindexed'));
  const shadows = [
    'data',
    'idx',
    ...(content === 'own' || (content === 'none' && keepsUnindexed) ? ['content'] : []),
    ...(isOn(options.get('columnsize') ?? '1') ? ['docsize'] : []),
    'config',
  ];
  return { ...table, content, source: sourceOf(options, content), shadows: named(shadows) };
}

// https://sqlite.org/fts3.html#the_content_option_
function fts4(args: readonly string[], table: Known, named: Named): VirtualTable {
  const options = table.module === 'fts4' ? readOptions(args) : new Map<string, string>();
  const content = contentOf(options);
  const shadows = [
    ...(content === 'own' ? ['content'] : []),
    ...['segments', 'segdir', 'stat'],
    ...(table.module === 'fts4' && options.get('matchinfo')?.toLowerCase() !== 'fts3' ? ['docsize'] : []),
  ];
  return {
    ...table,
    content,
    source: sourceOf(options, content),
    languageId: options.get('languageid') ?? null,
    shadows: named(shadows),
  };
}

function contentOf(options: ReadonlyMap<string, string>): 'own' | 'external' | 'none' {
  const content = options.get('content');
  return content === undefined ? 'own' : content === '' ? 'none' : 'external';
}

function sourceOf(options: ReadonlyMap<string, string>, content: string): VirtualTable['source'] {
  if (content !== 'external') return null;
  return { table: options.get('content') ?? '', rowid: options.get('content_rowid') ?? 'rowid' };
}

function isOn(value: string | undefined): boolean {
  return value !== undefined && value !== '0';
}

/** Returns the arguments of the form `name = value`, by name in lower case. */
function readOptions(args: readonly string[]): Map<string, string> {
  const options = new Map<string, string>();
  for (const arg of args) {
    const [, name, value] = /^\s*(\w+)\s*=\s*([^]*?)\s*$/.exec(arg) ?? [];
    if (name !== undefined) options.set(name.toLowerCase(), unquote(value ?? ''));
  }
  return options;
}

function parseModule(sql: string): { module: string; args: string[] } {
  const tokens = sqlTokens(sql);
  // CREATE VIRTUAL TABLE name USING module
  const module = tokens[5];
  if (module === undefined) return { module: '', args: [] };
  return { module: unquote(module.text).toLowerCase(), args: splitArguments(sql, tokens.slice(6)) };
}

/** Returns the text between the outermost parentheses, cut at the commas. */
function splitArguments(sql: string, tokens: readonly SqlToken[]): string[] {
  const args: string[] = [];
  let depth = 0;
  let start = 0;
  for (const { text, at } of tokens) {
    if (text === '(' && depth++ === 0) start = at + 1;
    const isEnd = text === ')' && --depth === 0;
    if (!isEnd && !(text === ',' && depth === 1)) continue;
    args.push(sql.slice(start, at));
    start = at + 1;
  }
  return args;
}

import fs from 'node:fs';
import { capabilitiesOf, type KnownCapabilities } from '../../hrana/capabilities';
import type { HttpClient } from '../../hrana/http-client';
import { checksumOf } from '../../sqlite/files/checksum';
import { checksumByReference } from '../../sqlite/files/difference';
import { noteChecksum, noteDifference } from '../../sqlite/files/known-files';
import type { Query } from '../../sqlite/query';
import { readChangeCounter } from '../../sqlite/files/file-header';
import { checkDefinitions } from '../../sqlite/schema/check-definitions';
import { setAsideFrom } from '../../sqlite/schema/set-aside';
import { takeOut } from '../../sqlite/schema/take-out';
import type { SnapshotMethod, SnapshotOptions, SnapshotStart, SnapshotTaken } from '../remote';
import { latestIndex } from './fingerprint';
import { readPageLayout, type PageLayout } from './page-layout';
import type { Reader } from './reader';
import { snapshotDigests } from './snapshot-digests';
import { snapshotLog, type FromLog } from './snapshot-log';
import { snapshotPages } from './snapshot-pages';
import { snapshotRows } from './snapshot-rows';
import { snapshotSync } from './snapshot-sync';
import { openStart } from './start-file';

type Queries = readonly [Query, ...Query[]];

/** Copies the database to a new file, by the server's cheapest method; see {@link Remote.snapshot}. */
export async function takeSnapshot(
  client: HttpClient,
  reader: Reader,
  file: string,
  options: SnapshotOptions,
): Promise<SnapshotTaken> {
  const { method, onProgress, starts = [], mayLag = false } = options;
  const isAllowed = (way: SnapshotMethod): boolean => method === undefined || method === way;
  const fromLog = isAllowed('log') ? await snapshotLog(client, starts, file, onProgress) : null;
  if (fromLog !== null) return ofPages({ method: 'log', ...fromLog }, file, options);
  const at = isAllowed('sync') && mayLag ? await snapshotSync(client, starts, file, onProgress) : null;
  if (at !== null) return { ...ofPages({ method: 'sync', crc: checksumOf(file) }, file, options), at };
  return readSideBySide(client, reader, async (queries) => {
    const capabilities = capabilitiesOf(client);
    const byPages = async (): Promise<Pages> => {
      const layout = await readPageLayout(queries[0]);
      const how = { capabilities, layout, starts, onProgress };
      const fromDigests = isAllowed('page-digests') ? await fromStart(queries, file, how) : null;
      if (fromDigests !== null) return { method: 'page-digests', ...fromDigests };
      return { method: 'pages', crc: await snapshotPages(queries, layout, file, onProgress) };
    };
    const pages = method === 'rows' ? null : await capabilities.attempt('sqliteDbpage', byPages);
    if (pages !== null) return ofPages(pages, file, options);
    // Some pages may have arrived before the server refused.
    fs.rmSync(file, { force: true });
    return ofRows(queries[0], file, options);
  });
}

/** The origin of pages: all fetched, or an earlier copy with known differences. */
type Pages = { readonly method: SnapshotMethod } & (
  { readonly crc: number } | (Pick<FromLog, 'start' | 'differing'> & Partial<FromLog>)
);

async function fromStart(
  queries: Queries,
  file: string,
  {
    starts: [best],
    ...how
  }: {
    readonly capabilities: KnownCapabilities;
    readonly onProgress: SnapshotOptions['onProgress'];
    readonly layout: PageLayout;
    readonly starts: readonly SnapshotStart[];
  },
): Promise<Pick<FromLog, 'start' | 'differing'> | null> {
  const start = best === undefined ? null : openStart(best.file);
  if (best === undefined || start === null) return null;
  try {
    const differing = await snapshotDigests(queries, file, { ...how, start, startFile: best.file });
    return differing === null ? null : { start: best.file, differing };
  } finally {
    start.close();
  }
}

/** Turns a file with a server's pages into a plain SQLite database. */
function ofPages(pages: Pages, file: string, { exclude = [] }: SnapshotOptions): SnapshotTaken {
  const before = readChangeCounter(file);
  checkDefinitions(file);
  const setAside = setAsideFrom(file);
  const leftOut = takeOut(file, exclude, { erase: true });
  const isUntouched = readChangeCounter(file) === before;
  return {
    method: pages.method,
    setAside: setAside.filter(({ table }) => !leftOut.has(table)),
    leftOut: leftOut.tables,
    crc: isUntouched ? checksumOfPages(file, pages) : null,
    ...('start' in pages && isUntouched && pages.isSound === true ? { soundStart: pages.start } : {}),
  };
}

function checksumOfPages(file: string, pages: Pages): number {
  if ('crc' in pages) return pages.crc;
  noteDifference(pages.start, file, pages.differing);
  const crc = checksumByReference(pages.start, file);
  noteChecksum(file, crc);
  return crc;
}

async function ofRows(
  query: Query,
  file: string,
  { onProgress, exclude = [] }: SnapshotOptions,
): Promise<SnapshotTaken> {
  return { method: 'rows', crc: null, ...(await snapshotRows(query, file, { onProgress, exclude })) };
}

/**
 * Runs work with the queries of two read transactions on the same state, because one does not keep server and network
 * busy. Uses one if a write may have happened between their beginnings.
 */
async function readSideBySide<T>(
  client: HttpClient,
  reader: Reader,
  work: (queries: Queries) => Promise<T>,
): Promise<T> {
  // A transaction sees the state at its first read.
  const begin = (query: Query): Promise<unknown> => query('SELECT count(*) FROM sqlite_schema');
  // Without its log, a number may be anything, and may never change.
  const before = capabilitiesOf(client).all.log === true ? await latestIndex(client) : null;
  return reader.read(async (first) => {
    await begin(first);
    if (before === null) return work([first]);
    return reader.read(async (second) => {
      await begin(second);
      const isSame = (await latestIndex(client)) === before;
      return work(isSame ? [first, second] : [first]);
    });
  });
}

import type { Capabilities, Capability } from '../commands/status';

/**
 * Lists the capabilities of a server for people. One line has those it offers, one those it lacks, one the unknown
 * ones.
 */
export function capabilityLines(capabilities: Capabilities): string[] {
  const named = (value: boolean | null): string[] =>
    (Object.keys(WORDS) as Capability[])
      .filter((name) => capabilities[name] === value)
      .map((name) => WORDS[name]);
  const { encoding } = capabilities;
  const line = (label: string, words: readonly string[]): string[] =>
    words.length === 0 ? [] : [`${label}${words.join(', ')}`];
  return [
    ...line('Offers        ', [...(encoding === null ? [] : [ENCODINGS[encoding]]), ...named(true)]),
    ...line('Lacks         ', named(false)),
    ...line('Not known     ', named(null)),
  ];
}

const ENCODINGS = {
  'v3-protobuf': 'Hrana 3 in Protocol Buffers',
  v3: 'Hrana 3 in JSON',
  v2: 'Hrana 2 in JSON',
} as const satisfies Record<NonNullable<Capabilities['encoding']>, string>;

/** The names from `docs/compatibility.md`. */
const WORDS: Readonly<Record<Capability, string>> = {
  autocommitConditions: 'is_autocommit',
  sqliteDbpage: 'sqlite_dbpage',
  dataVersion: 'pragma_data_version',
  sha3: 'sha3_query',
  replicationIndex: 'the number of its latest write',
  log: 'its log over gRPC',
  syncEndpoints: 'sync endpoints',
  userVersion: 'setting user_version',
};

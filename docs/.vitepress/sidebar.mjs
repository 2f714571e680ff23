const group = (text, pages) => ({
  text,
  collapsed: false,
  items: pages.map(([title, link]) => ({ text: title, link })),
});

/** All pages, in the order in which a newcomer meets them. */
export const sidebar = [
  group('Start', [
    ['With a Turso database', '/start/turso'],
    ['With an SQLite file', '/start/existing-file'],
    ['In an Nx workspace', '/start/nx'],
    ['Without an account', '/start/no-account'],
  ]),
  group('Concepts', [
    ['How it works', '/concepts'],
    ['The workflow', '/workflow'],
    ['Conflicts', '/conflicts'],
    ['Changed definitions', '/schema-changes'],
  ]),
  group('Guides', [
    ['Review in CI', '/ci'],
    ['Staging to production', '/guides/staging-to-production'],
    ['A nightly job', '/guides/nightly-job'],
    ['Two developers', '/guides/two-developers'],
    ['Migrations: Drizzle, Prisma, Django, Rails', '/guides/migrations'],
    ['Moving from embedded replicas', '/guides/from-embedded-replicas'],
    ['Tests with file: URLs', '/guides/tests'],
    ['Backup and restore', '/guides/backup'],
    ['The library', '/library'],
    ['Nx', '/nx'],
    ['Reports', '/reports'],
    ['The policy', '/policy'],
    ['Connection settings', '/connection'],
    ['Troubleshooting', '/troubleshooting'],
  ]),
  group('Live connections', [
    ['TypeScript', '/direct-access'],
    ['Drizzle', '/direct-access-drizzle'],
    ['Kysely', '/direct-access-kysely'],
    ['OCaml', '/direct-access-ocaml'],
    ['C and Python', '/direct-access-c'],
    ['Build for OCaml and C', '/ffi-build'],
    ['The contract', '/direct-access-contract'],
  ]),
  group('Reference', [
    ['Commands', '/reference/commands'],
    ['Executors and generators', '/reference/executors'],
    ['Config', '/reference/config'],
    ['Error codes', '/reference/errors'],
    ['JSON', '/reference/json'],
    ['The plan', '/plan'],
    ['Price', '/price'],
  ]),
  group('About', [
    ['FAQ', '/faq'],
    ['Comparison', '/comparison'],
    ['Compatibility', '/compatibility'],
    ['Security', '/security'],
    ['Benchmarks', '/benchmarks'],
  ]),
  group('Internals', [
    ['Architecture', '/architecture'],
    ['Virtual tables', '/virtual-tables'],
    ['What only libSQL knows', '/libsql-only'],
  ]),
];

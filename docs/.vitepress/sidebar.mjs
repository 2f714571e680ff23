const group = (text, pages) => ({ text, items: pages.map(([title, link]) => ({ text: title, link })) });

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
    ['Comparison', '/comparison'],
  ]),
  group('Guides', [
    ['The workflow', '/workflow'],
    ['Conflicts', '/conflicts'],
    ['Changed definitions', '/schema-changes'],
    ['Review in CI', '/ci'],
    ['Nx', '/nx'],
    ['Reports', '/reports'],
    ['The policy', '/policy'],
    ['Staging to production', '/guides/staging-to-production'],
    ['A nightly job', '/guides/nightly-job'],
    ['Two developers', '/guides/two-developers'],
    ['Migrations', '/guides/migrations'],
    ['From embedded replicas', '/guides/from-embedded-replicas'],
    ['The library', '/library'],
    ['Tests with a file', '/guides/tests'],
    ['Backup and restore', '/guides/backup'],
    ['Connection settings', '/connection'],
    ['Troubleshooting', '/troubleshooting'],
    ['Questions', '/faq'],
  ]),
  group('Live', [
    ['TypeScript', '/direct-access'],
    ['OCaml', '/direct-access-ocaml'],
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
  group('Internals', [
    ['Architecture', '/architecture'],
    ['Security', '/security'],
    ['Compatibility', '/compatibility'],
    ['Virtual tables', '/virtual-tables'],
    ['What only libSQL knows', '/libsql-only'],
    ['Benchmarks', '/benchmarks'],
  ]),
];

import js from '@eslint/js';
import prettier from 'eslint-config-prettier';
import boundaries from 'eslint-plugin-boundaries';
import tseslint from 'typescript-eslint';

/** Folders of turso-core, each with those that it may import from: arrows of import go one way. */
const arrows = {
  sqlite: [],
  'code-host': [],
  hrana: ['sqlite'],
  remote: ['apply', 'hrana', 'sqlite'],
  changeset: ['sqlite'],
  checks: ['sqlite'],
  plan: ['changeset', 'sqlite'],
  cost: ['apply', 'plan', 'changeset', 'sqlite'],
  policy: ['plan', 'changeset', 'sqlite'],
  apply: ['changeset', 'sqlite'],
  live: ['apply', 'hrana', 'remote', 'sqlite'],
  project: ['policy', 'remote', 'sqlite'],
  commands: [
    'apply',
    'changeset',
    'checks',
    'cost',
    'hrana',
    'plan',
    'policy',
    'project',
    'remote',
    'sqlite',
  ],
  report: ['commands', 'apply', 'changeset', 'checks', 'plan', 'project', 'sqlite'],
  cli: ['report', 'commands', 'apply', 'changeset', 'checks', 'code-host', 'plan', 'project', 'sqlite'],
};

/** Who opened an adapter himself could forget to compare the remote with the base's. */
const ADAPTERS = {
  group: ['**/remote/connect'],
  message: 'Only project/connect-to.ts opens an adapter; use connectTo or withRemote.',
};

/** One connection a command: its verb opens it and hands it on. */
const CONNECTING = {
  group: ['**/project/connect-to', '**/project/with-remote'],
  importNames: ['connectTo', 'connectForFingerprint', 'connectToDiagnose', 'withRemote'],
  message: 'A verb connects once, and passes its ProjectRemote on.',
};

/** If the disk fills up, it writes a part and reports no error. */
const WRITE_SYNC = {
  object: 'fs',
  property: 'writeSync',
  message: 'writeBytes writes everything, or fails.',
};

/** An error of one copy of turso-core is no error of the other. */
const OTHER_COPIES = ['turso-core', 'turso-core/report'].map((name) => ({
  name,
  message: 'The plugin uses turso-core/own-process, which is one file with all of it.',
}));

export default tseslint.config(
  {
    ignores: [
      '**/dist/**',
      '**/node_modules/**',
      '**/.nx/**',
      '**/.turso/**',
      '**/{target,_build,_install}/**',
    ],
  },
  js.configs.recommended,
  {
    files: ['**/*.js', '**/*.mjs', '**/*.cjs'],
    languageOptions: {
      globals: Object.fromEntries(
        [
          'require',
          'module',
          'process',
          'console',
          '__dirname',
          'performance',
          'setTimeout',
          'setInterval',
          'clearInterval',
          'fetch',
          'Buffer',
          'URL',
        ].map((name) => [name, 'readonly']),
      ),
    },
  },
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeChecked, ...tseslint.configs.stylisticTypeChecked],
    languageOptions: {
      parserOptions: {
        project: ['{packages,examples}/*/tsconfig.{spec,page}.json', 'e2e*/tsconfig.spec.json'],
        tsconfigRootDir: import.meta.dirname,
      },
    },
    rules: {
      '@typescript-eslint/explicit-module-boundary-types': 'error',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allow: ['bigint'] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true }],
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      // A port's methods answer with promises, also where an adapter has nothing to wait for.
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { varsIgnorePattern: '^_', argsIgnorePattern: '^_' }],
    },
  },
  {
    files: ['packages/turso-core/src/**/*.ts', 'src/**/*.ts'],
    ignores: ['**/*.test.ts'],
    plugins: { boundaries },
    settings: {
      'import/resolver': { node: { extensions: ['.ts', '.js'] } },
      'boundaries/elements': Object.keys(arrows).map((type) => ({
        type,
        pattern: `src/${type}`,
        mode: 'folder',
      })),
    },
    rules: {
      'boundaries/element-types': [
        'error',
        {
          default: 'disallow',
          rules: Object.entries(arrows).map(([from, allow]) => ({ from, allow: [from, ...allow] })),
        },
      ],
    },
  },
  {
    files: ['packages/turso-core/src/**/*.ts'],
    ignores: ['**/*.test.ts', 'packages/turso-core/src/project/connect-to.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ADAPTERS] }] },
  },
  {
    files: ['packages/turso-core/src/commands/*/**/*.ts'],
    ignores: ['**/*.test.ts'],
    rules: { 'no-restricted-imports': ['error', { patterns: [ADAPTERS, CONNECTING] }] },
  },
  {
    files: ['packages/turso-core/src/**/*.ts'],
    ignores: [
      '**/*.test.ts',
      'packages/turso-core/src/sqlite/files/write-bytes.ts',
      // Must append in one write.
      'packages/turso-core/src/report/ending/step-summary.ts',
    ],
    rules: { 'no-restricted-properties': ['error', WRITE_SYNC] },
  },
  {
    files: ['packages/turso-sync-plugin/src/**/*.ts'],
    rules: { 'no-restricted-imports': ['error', { paths: OTHER_COPIES }] },
  },
  {
    files: ['packages/*/src/**/*.ts'],
    ignores: ['packages/turso-core/src/cli/**', '**/*.test.ts'],
    rules: { 'no-console': 'error' },
  },
  prettier,
);

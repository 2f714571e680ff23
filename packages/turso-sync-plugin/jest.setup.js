'use strict';

// What the run of Nx that these tests may be a task of has told its own tasks.
for (const name of ['TURSO_SYNC_NX_CONFIGURATION', 'TURSO_SYNC_NX_RUN', 'GITHUB_STEP_SUMMARY'])
  delete process.env[name];

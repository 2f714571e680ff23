'use strict';

const fc = require('fast-check');

// The same random cases each time, so that CI fails for what was changed; TURSO_SYNC_SEED tries others.
fc.configureGlobal({ seed: Number(process.env.TURSO_SYNC_SEED ?? 1) });

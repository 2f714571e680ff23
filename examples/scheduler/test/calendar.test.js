// @ts-check
'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const { anniversaryOf, dayOf, isoDateOf, yearOf } = require('../src/calendar');

test('days are counted from 1970-01-01, and back', () => {
  assert.equal(dayOf('1970-01-01'), 0);
  assert.equal(dayOf('1969-12-31'), -1);
  assert.equal(dayOf('2024-03-01') - dayOf('2024-02-28'), 2);
  assert.equal(dayOf('2026-03-01') - dayOf('2026-02-28'), 1);
  assert.equal(isoDateOf(dayOf('1948-02-29')), '1948-02-29');
});

test('the year of a day changes at midnight UTC', () => {
  assert.equal(yearOf(dayOf('2025-12-31')), 2025);
  assert.equal(yearOf(dayOf('2026-01-01')), 2026);
});

for (const [year, expected] of /** @type {const} */ ([
  [2026, '2026-02-28'],
  [2028, '2028-02-29'],
  [2100, '2100-02-28'],
  [2400, '2400-02-29'],
])) {
  test(`29 February returns on ${expected}`, () => {
    assert.equal(anniversaryOf('1948-02-29', year), dayOf(expected));
  });
}

test('28 February stays on 28 February in a leap year', () => {
  assert.equal(anniversaryOf('1950-02-28', 2028), dayOf('2028-02-28'));
});

test('a date has no anniversary up to its own year', () => {
  assert.equal(anniversaryOf('2026-05-01', 2025), null);
  assert.equal(anniversaryOf('2026-05-01', 2026), null);
  assert.equal(anniversaryOf('2026-05-01', 2027), dayOf('2027-05-01'));
});

for (const text of ['', 'soon', '2026-02-29', '2026-13-01', '2026-1-5', '2026-01-01T00:00']) {
  test(`"${text}" is refused as a date`, () => {
    assert.throws(() => dayOf(text), { name: 'RangeError', message: /is not a date/ });
  });
}

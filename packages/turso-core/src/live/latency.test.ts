import { createLatency } from './latency';

test('there are no times before the first call', () => {
  expect(createLatency().summary()).toEqual({ count: 0, p50Ms: 0, p95Ms: 0, maxMs: 0 });
});

test.each([0.0004, 0.001, 1, 30_000])('the percentiles of 1 to 100 times %d ms are within 7 %%', (unit) => {
  const latency = createLatency();
  for (let i = 100; i >= 1; i--) latency.add(i * unit);
  const { count, p50Ms, p95Ms, maxMs } = latency.summary();
  expect([count, maxMs]).toEqual([100, 100 * unit]);
  const shortest = 0.002;
  expect(p50Ms).toBeGreaterThanOrEqual(50 * unit);
  expect(p50Ms).toBeLessThanOrEqual(Math.max(50 * unit * 1.07, shortest));
  expect(p95Ms).toBeGreaterThanOrEqual(95 * unit);
  expect(p95Ms).toBeLessThanOrEqual(Math.max(95 * unit * 1.07, shortest));
});

test('no time is too short or too long', () => {
  const latency = createLatency();
  for (const time of [0, 1e-9, 1e12]) latency.add(time);
  expect(latency.summary()).toMatchObject({ count: 3, maxMs: 1e12, p95Ms: expect.any(Number) as number });
});

//! How long calls took, in fixed memory: times are counted in ranges, each at most a sixteenth of its time wide.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Ranges for each power of two.
const STEPS: usize = 16;
const STEPS_LOG: u32 = STEPS.ilog2();

/// The longest time that is told from longer ones, in microseconds, is 2 to this power: 19 hours.
const LONGEST_LOG: u32 = 36;

const RANGES: usize = STEPS * (LONGEST_LOG - STEPS_LOG + 1) as usize;

/// The times of one kind of calls.
pub struct Latency {
    ranges: [AtomicU64; RANGES],
    longest_us: AtomicU64,
}

/// A summary; times are in microseconds, and 0 if there were no calls.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Summary {
    pub count: u64,
    pub p50_us: u64,
    pub p95_us: u64,
    pub max_us: u64,
}

impl Default for Latency {
    fn default() -> Self {
        Self { ranges: [const { AtomicU64::new(0) }; RANGES], longest_us: AtomicU64::new(0) }
    }
}

impl Latency {
    pub fn add(&self, time: Duration) {
        let us = u64::try_from(time.as_micros()).unwrap_or(u64::MAX);
        self.ranges[range_of(us)].fetch_add(1, Ordering::Relaxed);
        self.longest_us.fetch_max(us, Ordering::Relaxed);
    }

    pub fn summary(&self) -> Summary {
        let counts: Vec<_> = self.ranges.iter().map(|range| range.load(Ordering::Relaxed)).collect();
        let (count, max_us) = (counts.iter().sum::<u64>(), self.longest_us.load(Ordering::Relaxed));
        let percentile = |percent: u64| {
            let wanted = (count * percent).div_ceil(100);
            let mut seen = 0;
            let range = counts.iter().position(|count| {
                seen += count;
                wanted > 0 && seen >= wanted
            });
            range.map_or(0, |range| end_of(range).min(max_us))
        };
        Summary { count, p50_us: percentile(50), p95_us: percentile(95), max_us }
    }
}

fn range_of(us: u64) -> usize {
    let us = us.min((1 << LONGEST_LOG) - 1);
    if us < STEPS as u64 {
        return us as usize;
    }
    let shift = us.ilog2() - STEPS_LOG;
    shift as usize * STEPS + (us >> shift) as usize
}

/// The longest time of a range.
fn end_of(range: usize) -> u64 {
    let shift = (range / STEPS).saturating_sub(1);
    let step = (range - shift * STEPS) as u64;
    ((step + 1) << shift) - 1
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_time_is_in_the_range_that_ends_next() {
        let mut before = None;
        for range in 0..RANGES {
            let end = end_of(range);
            assert_eq!(range_of(end), range);
            assert_eq!(range_of(before.map_or(0, |before| before + 1)), range);
            let begin = before.map_or(0, |before| before + 1);
            assert!(end - begin <= end / STEPS as u64, "{begin} to {end}");
            before = Some(end);
        }
        assert_eq!(range_of(u64::MAX), RANGES - 1);
    }

    #[test]
    fn percentiles_are_of_the_times_in_order() {
        let latency = Latency::default();
        assert_eq!(latency.summary(), Summary::default());
        for us in (1..=100).rev() {
            latency.add(Duration::from_micros(us));
        }
        let Summary { count, p50_us, p95_us, max_us } = latency.summary();
        assert_eq!((count, max_us), (100, 100));
        assert!((50..=53).contains(&p50_us) && (95..=100).contains(&p95_us), "{p50_us} {p95_us}");
        latency.add(Duration::MAX);
        assert_eq!(latency.summary().max_us, u64::MAX);
        let one = Latency::default();
        one.add(Duration::from_micros(7));
        assert_eq!(one.summary(), Summary { count: 1, p50_us: 7, p95_us: 7, max_us: 7 });
    }
}

//! Whole-system tests: journeys, attacks, crashes and benchmarks. See `site/` and `benches/`.

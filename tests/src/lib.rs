//! Whole-system tests: journeys, attacks, crashes, benchmarks

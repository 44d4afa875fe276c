//! Nothing but the tests: `tests/host`.

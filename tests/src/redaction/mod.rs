//! How well the core's [`Redactor`](thrads_core::Redactor) does on a labelled corpus, by kind and language.
//!
//! The format of a corpus stands in `tests/fixtures/redaction/README.md`. The bin `redaction_report` prints what is counted here.

mod corpus;
mod tally;

pub use corpus::{Labelled, Line, Wrong, corpora, parse};
pub use tally::{MAX_TOUCHED_PERCENT, MIN_RECALL_PERCENT, Tally, difference};

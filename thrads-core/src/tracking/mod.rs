//! What became of an ad: whether it could be seen or heard or was used, and telling the platform so, once.
//!
//! Behind `ad` and `render`; what it makes are requests again. Sections 2.4, 2.5 and 4 of the wire contract.

mod engagement;
mod entry;
mod impression;
mod listening;
mod outbox;
mod record;
mod trackers;
mod viewability;
mod waiting;

pub use engagement::{Engagement, Feedback, PromptClick, Vote, poll_results};
pub use impression::{Impression, ImpressionParts};
pub use listening::{AUDIBLE_FOR, AUDIBLE_PER_MILLE, Listening};
pub use outbox::{Due, OUTBOX_EXPIRY, Outbox, OutboxCounts};
pub use record::RECORD_HEADER;
pub use trackers::{MAX_TRACKERS, Trackers, trackers};
pub use viewability::{VIEWABLE_FOR, VIEWABLE_PER_MILLE, Viewability};

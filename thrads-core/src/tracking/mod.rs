//! What became of an ad: whether it could be seen, and telling the platform so, once.
//!
//! Behind `ad` and `render`; what it makes are requests again. Section 4 of the wire contract.

mod impression;
mod trackers;
mod viewability;

pub use impression::Impression;
pub use trackers::{MAX_TRACKERS, Trackers, trackers};
pub use viewability::{VIEWABLE_FOR, VIEWABLE_PER_MILLE, Viewability};

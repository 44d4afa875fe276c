//! The Thrads (thrad.ai) chatbot-ad platform for servers.

mod clock;
mod outcome;
mod thrads;
mod transport;

pub use clock::TokioClock;
pub use outcome::{Failure, Outcome, Served};
pub use thrads::{Chat, Options, Thrads};
pub use thrads_core as core;
pub use transport::{MAX_BODY_BYTES, ReqwestTransport, StartError};

//! Both transports against the sandbox and against servers that misbehave, over real sockets.
//!
//! Each case is written once and run through thrads-std and through thrads-embassy.

/// Makes two tests of each function that is generic over [`Way`](crate::rig::Way).
macro_rules! through_both {
    ($($name:ident),+ $(,)?) => {
        mod over_std { $(#[test] fn $name() { super::$name::<crate::rig::Std>() })+ }
        mod over_embassy { $(#[test] fn $name() { super::$name::<crate::rig::Embassy>() })+ }
    };
}

mod bodies;
mod chatter;
mod connects;
mod cuts;
mod deadlines;
mod driven;
mod drops;
mod faults;
mod framing;
mod headers;
mod impressions;
mod isolation;
mod pacing;
mod persons;
mod pings;
mod quiet;
mod rates;
mod raw;
mod redirects;
mod rig;
mod same;
mod talk;

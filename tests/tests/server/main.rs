//! thrads-std as a server uses it: many chats, keys that change, an end, and operators who want to know.

mod ahead;
mod blocking;
mod chats;
mod end;
mod extremes;
mod keys;
mod listen;
mod metrics;
mod people;
mod proxies;
#[path = "../adapters/raw.rs"]
mod raw;
mod rig;
mod told;
mod warm;

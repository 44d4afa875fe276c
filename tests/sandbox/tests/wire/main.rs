//! The sandbox as a client meets it: bytes over a socket, against the cases of the wire contract.

mod admission;
mod client;
mod creatives;
mod faults;
mod openapi;
mod platform;
mod polls;
mod tls;
mod tracking;
mod v1;

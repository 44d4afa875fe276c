//! The transport on a host: over the operating system's sockets, and over embassy-net without a network card.

mod answers;
mod deadlines;
mod end_to_end;
mod refusals;
mod requests;
mod server;
mod support;
mod tls;
mod two_stacks;

//! JSON for the two things this crate is for: bodies written in pieces, answers read in place.
//!
//! A helper of `request` and `response`. serde-json-core serves settings; why the wire has its own reader and writer
//! is told in the crate documentation.

pub(crate) mod decimal;
pub(crate) mod plain;
pub(crate) mod read;
pub(crate) mod schema;
pub(crate) mod text;
pub(crate) mod utf8;
pub(crate) mod value;
pub(crate) mod write;

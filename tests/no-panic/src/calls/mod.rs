//! Every public entry of the core, a file for each stage of the pipeline.

mod client;
mod config;
mod consent;
mod conversation;
mod pacing;
mod redact;
mod render;
mod request;
mod response;
mod session;
mod tracking;

pub(crate) fn all() {
    config::all();
    conversation::all();
    pacing::all();
    request::all();
    response::all();
    redact::all();
    render::all();
    tracking::all();
    session::all();
    client::all();
}

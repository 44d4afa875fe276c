//! Trackers, viewability and pings.

use super::config::now;
use super::request::{end_user, write};
use crate::opaque::{keep, number, of, show};
use thrads_core::{Ad, Impression, Listening, Millis, Request, Trackers, Viewability, trackers};

pub(super) fn all() {
    let mut viewability = of(Viewability::new());
    let mut listening = Listening::new(of(0)).stricter(of(0), of(Millis(0)));
    for _ in 0..number() {
        keep(listening.on_sample(now(), of(0)));
        keep(listening.poll_at());
        listening.on_interrupt();
        keep(viewability.on_sample(now(), of(0)));
        keep(viewability.poll_at());
    }
}

pub(super) fn trackers_of(ad: &Ad<&str>) {
    read(&trackers(ad));
}

pub(super) fn report(impression: Impression<&str>) {
    keep(impression.earns_micros());
    read(&impression.trackers());
    keep(impression.map(|text| text.len()));
}

fn read(trackers: &Trackers<'_>) {
    keep(trackers.refused());
    for url in trackers.iter() {
        show(url);
        url.bytes().for_each(keep);
        if let Ok(end_user) = end_user() {
            write(&Request::ping(url, end_user));
        }
    }
}

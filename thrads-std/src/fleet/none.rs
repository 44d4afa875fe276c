//! What stands in for a fleet where the feature `redis` is off: there is none, and the types say so.

use crate::transport::StartError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thrads_core::{ApiKey, Cap, Caps, Seen};

#[derive(Clone, Debug)]
pub(crate) enum Fleet {}

pub(crate) enum Turns {}

pub(crate) enum Places {}

pub(crate) enum Place {}

#[derive(Clone, Copy, Debug)]
pub(crate) struct PersonId;

#[derive(Debug, Default)]
pub(crate) struct OnScreen(());

impl Fleet {
    /// Programs that are built without the feature have no use for its URL.
    pub(crate) fn of_env(_: &str, _: Option<&[u8]>, _: u32) -> Result<Self, StartError> {
        Err(StartError::Redis)
    }
}

impl Turns {
    pub(crate) fn new(fleet: &Fleet, _: &ApiKey, _: u32, _: Caps, _: Duration) -> Arc<Self> {
        match *fleet {}
    }

    pub(crate) async fn wait<T, E>(
        self: &Arc<Self>,
        _: Instant,
        _: impl Future<Output = Result<T, E>>,
    ) -> Result<Result<T, E>, Instant> {
        match **self {}
    }

    pub(crate) fn learn(&self, _: u32) {
        match *self {}
    }

    pub(crate) fn is_up(&self) -> bool {
        match *self {}
    }

    pub(crate) async fn give_back(&self) {
        match *self {}
    }

    pub(crate) fn places(&self) -> Option<&Arc<Places>> {
        match *self {}
    }
}

impl Places {
    pub(crate) async fn ask(self: &Arc<Self>, _: PersonId) -> Option<Asked> {
        match **self {}
    }
}

/// What is never said.
pub(crate) struct Asked {
    pub(crate) seen: Seen,
    pub(crate) place: Result<Place, (Cap, Duration)>,
}

impl PersonId {
    pub(crate) fn of(_: &str) -> Self {
        Self
    }
}

impl OnScreen {
    pub(crate) fn put(&mut self, place: Place) {
        match place {}
    }

    pub(crate) fn seen(&mut self, places: &Arc<Places>, _: PersonId) -> bool {
        match **places {}
    }

    pub(crate) fn unseen(&mut self, places: &Arc<Places>) {
        match **places {}
    }
}

//! What stands in for a fleet where the feature `redis` is off: there is none, and the types say so.

use crate::transport::StartError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use thrads_core::ApiKey;

#[derive(Clone, Debug)]
pub(crate) enum Fleet {}

pub(crate) enum Turns {}

impl Fleet {
    /// Programs that are built without the feature have no use for its URL.
    pub(crate) fn of_env(_: &str, _: u32) -> Result<Self, StartError> {
        Err(StartError::Redis)
    }
}

impl Turns {
    pub(crate) fn new(fleet: &Fleet, _: &ApiKey, _: u32, _: Duration) -> Arc<Self> {
        match *fleet {}
    }

    pub(crate) async fn wait(self: &Arc<Self>, _: Instant) -> Result<(), Instant> {
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
}

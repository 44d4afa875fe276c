//! Tokens that are good once in the whole fleet, such as a page's for an impression it has shown.
//!
//! Part of `fleet`. A page's next request may come to any replica, and may come twice.

use super::link::Link;
use super::names::Names;
use super::store_error::StoreError;
use crate::thrads::Thrads;
use redis::cmd;
use std::sync::Arc;
use std::time::Duration;

/// What came of redeeming a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Redeemed {
    /// It was not redeemed before; with what was left under it, if that is there.
    Now(Option<Vec<u8>>),
    /// It was, in whichever replica.
    Before,
}

impl Thrads {
    /// Leaves `value` under a token, for whichever replica redeems it within `keep`. Redis sees the value as it is, and of the
    /// token a keyed hash.
    ///
    /// ```no_run
    /// # use thrads_std::{Redeemed, StoreError, Thrads};
    /// # use std::time::Duration;
    /// # async fn run(thrads: Thrads) -> Result<(), StoreError> {
    /// let keep = Duration::from_secs(900);
    /// thrads.leave_in_fleet("token-5f0c", b"what the ad was", keep).await?;
    ///
    /// // Later, in any replica, and true for one of them:
    /// let is_first = matches!(thrads.redeem_in_fleet("token-5f0c", keep).await?, Redeemed::Now(_));
    /// # let _ = is_first;
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// [`StoreError`], after a tenth of the timeout at the latest; it may have been left.
    pub async fn leave_in_fleet(
        &self,
        token: &str,
        value: &[u8],
        keep: Duration,
    ) -> Result<(), StoreError> {
        let turns = self.account().turns().ok_or(StoreError::NoFleet)?;
        turns.tokens.leave(token, value, keep).await
    }

    /// Redeems a token, which no replica can do again as long as `keep`: give the time for which it is good at all.
    ///
    /// # Errors
    ///
    /// [`StoreError`], after a tenth of the timeout at the latest. The token may have been redeemed: who asks again is then told
    /// [`Redeemed::Before`], so that nothing counts twice.
    pub async fn redeem_in_fleet(
        &self,
        token: &str,
        keep: Duration,
    ) -> Result<Redeemed, StoreError> {
        let turns = self.account().turns().ok_or(StoreError::NoFleet)?;
        turns.tokens.redeem(token, keep).await
    }
}

/// The tokens of one key.
pub(super) struct Tokens {
    link: Arc<Link>,
    names: Arc<Names>,
}

impl Tokens {
    pub(super) fn new(link: Arc<Link>, names: Arc<Names>) -> Self {
        Self { link, names }
    }

    async fn leave(&self, token: &str, value: &[u8], keep: Duration) -> Result<(), StoreError> {
        let mut call = cmd("SET");
        call.arg(self.names.token(token, "left")).arg(value).arg("PX").arg(millis(keep));
        self.link.trip(|mut wire| async move { call.exec_async(&mut wire).await }).await
    }

    async fn redeem(&self, token: &str, keep: Duration) -> Result<Redeemed, StoreError> {
        let mut pipe = redis::pipe();
        let mark = self.names.token(token, "redeemed");
        pipe.cmd("SET").arg(mark).arg(1).arg("NX").arg("PX").arg(millis(keep));
        pipe.cmd("GET").arg(self.names.token(token, "left"));
        let trip = |mut wire| async move { pipe.query_async(&mut wire).await };
        let (is_first, left): (Option<String>, Option<Vec<u8>>) = self.link.trip(trip).await?;
        Ok(if is_first.is_some() { Redeemed::Now(left) } else { Redeemed::Before })
    }
}

/// Redis keeps nothing for no time.
fn millis(keep: Duration) -> u64 {
    u64::try_from(keep.as_millis()).unwrap_or(u64::MAX).clamp(1, LONGEST_MS)
}

/// Ten years; Redis refuses moments that do not fit.
const LONGEST_MS: u64 = 315_360_000_000;

//! The door of a publisher's connection: counts what is under way, and shuts.
//!
//! Part of `thrads`.

use std::future::{Future, poll_fn};
use std::pin::{Pin, pin};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::task::Poll;
use std::time::Duration;
use tokio::sync::Notify;
use tokio::time::timeout;

/// What came of shutting down.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Drained {
    /// Asks and reports that were under way and came to their end.
    pub finished: usize,
    /// Those that were ended at the deadline.
    pub ended: usize,
}

/// Lets asks in until it shuts, and everything be under way until it ends.
#[derive(Debug, Default)]
pub(crate) struct Door {
    under_way: AtomicUsize,
    is_shut: AtomicBool,
    is_ended: AtomicBool,
    left: Notify,
    ended: Notify,
}

/// Something that is under way.
#[derive(Debug)]
pub(crate) struct Pass<'d>(&'d Door);

impl Door {
    /// Lets an ask in; `None` once the door is shut.
    pub(crate) fn enter(&self) -> Option<Pass<'_>> {
        let pass = self.enter_late();
        (!self.is_shut()).then_some(pass)
    }

    pub(crate) fn is_shut(&self) -> bool {
        self.is_shut.load(Ordering::SeqCst)
    }

    /// Lets in what may still begin while asks may not: reports of ads that were shown.
    pub(crate) fn enter_late(&self) -> Pass<'_> {
        self.under_way.fetch_add(1, Ordering::SeqCst);
        Pass(self)
    }

    /// `work`, or `None` if everything ends before it does. It comes pinned, since what moves into a future is kept twice.
    pub(crate) async fn unless_ended<F: Future>(&self, mut work: Pin<&mut F>) -> Option<F::Output> {
        let mut ended = pin!(self.ended.notified());
        ended.as_mut().enable();
        if self.is_ended.load(Ordering::SeqCst) {
            return None;
        }
        poll_fn(|context| match work.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => ended.as_mut().poll(context).map(|()| None),
        })
        .await
    }

    /// Lets no more asks in, waits `within` for those under way, and then ends the rest.
    pub(crate) async fn shut(&self, within: Duration) -> Drained {
        self.is_shut.store(true, Ordering::SeqCst);
        let at_first = self.under_way.load(Ordering::SeqCst);
        let _is_late = timeout(within, self.empty()).await;
        let ended = self.under_way.load(Ordering::SeqCst);
        self.is_ended.store(true, Ordering::SeqCst);
        self.ended.notify_waiters();
        let _is_late = timeout(LAST_WORDS, self.empty()).await;
        Drained { finished: at_first.saturating_sub(ended), ended }
    }

    /// Ends when nothing is under way.
    async fn empty(&self) {
        loop {
            let mut left = pin!(self.left.notified());
            left.as_mut().enable();
            if self.under_way.load(Ordering::SeqCst) == 0 {
                return;
            }
            left.await;
        }
    }
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.0.under_way.fetch_sub(1, Ordering::SeqCst) == 1 {
            self.0.left.notify_waiters();
        }
    }
}

/// How long those that are ended have to notice; a future that nobody polls never does.
const LAST_WORDS: Duration = Duration::from_millis(50);

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_shut_door_lets_nobody_in_but_reports() {
        let door = Door::default();
        drop(door.enter().unwrap());
        assert_eq!(door.shut(Duration::ZERO).await, Drained::default());
        assert!(door.enter().is_none());
        drop(door.enter_late());
        assert!(door.unless_ended(pin!(async {})).await.is_none());
    }

    #[tokio::test]
    async fn what_ends_in_time_is_waited_for_and_the_rest_is_ended() {
        let door = Door::default();
        let (quick, slow) = (door.enter(), door.enter());
        let quick = async {
            tokio::task::yield_now().await;
            drop(quick);
        };
        let slow = async {
            let ended = door.unless_ended(pin!(std::future::pending::<()>())).await;
            drop(slow);
            ended
        };
        let shut = door.shut(Duration::from_millis(20));
        let (mut quick, mut slow, mut shut) = (pin!(quick), pin!(slow), pin!(shut));
        let (mut is_quick_done, mut is_slow_done) = (false, false);
        let drained = poll_fn(|context| {
            is_quick_done = is_quick_done || quick.as_mut().poll(context).is_ready();
            is_slow_done = is_slow_done || slow.as_mut().poll(context).is_ready();
            shut.as_mut().poll(context)
        });
        assert_eq!(drained.await, Drained { finished: 1, ended: 1 });
    }
}

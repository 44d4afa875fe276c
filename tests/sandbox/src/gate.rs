//! Whether the port is open: the fault `refuse` shuts it for a while.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::time::{Duration, Instant};

use tokio::sync::Notify;

use crate::wire::Link;

/// Orders the listener about, and knows every open connection.
#[derive(Default)]
pub(crate) struct Gate {
    order: Mutex<Order>,
    links: Mutex<Vec<Weak<Link>>>,
    refusing: AtomicBool,
    /// Told of every new order.
    pub(crate) changed: Notify,
}

/// What the listener is to do.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub(crate) enum Order {
    #[default]
    Open,
    ShutUntil(Instant),
    Shut,
}

impl Gate {
    /// Shuts the port, for good when `time` is none; a later order to open wins.
    pub(crate) fn shut(&self, time: Option<Duration>) {
        *lock(&self.order) =
            time.map_or(Order::Shut, |time| Order::ShutUntil(Instant::now() + time));
        self.changed.notify_one();
        for link in lock(&self.links).iter().filter_map(Weak::upgrade) {
            link.end_when_idle();
        }
    }

    pub(crate) fn open(&self) {
        *lock(&self.order) = Order::Open;
        self.changed.notify_one();
    }

    pub(crate) fn order(&self) -> Order {
        match *lock(&self.order) {
            Order::ShutUntil(end) if end <= Instant::now() => Order::Open,
            order => order,
        }
    }

    /// Whether connects are refused by now.
    pub(crate) fn is_refusing(&self) -> bool {
        self.refusing.load(Ordering::Acquire)
    }

    pub(crate) fn set_refusing(&self, refusing: bool) {
        self.refusing.store(refusing, Ordering::Release);
    }

    pub(crate) fn enters(&self, link: &Arc<Link>) {
        let mut links = lock(&self.links);
        links.retain(|link| link.strong_count() > 0);
        links.push(Arc::downgrade(link));
    }

    /// Waits until connects are refused, at most `time`: whoever ordered it then finds the port
    /// closed as soon as the answer is in.
    pub(crate) async fn refuses(&self, time: Duration) {
        let mut waited = Duration::ZERO;
        while !self.is_refusing() && waited < time {
            waited += STEP;
            tokio::time::sleep(STEP).await;
        }
    }

    /// Waits until the listener has done what was ordered, at most a second.
    pub(crate) fn settle(&self) {
        for _ in 0..1000 {
            if self.is_refusing() == (self.order() != Order::Open) {
                return;
            }
            std::thread::sleep(STEP);
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const STEP: Duration = Duration::from_millis(1);

//! People: what each has seen in all of their chats, in bounded memory.
//!
//! Beside `chat`. What a person has seen is kept by a hash of their id, never by the id.

use crate::fleet::PersonId;
use lru::LruCache;
use std::future::poll_fn;
use std::hash::{BuildHasher, RandomState};
use std::num::NonZeroUsize;
use std::pin::{Pin, pin};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::Poll;
use std::time::{Duration, Instant};
use thrads_core::{Caps, User};
use tokio::sync::Notify;

/// One person: what they have seen in all of their chats, and whether they want ads. Clones are the same person.
///
/// One that [`Thrads::person`](crate::Thrads::person) brings has their caps in all replicas of a fleet, one that is made here
/// in this process.
///
/// ```
/// use thrads_std::Person;
/// use thrads_std::core::Caps;
///
/// let person = Person::new(Caps { hour: 2, ..Caps::default() });
/// person.opt_out();
/// assert!(person.user().is_opted_out());
/// ```
#[derive(Clone, Debug)]
pub struct Person {
    shared: Arc<Shared>,
    /// Who it is to a fleet.
    id: Option<PersonId>,
}

#[derive(Debug)]
struct Shared {
    user: Mutex<User>,
    opted_out: Notify,
}

impl Person {
    /// Someone who has seen no ad yet, and is shown no more than `caps` say.
    pub fn new(caps: Caps) -> Self {
        User::new(caps).into()
    }

    /// Nothing is sent about this person from now on: asks of their chats that are under way are ended, wherever they run,
    /// and nothing that a chat of theirs was served is reported any more.
    pub fn opt_out(&self) {
        self.lock().opt_out();
        self.shared.opted_out.notify_waiters();
    }

    /// The person wants ads again.
    pub fn opt_in(&self) {
        self.lock().opt_in();
    }

    /// The person as they are now, such as for a snapshot.
    pub fn user(&self) -> User {
        *self.lock()
    }

    /// `work`, or `None` as soon as the person opts out.
    pub(crate) async fn unless_opted_out<F: Future>(
        &self,
        mut work: Pin<&mut F>,
    ) -> Option<F::Output> {
        let mut opted_out = pin!(self.shared.opted_out.notified());
        opted_out.as_mut().enable();
        if self.lock().is_opted_out() {
            return None;
        }
        poll_fn(|context| match opted_out.as_mut().poll(context) {
            Poll::Ready(()) => Poll::Ready(None),
            Poll::Pending => work.as_mut().poll(context).map(Some),
        })
        .await
    }

    pub(crate) fn lock(&self) -> MutexGuard<'_, User> {
        self.shared.user.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(crate) fn id(&self) -> Option<PersonId> {
        self.id
    }

    /// Whether a chat or the caller has it in hand.
    fn is_in_hand(&self) -> bool {
        Arc::strong_count(&self.shared) > 1
    }
}

impl From<User> for Person {
    fn from(user: User) -> Self {
        let shared = Shared { user: Mutex::new(user), opted_out: Notify::new() };
        Self { shared: Arc::new(shared), id: None }
    }
}

/// The people of a publisher, the least recently used of whom are forgotten first. A person takes 250 bytes at most.
#[derive(Debug)]
pub(crate) struct People {
    known: LruCache<u64, Known>,
    hasher: RandomState,
    caps: Caps,
}

#[derive(Debug)]
struct Known {
    person: Person,
    used: Instant,
}

impl People {
    /// Room for so many; for one at least.
    pub(crate) fn new(capacity: usize, caps: Caps) -> Self {
        let capacity = NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN);
        // One that is made with its capacity takes all of the memory at once.
        let mut known = LruCache::unbounded();
        known.resize(capacity);
        Self { known, hasher: RandomState::new(), caps }
    }

    /// The person with this id, new if they are not known.
    pub(crate) fn person(&mut self, id: &str, now: Instant) -> Person {
        self.forget(now);
        let key = self.hasher.hash_one(id);
        let new = || {
            let person = Person { id: Some(PersonId::of(id)), ..Person::new(self.caps) };
            Known { person, used: now }
        };
        let known = self.known.get_or_insert_mut(key, new);
        known.used = now;
        known.person.clone()
    }

    /// People of whom nothing was heard for longer than any window lasts, and whom no chat has in hand.
    fn forget(&mut self, now: Instant) {
        while let Some((_, oldest)) = self.known.peek_lru() {
            if now.duration_since(oldest.used) < KEPT_FOR || oldest.person.is_in_hand() {
                return;
            }
            self.known.pop_lru();
        }
    }

    #[cfg(test)]
    fn len(&self) -> usize {
        self.known.len()
    }
}

/// A day, which is the longest window of a cap, and an hour.
const KEPT_FOR: Duration = Duration::from_secs(25 * 3600);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_the_same_in_all_chats() {
        let (mut people, now) = (People::new(10, Caps::default()), Instant::now());
        people.person("a", now).opt_out();
        assert!(people.person("a", now).user().is_opted_out());
        assert!(!people.person("b", now).user().is_opted_out());
    }

    #[test]
    fn the_least_recently_used_are_forgotten_first() {
        let (mut people, now) = (People::new(2, Caps::default()), Instant::now());
        people.person("a", now).opt_out();
        people.person("b", now).opt_out();
        people.person("a", now);
        people.person("c", now);
        assert!(people.person("a", now).user().is_opted_out());
        assert!(!people.person("b", now).user().is_opted_out());
        assert_eq!(people.len(), 2);
    }

    #[test]
    fn who_was_not_heard_of_for_a_day_is_forgotten_unless_a_chat_has_them() {
        let (mut people, now) = (People::new(10, Caps::default()), Instant::now());
        let later = now + KEPT_FOR;
        people.person("a", now);
        let in_hand = people.person("b", now);
        people.person("c", later);
        assert_eq!(people.len(), 2);
        drop(in_hand);
        people.person("c", later);
        assert_eq!(people.len(), 1);
    }
}

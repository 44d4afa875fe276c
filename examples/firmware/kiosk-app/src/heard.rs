//! An ad that is said: it counts once enough of it was heard, and the person may interrupt it.
//!
//! Between [`Kiosk`](crate::Kiosk) and what the core knows of listening.

use crate::kiosk::{People, Said};
use embassy_futures::select::{Either, select};
use thrads_core::{Clock, Listening, Millis, Spoken};

/// Whether an ad that is being said from now on counts, as soon as that is known. Who types, presses the button or leaves
/// has not heard the rest; a press has had its use then, and what was typed is kept for the next turn. With nobody to hear
/// of, nobody interrupts.
pub(crate) async fn heard(clock: &impl Clock, spoken: Spoken, people: Option<&People>) -> bool {
    let (start, mut listening) = (clock.now(), Listening::new(spoken.disclosure_per_mille()));
    loop {
        let now = clock.now();
        let elapsed = now.since(start);
        if listening.on_sample(now, spoken.per_mille_at(elapsed)) {
            return true;
        }
        if elapsed >= spoken.total {
            return false;
        }
        let step = clock.sleep_until(now.after(STEP));
        let Some(people) = people else {
            step.await;
            continue;
        };
        if let Either::First(()) = select(people.ready_to_receive(), step).await {
            listening.on_interrupt();
            if let Ok(Said::Enough) = people.try_peek() {
                people.try_receive().ok();
            }
            return false;
        }
    }
}

/// How often the voice is asked how far it has got.
const STEP: Millis = Millis(50);

#[cfg(test)]
mod tests {
    use super::*;
    use core::cell::Cell;
    use embassy_futures::block_on;
    use thrads_core::{Instant, UnixMillis};

    /// A clock that whoever sleeps moves; at a moment, a person says something.
    struct Moves<'a> {
        now: Cell<u64>,
        at: u64,
        said: Option<Said>,
        people: &'a People,
    }

    impl Clock for Moves<'_> {
        fn now(&self) -> Instant {
            Instant::from_millis(self.now.get())
        }

        async fn sleep_until(&self, moment: Instant) {
            self.now.set(moment.as_millis());
            if let Some(said) = self.said.clone().filter(|_| self.now.get() == self.at) {
                self.people.try_send(said).ok();
                embassy_futures::yield_now().await;
            }
        }

        fn wall(&self) -> Option<UnixMillis> {
            None
        }
    }

    /// Whether four seconds of speech, one of them the disclosure, count, when that is known, and what is left to be heard
    /// of the person, who speaks at a moment.
    fn heard_with(said: Option<Said>, at: u64) -> (bool, u64, usize) {
        let people = People::new();
        let clock = Moves { now: Cell::new(0), at, said, people: &people };
        let spoken = Spoken { disclosure: Millis(1000), total: Millis(4000), ..Spoken::default() };
        let counts = block_on(heard(&clock, spoken, Some(&people)));
        (counts, clock.now.get(), people.len())
    }

    #[test]
    fn the_disclosure_and_half_of_the_message_count() {
        assert_eq!(heard_with(None, 0), (true, 2500, 0));
    }

    #[test]
    fn who_interrupts_before_that_has_not_heard_it() {
        let line = || Said::Line("wait".try_into().unwrap());
        for at in [50, 2450] {
            assert_eq!(heard_with(Some(line()), at), (false, at, 1));
            assert_eq!(heard_with(Some(Said::Left), at), (false, at, 1));
            assert_eq!(heard_with(Some(Said::Enough), at), (false, at, 0), "a press is used up");
        }
        assert_eq!(heard_with(Some(line()), 2550), (true, 2500, 0));
    }
}

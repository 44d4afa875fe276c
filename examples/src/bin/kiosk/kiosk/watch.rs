//! When an ad counts: seen for a second, or heard, before the person goes on; and telling the platform so.

use super::{Kiosk, question};
use crate::calls::end_user;
use crate::typed::{Lines, has_typed, interrupted};
use crate::voice::Aloud;
use std::time::Duration;
use thrads_core::{Clock, Millis, Offer, Viewability};
use tokio::time::sleep;

impl Kiosk {
    /// Counts the ads on the screen once they have been there for a second. A person who types on before that has not
    /// looked at them.
    pub(super) async fn watch(&mut self, offers: Vec<Offer<String>>, lines: &mut Option<Lines>) {
        match self.voice {
            Some(voice) => self.say(voice, offers, lines).await,
            None => self.watch_screen(offers, lines).await,
        }
    }

    /// Says the ads one by one, until the person speaks. One that plays a script listens for as long as each takes to count.
    async fn say(&mut self, voice: &Aloud, offers: Vec<Offer<String>>, lines: &mut Option<Lines>) {
        let questions = offers.iter().filter(|offer| question(&offer.ad).is_some()).count();
        let mut number = self.on_offer.len().saturating_sub(questions);
        for offer in offers {
            let is_question = question(&offer.ad).is_some();
            number += usize::from(is_question);
            let Some((text, spoken)) = voice.words(&offer.ad, is_question.then_some(number)) else {
                continue;
            };
            self.screen.say("voice", &text);
            let seconds = |millis: Millis| millis.0 as f32 / 1000.0;
            let (total, label) = (seconds(spoken.total), seconds(spoken.disclosure));
            self.screen
                .note(&format!("{total:.1} s to say, the disclosure in the first {label:.1} s"));
            let is_patient = lines.is_some();
            if voice.say(&text, spoken, is_patient, interrupted(lines)).await {
                self.report(offer, "disclosure and half of the message heard").await;
            }
            if has_typed(lines) {
                return;
            }
        }
    }

    async fn watch_screen(&mut self, offers: Vec<Offer<String>>, lines: &mut Option<Lines>) {
        let mut view = Viewability::new();
        view.on_sample(self.clock.now(), 1000);
        let Some(viewable_at) = view.poll_at().filter(|_| !offers.is_empty()) else { return };
        tokio::select! {
            () = self.clock.sleep_until(viewable_at) => {}
            () = interrupted(lines) => {}
        }
        // Timers may be a little early by this clock's milliseconds.
        while self.clock.now() < viewable_at && !has_typed(lines) {
            sleep(Duration::from_millis(1)).await;
        }
        if !view.on_sample(self.clock.now(), 1000) {
            return;
        }
        for offer in offers {
            self.report(offer, "seen for a second").await;
        }
    }

    async fn report(&mut self, offer: Offer<String>, why: &str) {
        let Ok(user) = end_user() else { return };
        let thrads = self.platform.thrads();
        self.reports.add(thrads, offer.impression, self.platform.pays());
        if let Some(said) = self.reports.send(thrads, user, &mut self.tally).await {
            self.screen.remark(&format!("{why}: {said}"));
        }
    }

    /// Tries again to send what has been waiting.
    pub(super) async fn catch_up(&mut self) {
        let Ok(user) = end_user() else { return };
        let thrads = self.platform.thrads();
        if let Some(said) = self.reports.send(thrads, user, &mut self.tally).await {
            self.screen.remark(&format!("earlier: {said}"));
        }
    }
}

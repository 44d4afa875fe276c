//! The ads of one conversation.
//!
//! Drives a session of thrads-core over the publisher's connection.

use crate::ask::{Ask, Asker, Ended};
use crate::experiment::Arm;
use crate::failure::{Cause, Failure};
use crate::fleet::OnScreen;
use crate::outcome::Outcome;
use crate::person::Person;
use crate::telemetry::{self, Meters};
use crate::thrads::Thrads;
use crate::transport::Prepared;
use std::sync::Arc;
use thrads_core::{
    BaseUrl, Call, Clock, Explained, Family, Kinds, Next, Permission, Policy, Publisher, Redactor,
    Session, Shadow, Step, TransportError, TransportErrorKind,
};
use tokio::time::Instant;
use tracing::{Instrument, Span};

/// The ads of one conversation. Takes 200 bytes at most and nothing else while it rests.
#[derive(Debug)]
pub struct Chat {
    thrads: Thrads,
    session: Session,
    meters: Arc<Meters>,
    person: Option<Person>,
    on_screen: OnScreen,
}

/// An ask that was decided about: what its end is told with.
pub(crate) struct Asking {
    family: Family,
    publisher: Arc<Publisher>,
    start: Instant,
    pub(crate) span: Span,
}

/// Who waits for an ask of a chat. Dropped before that has ended, it lets the ask go.
#[derive(Debug)]
pub(crate) struct Waits<'c>(pub(crate) &'c mut Chat);

impl Chat {
    pub(crate) fn new(thrads: Thrads, family: Family, policy: Policy) -> Self {
        let meters = thrads.account().meters(None);
        let session = Session::new(family, policy);
        Self { thrads, session, meters, person: None, on_screen: OnScreen::default() }
    }

    /// Makes it a chat of `person`, whose caps then hold. Tell it of each ad with [`seen`](Self::seen) or
    /// [`unseen`](Self::unseen); one that is not spoken of counts as seen after ten minutes.
    #[must_use]
    pub fn of(self, person: &Person) -> Self {
        Self { person: Some(person.clone()), ..self }
    }

    /// Counts this chat in the metrics of an experiment's arm.
    #[must_use]
    pub fn in_arm(self, arm: &Arm) -> Self {
        let meters = self.thrads.account().meters(Some(arm));
        Self { meters, ..self }
    }

    /// Asks for an ad, if pacing and the key's budget allow it now.
    ///
    /// A call with a conversation is taken for the end of a turn, so make it once after every answer, also where no ad is
    /// wanted: a turn that is held counts too. An opener is no turn. Ends after the timeout at the latest. Dropping the
    /// future leaves the chat usable; the turn counts, and what was sent keeps no place under the person's caps.
    #[expect(clippy::manual_async_fn, reason = "that would keep the call in its future twice")]
    pub fn ask(&mut self, call: Call<'_>) -> impl Future<Output = Outcome> + Send {
        async move {
            if !call.is_opener() {
                self.session.on_turn();
            }
            self.ask_again(call).await
        }
    }

    /// An ad of this chat was half in view for a second: it counts. Report its impression only if this is true.
    #[must_use = "an impression that does not count must not be reported"]
    pub fn seen(&mut self) -> bool {
        let account = self.thrads.account();
        let now = account.clock.now();
        let counts = account.with(self.person.as_ref(), |lent| self.session.on_seen(now, lent));
        match account.places_of(self.person.as_ref()) {
            Some((places, person)) if counts => self.on_screen.seen(&places, person),
            Some((places, _)) => {
                self.on_screen.unseen(&places);
                false
            }
            None => counts,
        }
    }

    /// An ad of this chat went away unseen.
    pub fn unseen(&mut self) {
        let account = self.thrads.account();
        let now = account.clock.now();
        account.with(self.person.as_ref(), |lent| self.session.on_unseen(now, lent));
        if let Some((places, _)) = account.places_of(self.person.as_ref()) {
            self.on_screen.unseen(&places);
        }
    }

    /// What may leave for the person of this chat, from now on, until it is said again. Where nothing may, asks are held, and
    /// impressions, taps, votes and feedback are used up without a byte.
    ///
    /// An ask under way has to be dropped, which ends it; [`Person::opt_out`] ends asks from anywhere.
    ///
    /// ```
    /// # use thrads_std::{Options, Thrads, core::{ApiKey, Consent, Environment, Family, Permission, Policy, Publisher}};
    /// # let publisher = Publisher::new(ApiKey::new("K")?, Environment::Staging);
    /// # let thrads = Thrads::new(publisher, Options::default())?;
    /// let mut chat = thrads.chat(Family::Ssp, Policy::SERVER);
    /// chat.permit(Consent::needed().permission());
    /// assert_eq!(chat.permission(), Permission::NoConsent);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn permit(&mut self, permission: Permission) {
        self.session.permit(permission);
    }

    /// What may leave for the person of this chat.
    pub fn permission(&self) -> Permission {
        let has_opted_out = self.person.as_ref().is_some_and(|person| person.user().is_opted_out());
        let of_person = if has_opted_out { Permission::NoAds } else { Permission::Everything };
        self.session.permission().max(of_person)
    }

    /// A turn on which the platform is not asked, such as one the publisher marked sensitive.
    pub fn skip_turn(&mut self) {
        self.session.on_sensitive_turn();
    }

    /// A new chat begins: its turns count from one.
    pub fn reset(&mut self) {
        self.session.reset();
    }

    /// The last decision with the counters behind it; `None` before the first.
    pub fn explained(&self) -> Option<Explained> {
        self.session.explained()
    }

    /// What [`Enforcement::Device`](thrads_core::Enforcement::Device) would have saved and missed in this chat and those before
    /// a [`reset`](Self::reset); zeros unless [`Policy::shadow`] was agreed on.
    pub fn shadow(&self) -> Shadow {
        self.session.shadow()
    }

    /// Finished exchanges so far.
    pub fn turn(&self) -> u32 {
        self.session.turn()
    }

    /// The publisher's connection that this chat uses.
    pub fn thrads(&self) -> &Thrads {
        &self.thrads
    }

    pub(crate) fn session(&self) -> &Session {
        &self.session
    }

    pub(crate) fn session_mut(&mut self) -> &mut Session {
        &mut self.session
    }

    /// The person has moved on by a turn.
    pub(crate) fn on_turn(&mut self) {
        self.session.on_turn();
    }

    /// Asks on a turn that was counted already.
    // No async function, and on the heap what has to be: a future that moves into another is kept in both.
    pub(crate) fn ask_again(&mut self, call: Call<'_>) -> impl Future<Output = Outcome> + Send {
        let (asking, ask) = self.begin(call);
        let ask = ask.map(|ask| Box::pin(ask.run()).instrument(asking.span.clone()));
        let waits = Waits(self);
        async move {
            let ended = match ask {
                Ok(ask) => ask.await,
                Err(ended) => ended,
            };
            waits.finish(asking, ended)
        }
    }

    /// Decides about a call and makes it a request that owns all it needs.
    pub(crate) fn begin(&mut self, call: Call<'_>) -> (Asking, Result<Ask, Ended>) {
        let account = self.thrads.account();
        let publisher = account.publisher();
        let (family, start) = (call.family(), Instant::now());
        let (now, patience) = (account.clock.at(start), account.options.patience());
        let asking = |publisher| Asking { family, publisher, start, span: telemetry::span() };
        if account.door.is_shut() {
            return (asking(publisher), Err(Ended::ShutDown));
        }
        let redactor = Redactor::new(account.options.redact);
        let hides = call.redactor().is_none() && account.options.redact != Kinds::NONE;
        let call = if hides { call.redacted(&redactor) } else { call };
        let (session, url) = (&mut self.session, account.urls.of(&call));
        let step = account.with(self.person.as_ref(), |lent| {
            session.poll_request(now, lent, patience, &publisher, call)
        });
        let ask = match step {
            Step::Hold(hold) => Err(Ended::Held(hold)),
            Step::Send { ref request, not_before } => match Prepared::call(request, url) {
                Ok(prepared) => Ok(Ask {
                    asker: Asker {
                        account: Arc::clone(account),
                        person: self.person.clone(),
                        meters: Arc::clone(&self.meters),
                        start: now,
                        is_trial: session.is_trial(),
                    },
                    prepared: Some(prepared),
                    not_before,
                }),
                Err(error) => Err(Ended::Failed(error)),
            },
        };
        (asking(publisher), ask)
    }

    /// What an end of asking means to the chat, told to the operator as well.
    fn finish(&mut self, asking: Asking, ended: Ended) -> Outcome {
        let Asking { family, publisher, start, span } = asking;
        let end = Instant::now();
        let outcome = self.outcome(ended, end, publisher.endpoints.of(family));
        telemetry::tell(&span, &outcome, self.session.explained());
        self.meters.asked(family, &outcome, end - start);
        outcome
    }

    fn outcome(&mut self, ended: Ended, end: Instant, base: &BaseUrl) -> Outcome {
        let Self { thrads, session, person, on_screen, .. } = self;
        let (account, person) = (thrads.account(), person.as_ref());
        let now = account.clock.at(end);
        let outcome = match ended {
            Ended::Held(hold) => {
                account.with(person, |lent| session.give_up(now, lent, hold));
                Outcome::Held(hold)
            }
            Ended::Failed(error) => Outcome::at(base, session.handle_failure(error)),
            Ended::ShutDown => {
                session.handle_failure(UNSENT);
                Outcome::Failed(Failure::at(base, Cause::ShutDown))
            }
            Ended::Answer(head, mut body, place) => {
                account.with(person, |lent| session.recheck_answer(&lent));
                let outcome = match session.handle_head(&head) {
                    Next::Body => Outcome::at(base, session.handle_response(&head, &mut body)),
                    Next::Drop => Outcome::Failed(Failure::at(base, Cause::Stale)),
                };
                let is_shown = matches!(outcome, Outcome::Ad(_));
                place.filter(|_| is_shown).into_iter().for_each(|place| on_screen.put(place));
                outcome
            }
        };
        account.with(person, |lent| session.tell(now, lent));
        outcome
    }

    /// Nobody waits for the ask under way any more: its ad is never shown, so its place with the person is free again.
    fn let_go(&mut self) {
        let account = self.thrads.account();
        let now = account.clock.now();
        let session = &mut self.session;
        session.handle_failure(UNSENT);
        account.with(self.person.as_ref(), |lent| session.tell(now, lent));
    }
}

impl Waits<'_> {
    /// The ask has ended.
    pub(crate) fn finish(self, asking: Asking, ended: Ended) -> Outcome {
        let outcome = self.0.finish(asking, ended);
        std::mem::forget(self);
        outcome
    }
}

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.let_go();
    }
}

/// What a session is told of a request that was given up: it says nothing of the platform.
const UNSENT: TransportError = TransportError::unsent(TransportErrorKind::Target);

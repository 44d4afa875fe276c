//! The same for programs without an async runtime: each call returns when it is done.
//!
//! Feature `blocking`. Around `thrads` and `chat`; a runtime of its own with one thread moves the bytes, unseen.
//!
//! ```
//! # use thrads_sandbox::{Config, STAGING_KEY, Sandbox};
//! use thrads_std::core::{
//!     ApiKey, BaseUrl, BidRequest, Call, EndUser, Endpoints, Environment, Family, Policy, Publisher,
//! };
//! use thrads_std::{Options, Outcome, blocking};
//!
//! # let sandbox = Sandbox::start(Config::default())?;
//! # let endpoints = Endpoints::at(BaseUrl::new(&sandbox.base_url())?);
//! # let publisher = Publisher { endpoints, ..Publisher::new(ApiKey::new(STAGING_KEY)?, Environment::Staging) };
//! let thrads = blocking::Thrads::new(publisher, Options::default())?;
//! let mut chat = thrads.chat(Family::Ssp, Policy::SERVER);
//! let person = EndUser::forwarded("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64)")?;
//! let Outcome::Ad(served) = chat.ask(Call::Bid(BidRequest::opener("user_5f0c", person)?)) else {
//!     panic!("a staging key always earns an ad")
//! };
//! for offer in served.offers {
//!     // Once half of it has been in view for a second:
//!     thrads.report(offer.impression, person);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{Arm, Drained, EnvError, Failure, Options, Outcome, Person, Polled, StartError};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use thrads_core::{
    ApiKey, Call, EndUser, Explained, Family, Feedback, Impression, Interaction, Permission,
    Policy, PollOption, PromptClick, Publisher, Reported, Shadow, Snapshot, SnapshotError,
    SponsoredPoll, Vote,
};
use tokio::runtime::{self, Handle};

/// A publisher's connection to the platform. Cheap to clone; clones share key, pool, budget, metrics and thread.
///
/// It may be used and dropped anywhere, inside of an async runtime too, where it holds up its thread.
#[derive(Clone, Debug)]
pub struct Thrads {
    inner: crate::Thrads,
    runtime: Arc<Runtime>,
}

/// The ads of one conversation.
#[derive(Debug)]
pub struct Chat {
    inner: crate::Chat,
    runtime: Arc<Runtime>,
}

impl Thrads {
    /// As [`Thrads::new`](crate::Thrads::new).
    ///
    /// # Errors
    ///
    /// [`StartError::Thread`] if no thread can be made, otherwise as there.
    pub fn new(publisher: Publisher, options: Options) -> Result<Self, StartError> {
        let runtime = Runtime::start()?;
        let inner = crate::Thrads::new(publisher, options)?;
        Ok(Self { inner, runtime })
    }

    /// As [`Thrads::from_env`](crate::Thrads::from_env).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn from_env() -> Result<Self, EnvError> {
        let inner = crate::Thrads::from_env()?;
        let runtime = Runtime::start().map_err(EnvError::start)?;
        Ok(Self { inner, runtime })
    }

    /// As [`Thrads::with_key`](crate::Thrads::with_key).
    #[must_use]
    pub fn with_key(&self, publisher: Publisher, label: &str) -> Self {
        Self { inner: self.inner.with_key(publisher, label), runtime: Arc::clone(&self.runtime) }
    }

    /// As [`Thrads::set_key`](crate::Thrads::set_key).
    pub fn set_key(&self, key: ApiKey) {
        self.inner.set_key(key);
    }

    /// As [`Thrads::chat`](crate::Thrads::chat).
    pub fn chat(&self, family: Family, policy: Policy) -> Chat {
        Chat { inner: self.inner.chat(family, policy), runtime: Arc::clone(&self.runtime) }
    }

    /// As [`Thrads::wake`](crate::Thrads::wake).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn wake(
        &self,
        family: Family,
        policy: Policy,
        chat_id: &str,
        snapshot: &Snapshot,
    ) -> Result<Chat, SnapshotError> {
        let inner = self.inner.wake(family, policy, chat_id, snapshot)?;
        Ok(Chat { inner, runtime: Arc::clone(&self.runtime) })
    }

    /// As [`Thrads::person`](crate::Thrads::person).
    pub fn person(&self, id: &str) -> Person {
        self.inner.person(id)
    }

    /// As [`Thrads::warm_up`](crate::Thrads::warm_up).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn warm_up(&self, family: Family) -> Result<(), Failure> {
        self.runtime.run(self.inner.warm_up(family))
    }

    /// As [`Thrads::report`](crate::Thrads::report).
    pub fn report(&self, impression: Impression<String>, end_user: EndUser<'_>) -> Reported {
        self.runtime.run(self.inner.report(impression, end_user))
    }

    /// As [`Thrads::shutdown`](crate::Thrads::shutdown).
    pub fn shutdown(&self, within: Duration) -> Drained {
        self.runtime.run(self.inner.shutdown(within))
    }
}

impl Chat {
    /// As [`Chat::in_arm`](crate::Chat::in_arm).
    #[must_use]
    pub fn in_arm(self, arm: &Arm) -> Self {
        Self { inner: self.inner.in_arm(arm), ..self }
    }

    /// As [`Chat::ask`](crate::Chat::ask).
    pub fn ask(&mut self, call: Call<'_>) -> Outcome {
        self.runtime.run(self.inner.ask(call))
    }

    /// As [`Chat::of`](crate::Chat::of).
    #[must_use]
    pub fn of(self, person: &Person) -> Self {
        Self { inner: self.inner.of(person), ..self }
    }

    /// As [`Chat::seen`](crate::Chat::seen).
    #[must_use = "an impression that does not count must not be reported"]
    pub fn seen(&mut self) -> bool {
        self.inner.seen()
    }

    /// As [`Chat::unseen`](crate::Chat::unseen).
    pub fn unseen(&mut self) {
        self.inner.unseen();
    }

    /// As [`Chat::permit`](crate::Chat::permit).
    pub fn permit(&mut self, permission: Permission) {
        self.inner.permit(permission);
    }

    /// As [`Chat::permission`](crate::Chat::permission).
    pub fn permission(&self) -> Permission {
        self.inner.permission()
    }

    /// As [`Chat::report`](crate::Chat::report).
    pub fn report(&self, impression: Impression<String>, end_user: EndUser<'_>) -> Reported {
        self.runtime.run(self.inner.report(impression, end_user))
    }

    /// As [`Chat::warm_up`](crate::Chat::warm_up).
    ///
    /// # Errors
    ///
    /// As there.
    pub fn warm_up(&self, family: Family) -> Result<(), Failure> {
        self.runtime.run(self.inner.warm_up(family))
    }

    /// As [`Chat::skip_turn`](crate::Chat::skip_turn).
    pub fn skip_turn(&mut self) {
        self.inner.skip_turn();
    }

    /// As [`Chat::turn`](crate::Chat::turn).
    pub fn turn(&self) -> u32 {
        self.inner.turn()
    }

    /// As [`Chat::sleep`](crate::Chat::sleep).
    pub fn sleep(&self, chat_id: &str) -> Snapshot {
        self.inner.sleep(chat_id)
    }

    /// As [`Chat::reset`](crate::Chat::reset).
    pub fn reset(&mut self) {
        self.inner.reset();
    }

    /// As [`Chat::explained`](crate::Chat::explained).
    pub fn explained(&self) -> Option<Explained> {
        self.inner.explained()
    }

    /// As [`Chat::shadow`](crate::Chat::shadow).
    pub fn shadow(&self) -> Shadow {
        self.inner.shadow()
    }

    /// As [`Chat::prompt_click`](crate::Chat::prompt_click).
    pub fn prompt_click(&self, click: PromptClick<String>, end_user: EndUser<'_>) -> Reported {
        self.runtime.run(self.inner.prompt_click(click, end_user))
    }

    /// As [`Chat::feedback`](crate::Chat::feedback).
    pub fn feedback(&self, feedback: Feedback<String>, interaction: Interaction<'_>) -> Reported {
        self.runtime.run(self.inner.feedback(feedback, interaction))
    }

    /// As [`Chat::vote`](crate::Chat::vote).
    pub fn vote(
        &self,
        vote: Vote<String>,
        option: PollOption<'_>,
        end_user: EndUser<'_>,
    ) -> Polled {
        self.runtime.run(self.inner.vote(vote, option, end_user))
    }

    /// As [`Chat::results`](crate::Chat::results).
    pub fn results(&self, poll: &SponsoredPoll<String>, end_user: EndUser<'_>) -> Polled {
        self.runtime.run(self.inner.results(poll, end_user))
    }
}

/// A runtime with one thread, which also runs what goes on between calls: connections that wait, and their ends.
#[derive(Debug)]
struct Runtime(Option<runtime::Runtime>);

impl Runtime {
    fn start() -> Result<Arc<Self>, StartError> {
        let mut builder = runtime::Builder::new_multi_thread();
        let builder = builder.worker_threads(1).thread_name("thrads").enable_all();
        builder.build().map(|runtime| Arc::new(Self(Some(runtime)))).map_err(|_| StartError::Thread)
    }

    /// Runs `work` to its end. A thread that serves another runtime may not do that itself, so it has a helper do it.
    fn run<F: Future<Output: Send> + Send>(&self, work: F) -> F::Output {
        let runtime = self.0.as_ref().expect("it is there until it is dropped");
        if Handle::try_current().is_err() {
            return runtime.block_on(work);
        }
        thread::scope(|scope| {
            let helper = scope.spawn(|| runtime.block_on(work));
            helper.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        })
    }
}

impl Drop for Runtime {
    /// Does not wait, so that it may be dropped inside of another runtime.
    fn drop(&mut self) {
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

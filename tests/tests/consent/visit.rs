//! A person, their chats, and what can be told of ads that they were served.

use crate::said::{bid, end_user, opener, poll, publisher, said, v1_message, v1_prompt};
use crate::wire::Wire;
use thrads_core::{
    Ad, Consent, Engagement, Family, Feedback, Impression, Interaction, Offer, Permission, Policy,
    PromptClick, SponsoredPoll, Vote,
};
use thrads_sandbox::{Config, Sandbox};
use thrads_std::{Chat, Options, Outcome, Polled, Thrads};

/// A person at a server, with ads on their screen that were served while they allowed it.
pub(crate) struct Visit {
    pub(crate) sandbox: Sandbox,
    pub(crate) wire: Wire,
    pub(crate) thrads: Thrads,
    pub(crate) ssp: Chat,
    pub(crate) v1: Chat,
    pub(crate) consent: Consent<'static>,
    pub(crate) rights: Rights,
}

/// What may be told once of ads that were served.
pub(crate) struct Rights {
    pub(crate) impression: Option<Impression<String>>,
    pub(crate) click: Option<PromptClick<String>>,
    pub(crate) vote: Option<Vote<String>>,
    pub(crate) poll: SponsoredPoll<String>,
    pub(crate) feedback: Option<Feedback<String>>,
}

impl Visit {
    pub(crate) async fn begin() -> Self {
        let config = Config { always_serve: true, limit: 100_000, ..Config::default() };
        let sandbox = Sandbox::start(config).unwrap();
        let wire = Wire::to(&sandbox);
        let thrads = Thrads::new(publisher(&wire.base), Options::default()).unwrap();
        let mut ssp = thrads.chat(Family::Ssp, Policy::device(0, 0));
        let mut v1 = thrads.chat(Family::V1, Policy::device(0, 0));
        let rights = Rights::earned(&mut ssp, &mut v1).await;
        Self { sandbox, wire, thrads, ssp, v1, consent: Consent::new(), rights }
    }

    pub(crate) fn permit(&mut self, permission: Permission) {
        self.ssp.permit(permission);
        self.v1.permit(permission);
    }

    pub(crate) async fn act(&mut self, action: &str) {
        let said = said();
        match action {
            "warm up" => {
                // Another publisher's pool, which has no connection yet.
                let thrads = Thrads::new(publisher(&self.wire.base), Options::default()).unwrap();
                let mut chat = thrads.chat(Family::Ssp, Policy::SERVER);
                chat.permit(self.ssp.permission());
                chat.warm_up(Family::Ssp).await.unwrap();
            }
            "bid" => drop(self.ssp.ask(bid(&said, self.consent, None)).await),
            "opener" => drop(self.ssp.ask(opener()).await),
            "prompt" => drop(self.v1.ask(v1_prompt(true)).await),
            "opener of v1" => drop(self.v1.ask(v1_prompt(false)).await),
            "message" => drop(self.v1.ask(v1_message()).await),
            "prefetch" => {
                let mut ahead = self.ssp.prefetch();
                ahead.start(bid(&said, self.consent, None));
                drop(ahead.outcome(bid(&said, self.consent, None)).await);
            }
            _ => self.tell(action).await,
        }
    }

    /// Each once, since nothing can be told twice.
    async fn tell(&mut self, action: &str) {
        let Self { ssp, v1, rights, .. } = self;
        match action {
            "ping" => drop(ssp.report(rights.impression.take().unwrap(), end_user()).await),
            "tap" => drop(ssp.prompt_click(rights.click.take().unwrap(), end_user()).await),
            "vote" => {
                let option = rights.poll.options.iter().next().unwrap();
                let polled = ssp.vote(rights.vote.take().unwrap(), option, end_user()).await;
                let is_withheld = matches!(polled, Polled::Withheld);
                assert_eq!(is_withheld, !ssp.permission().sends(), "{polled:?}");
            }
            "results" => drop(ssp.results(&rights.poll, end_user()).await),
            "feedback" => {
                let feedback = rights.feedback.take().unwrap();
                v1.feedback(feedback, Interaction::default()).await;
            }
            _ => panic!("{action} is no action"),
        }
    }
}

impl Rights {
    async fn earned(ssp: &mut Chat, v1: &mut Chat) -> Self {
        let said = said();
        let message = served(ssp.ask(bid(&said, Consent::new(), None)).await);
        let prompt = served(ssp.ask(opener()).await);
        let poll = served(ssp.ask(poll(&said)).await);
        let chatbot_prompt = served(v1.ask(v1_prompt(true)).await);
        let (Engagement::PromptClick(click), Engagement::Vote(vote)) =
            (prompt.engagement, poll.engagement)
        else {
            panic!("an opener can be tapped and a poll voted on")
        };
        let (Ad::SponsoredPoll(poll), Engagement::Feedback(feedback)) =
            (poll.ad, chatbot_prompt.engagement)
        else {
            panic!("a poll was asked for, and a prompt of the v1 API has feedback")
        };
        let (impression, click) = (Some(message.impression), Some(click));
        Self { impression, click, vote: Some(vote), poll, feedback: Some(feedback) }
    }
}

fn served(outcome: Outcome) -> Offer<String> {
    match outcome {
        Outcome::Ad(mut served) => served.offers.remove(0),
        other => panic!("a staging key always earns an ad: {other:?}"),
    }
}

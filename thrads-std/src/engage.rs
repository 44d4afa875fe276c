//! What a person did with an ad, told to the platform: taps, feedback, votes.
//!
//! Beside `chat`. Sections 2.4, 2.5 and 4.5 to 4.7 of the wire contract.

use crate::chat::Chat;
use crate::clock::TokioClock;
use crate::failure::{Cause, Failure};
use crate::transport::ReqwestTransport;
use std::pin::pin;
use thrads_core::{
    Client, EndUser, Family, Feedback, Impression, Interaction, PollAnswer, PollOption,
    PromptClick, Redactor, Reported, SponsoredPoll, Vote,
};

/// What came of a vote, or of asking for the results of a poll. None of it is an error to a chat: without results it goes
/// on.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Polled {
    /// The votes so far; after a vote, its own among them.
    Results(PollResults),
    /// Nothing was sent: the person's [`Permission`](thrads_core::Permission) keeps it back.
    Withheld,
    /// The vote was cast before, and there are no results to be had.
    AlreadyVoted,
    /// The platform does not know the option (any more).
    InvalidOption,
    /// The poll's links are no longer good.
    TokenInvalid,
    /// Something went wrong; the operator may want to know.
    Failed(Failure),
}

/// The votes on a poll.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollResults {
    /// The platform's number of the poll.
    pub poll_id: Option<u64>,
    /// The question, where the answer repeats it.
    pub question: Option<String>,
    /// The id of the option that was voted for, where the answer tells it.
    pub selected: Option<String>,
    /// All votes.
    pub total_votes: Option<u64>,
    /// The options in the platform's order.
    pub rows: Vec<PollRow>,
}

/// The votes for one option.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PollRow {
    /// The option's id.
    pub id: String,
    /// The option's text.
    pub text: Option<String>,
    /// Votes for it.
    pub votes: Option<u64>,
    /// Its share in thousandths of a percent as the platform says it; shares need not add up to 100,000.
    pub percentage_milli: Option<u64>,
}

impl Chat {
    /// Reports a tap on a sponsored prompt: one request, or two where the platform wants the other method. Ends after the
    /// timeout; dropped half-way, the tap may have been told.
    pub async fn prompt_click(
        &self,
        click: PromptClick<String>,
        end_user: EndUser<'_>,
    ) -> Reported {
        let account = self.thrads().account();
        let _pass = account.door.enter_late();
        let (mut client, mut buffer) = (self.client(), Vec::new());
        let report = client.prompt_click(click, end_user, &mut buffer);
        account.door.unless_ended(pin!(report)).await.unwrap_or_default()
    }

    /// Reports what became of a sponsored chatbot prompt of the v1 API: one request at most, without the key. Ends after
    /// the timeout; dropped half-way, it may have been told. The summary passes a redactor of the kinds of
    /// [`Options::redact`](crate::Options::redact).
    pub async fn feedback(
        &self,
        feedback: Feedback<String>,
        interaction: Interaction<'_>,
    ) -> Reported {
        let account = self.thrads().account();
        let _pass = account.door.enter_late();
        let (mut client, mut buffer) = (self.client(), Vec::new());
        let publisher = account.publisher();
        let redactor = Redactor::new(account.options.redact);
        let summary: String = redactor.pieces(interaction.summary).map(|it| it.as_str()).collect();
        let interaction = Interaction { summary: &summary, ..interaction };
        let report = client.feedback(feedback, &publisher, interaction, &mut buffer);
        account.door.unless_ended(pin!(report)).await.unwrap_or_default()
    }

    /// Casts a vote for one of the poll's own options and brings the votes so far. All of it ends after the timeout; the
    /// vote is used up whatever comes of it.
    pub async fn vote(
        &self,
        vote: Vote<String>,
        option: PollOption<'_>,
        end_user: EndUser<'_>,
    ) -> Polled {
        let account = self.thrads().account();
        let _pass = account.door.enter_late();
        let (mut client, mut buffer) = (self.client(), Vec::new());
        let answer = client.vote(vote, option, end_user, &mut buffer);
        account.door.unless_ended(pin!(answer)).await.map_or_else(Polled::shut_down, Polled::from)
    }

    /// Reports an impression of this chat as [`Thrads::report`](crate::Thrads::report) does, unless the person's permission
    /// keeps it back: it is then used up.
    pub async fn report(&self, impression: Impression<String>, end_user: EndUser<'_>) -> Reported {
        if !self.permission().sends() {
            return Reported::default();
        }
        self.thrads().report(impression, end_user).await
    }

    /// Makes a connection ahead as [`Thrads::warm_up`](crate::Thrads::warm_up) does, unless the person's permission lets
    /// nothing leave: that is no failure.
    ///
    /// # Errors
    ///
    /// As there.
    pub async fn warm_up(&self, family: Family) -> Result<(), Failure> {
        if !self.permission().sends() {
            return Ok(());
        }
        self.thrads().warm_up(family).await
    }

    /// Brings the results of a poll. It ends after the timeout.
    pub async fn results(&self, poll: &SponsoredPoll<String>, end_user: EndUser<'_>) -> Polled {
        let account = self.thrads().account();
        let _pass = account.door.enter_late();
        let (mut client, mut buffer) = (self.client(), Vec::new());
        let answer = client.results(poll, end_user, &mut buffer);
        account.door.unless_ended(pin!(answer)).await.map_or_else(Polled::shut_down, Polled::from)
    }
}

impl Chat {
    fn client(&self) -> Client<ReqwestTransport, TokioClock> {
        let mut client = self.thrads().account().client();
        client.permit(self.permission());
        client
    }
}

impl Polled {
    fn shut_down() -> Self {
        Self::Failed(Cause::ShutDown.into())
    }
}

impl From<thrads_core::Polled<'_>> for Polled {
    fn from(polled: thrads_core::Polled<'_>) -> Self {
        match polled {
            thrads_core::Polled::Answer(answer) => answer.into(),
            thrads_core::Polled::Withheld => Self::Withheld,
            thrads_core::Polled::Failed(failure) => Self::Failed(Cause::from(failure).into()),
            // A kind of answer that this version does not know is nothing to show.
            _ => Self::Failed(Cause::Stale.into()),
        }
    }
}

impl From<PollAnswer<'_>> for Polled {
    fn from(answer: PollAnswer<'_>) -> Self {
        match answer {
            PollAnswer::Results(results) => Self::Results(results.into()),
            PollAnswer::AlreadyVoted => Self::AlreadyVoted,
            PollAnswer::InvalidOption => Self::InvalidOption,
            PollAnswer::TokenInvalid => Self::TokenInvalid,
            _ => Self::Failed(Cause::Stale.into()),
        }
    }
}

impl From<thrads_core::PollResults<'_>> for PollResults {
    fn from(results: thrads_core::PollResults<'_>) -> Self {
        let thrads_core::PollResults { poll_id, question, selected, total_votes, rows } = results;
        Self {
            poll_id,
            question: question.map(str::to_owned),
            selected: selected.map(str::to_owned),
            total_votes,
            rows: rows.map(PollRow::from).collect(),
        }
    }
}

impl From<thrads_core::PollRow<'_>> for PollRow {
    fn from(row: thrads_core::PollRow<'_>) -> Self {
        let thrads_core::PollRow { id, text, votes, percentage_milli } = row;
        Self { id: id.to_owned(), text: text.map(str::to_owned), votes, percentage_milli }
    }
}

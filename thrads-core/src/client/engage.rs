//! What a person did with an ad, told to the platform: taps, feedback, votes.
//!
//! Part of `client`. Sections 2.4, 2.5 and 4.5 to 4.7 of the wire contract.

use super::{Client, Reported, inside, is_server_error};
use crate::ad::{PollOption, SponsoredPoll};
use crate::config::Publisher;
use crate::error::TransportError;
use crate::head::Head;
use crate::request::{EndUser, Interaction, Method};
use crate::response::{Answer, Endpoint, PollAnswer, decode};
use crate::session::Failure;
use crate::tracking::{Feedback, PromptClick, Vote, poll_results};
use crate::transport::{Clock, Transport};
use core::ops::Range;

/// What came of a vote, or of asking for the results of a poll. None of it is an error to a chat: without results it
/// goes on.
#[derive(Debug)]
#[non_exhaustive]
pub enum Polled<'b> {
    /// What the poll says.
    Answer(PollAnswer<'b>),
    /// Nothing was sent: the person's [`Permission`](crate::Permission) keeps it back.
    Withheld,
    /// Something went wrong; the operator may want to know.
    Failed(Failure<'b>),
}

impl<T: Transport, C: Clock> Client<T, C> {
    /// Reports a tap on a sponsored prompt, with a POST and, only where the platform wants the other method (405), with one
    /// GET. Never more than two requests; nothing is repeated.
    ///
    /// Each attempt ends after the timeout. `buffer` is there for the transport. Dropped half-way, the tap may have been
    /// told.
    pub async fn prompt_click<S: AsRef<str>>(
        &mut self,
        click: PromptClick<S>,
        end_user: EndUser<'_>,
        buffer: &mut T::Buffer,
    ) -> Reported {
        if !self.permission.sends() {
            return Reported::default();
        }
        let mut status = self.status(&click.request(Method::Post, end_user), buffer).await;
        if status == Ok(405) {
            status = self.status(&click.request(Method::Get, end_user), buffer).await;
        }
        Reported::of(matches!(status, Ok(200..=399)))
    }

    /// Reports what became of a sponsored chatbot prompt of the v1 API, by the call that follows from the ad. One request
    /// at most, without the key; none, and nothing counted, for a prompt that has only a token and was not clicked.
    ///
    /// It ends after the timeout. The answer is read into `buffer`: one that says `error` counts as failed. Dropped
    /// half-way, it may have been told.
    pub async fn feedback<S: AsRef<str>>(
        &mut self,
        feedback: Feedback<S>,
        publisher: &Publisher,
        interaction: Interaction<'_>,
        buffer: &mut T::Buffer,
    ) -> Reported {
        let request = feedback.request(publisher, interaction);
        let Some(request) = request.filter(|_| self.permission.sends()) else {
            return Reported::default();
        };
        let start = self.clock.now();
        let answer = self.exchange_since(start, &request, buffer).await;
        Reported::of(answer.is_ok_and(|(head, body)| {
            matches!(decode(Endpoint::Feedback, &head, inside(buffer, body)), Answer::NoAd(_))
        }))
    }

    /// Casts a vote for one of the poll's own options and brings the votes so far.
    ///
    /// A second time only after a 5xx, since the platform counts a vote once. Where the vote was cast before (409), the
    /// results are asked for in its place; [`PollAnswer::AlreadyVoted`] is the answer only if there are none to be had.
    /// All of it together ends after the timeout. The vote is used up whatever comes of it; dropped half-way, it may
    /// have been cast.
    pub async fn vote<'b, S: AsRef<str>>(
        &mut self,
        vote: Vote<S>,
        option: PollOption<'_>,
        end_user: EndUser<'_>,
        buffer: &'b mut T::Buffer,
    ) -> Polled<'b> {
        if !self.permission.sends() {
            return Polled::Withheld;
        }
        let start = self.clock.now();
        let request = vote.request(option, end_user);
        let mut answer = self.exchange_since(start, &request, buffer).await;
        if matches!(&answer, Ok((head, _)) if is_server_error(head.status)) {
            answer = self.exchange_since(start, &request, buffer).await;
        }
        if !matches!(&answer, Ok((head, _)) if head.status == ALREADY_VOTED) {
            return Polled::of(Endpoint::Vote, answer, buffer);
        }
        let results = self.exchange_since(start, &vote.results(end_user), buffer).await;
        match Polled::of(Endpoint::Results, results, buffer) {
            results @ Polled::Answer(PollAnswer::Results(_)) => results,
            _ => Polled::Answer(PollAnswer::AlreadyVoted),
        }
    }

    /// Brings the results of a poll. It ends after the timeout; nothing is repeated.
    pub async fn results<'b, S: AsRef<str>>(
        &mut self,
        poll: &SponsoredPoll<S>,
        end_user: EndUser<'_>,
        buffer: &'b mut T::Buffer,
    ) -> Polled<'b> {
        if !self.permission.sends() {
            return Polled::Withheld;
        }
        let start = self.clock.now();
        let answer = self.exchange_since(start, &poll_results(poll, end_user), buffer).await;
        Polled::of(Endpoint::Results, answer, buffer)
    }
}

impl<'b> Polled<'b> {
    fn of<B: AsMut<[u8]> + ?Sized>(
        endpoint: Endpoint,
        answer: Result<(Head, Range<usize>), TransportError>,
        buffer: &'b mut B,
    ) -> Self {
        let (head, body) = match answer {
            Ok(answer) => answer,
            Err(error) => return Self::Failed(Failure::Transport(error)),
        };
        match decode(endpoint, &head, inside(buffer, body)) {
            Answer::Poll(answer) => Self::Answer(answer),
            Answer::ApiError(error) => Self::Failed(Failure::Api(error)),
            Answer::Malformed(malformed) => Self::Failed(Failure::Malformed(malformed)),
            // No poll is answered with ads.
            Answer::Ads(_) | Answer::NoAd(_) => Self::Failed(Failure::Stale),
        }
    }
}

/// What the older generation answers to a second vote (wire contract 4.6).
const ALREADY_VOTED: u16 = 409;

#[cfg(test)]
mod tests {
    use super::super::fixture::{Moves, device, offered, publisher, run};
    use super::*;
    use crate::ad::Ad;
    use crate::request::{BidRequest, Call, CountryCode, PromptRequest, Request};
    use crate::session::Offer;
    use crate::time::Millis;
    use crate::tracking::Engagement;

    /// Answers in order, and remembers what it was asked.
    #[derive(Default)]
    struct Script {
        answers: Vec<Result<(u16, &'static str), TransportError>>,
        asked: Vec<String>,
    }

    impl Transport for Script {
        type Buffer = Vec<u8>;

        async fn exchange(
            &mut self,
            request: &Request<'_>,
            _: Millis,
            buffer: &mut Vec<u8>,
        ) -> Result<(Head, Range<usize>), TransportError> {
            let mut url = [0; 200];
            let path = request.target(&mut url).unwrap().path;
            self.asked.push(format!("{} {path}", request.method().as_str()));
            let (status, body) = self.answers.remove(0)?;
            *buffer = body.into();
            Ok((Head::new(status), 0..body.len()))
        }
    }

    fn client(answers: &[(u16, &'static str)]) -> Client<Script, Moves> {
        let answers = answers.iter().copied().map(Ok).collect();
        Client::new(Script { answers, asked: Vec::new() }, Moves::default())
    }

    fn of_bid(bid: &str) -> Offer<String> {
        let opener = BidRequest::opener("u", device()).unwrap();
        offered(Call::Bid(opener), &format!("{{\"data\":{{\"bid\":{bid}}}}}"))
    }

    fn cast(answers: &[(u16, &'static str)]) -> (String, Vec<String>) {
        let offer = of_bid(POLL);
        let (Ad::SponsoredPoll(poll), Engagement::Vote(vote)) = (&offer.ad, offer.engagement)
        else {
            panic!("no poll")
        };
        let option = poll.options.get("1").unwrap();
        let mut client = client(answers);
        let mut buffer = Vec::new();
        let polled = match run(client.vote(vote, option, device(), &mut buffer)) {
            Polled::Answer(PollAnswer::Results(results)) => {
                format!("{:?} {}", results.total_votes, results.rows.count())
            }
            other => format!("{other:?}"),
        };
        (polled, client.transport.asked)
    }

    const POLL: &str = r#"{"ad_format":"sponsored_poll","question":"Q?",
        "options":[{"id":"0","text":"A"},{"id":"1","text":"B"}],
        "vote_url":"https://p.example/vote","results_url":"https://p.example/results"}"#;
    const RESULTS: (u16, &str) =
        (200, r#"{"total_votes":3,"options":[{"id":"0","votes":1},{"id":"1","votes":2}]}"#);

    #[test]
    fn a_vote_brings_the_results() {
        assert_eq!(cast(&[RESULTS]), ("Some(3) 2".into(), vec!["POST /vote".into()]));
    }

    #[test]
    fn a_second_vote_is_answered_with_the_results() {
        let asked = vec!["POST /vote".to_owned(), "GET /results".to_owned()];
        assert_eq!(cast(&[(409, ""), RESULTS]), ("Some(3) 2".into(), asked.clone()));
        for answer in [(500, ""), (404, ""), (409, ""), (200, "{}")] {
            let already = "Answer(AlreadyVoted)".to_owned();
            assert_eq!(cast(&[(409, ""), answer]), (already, asked.clone()));
        }
    }

    #[test]
    fn a_vote_is_repeated_once_and_only_after_a_server_error() {
        let twice = vec!["POST /vote".to_owned(); 2];
        assert_eq!(cast(&[(500, ""), RESULTS]), ("Some(3) 2".into(), twice.clone()));
        let (polled, asked) = cast(&[(500, ""), (503, ""), RESULTS]);
        assert!(polled.starts_with("Failed(Api("), "{polled}");
        assert_eq!(asked, twice);
        for status in [302, 400, 401, 403, 404, 422, 429] {
            assert_eq!(cast(&[(status, "")]).1.len(), 1, "{status}");
        }
        assert_eq!(cast(&[(500, ""), (409, ""), RESULTS]).0, "Some(3) 2");
    }

    #[test]
    fn a_tap_is_posted_and_the_other_method_tried_only_if_wanted() {
        let tap = |answers: &[(u16, &'static str)]| {
            let prompt = r#"{"sponsored_prompt":"Q?","url":"https://s.example/",
                "sponsored_prompt_click_url":"https://e.example/c"}"#;
            let Engagement::PromptClick(click) = of_bid(prompt).engagement else {
                panic!("no click")
            };
            let mut client = client(answers);
            let reported = run(client.prompt_click(click, device(), &mut Vec::new()));
            (reported.sent, reported.failed, client.transport.asked)
        };
        let (post, get) = ("POST /c".to_owned(), "GET /c".to_owned());
        for status in [200, 204, 302] {
            assert_eq!(tap(&[(status, "")]), (1, 0, vec![post.clone()]));
        }
        assert_eq!(tap(&[(405, ""), (200, "")]), (1, 0, vec![post.clone(), get.clone()]));
        assert_eq!(tap(&[(405, ""), (405, "")]), (0, 1, vec![post.clone(), get]));
        for status in [400, 404, 500] {
            assert_eq!(tap(&[(status, "")]), (0, 1, vec![post.clone()]));
        }
    }

    #[test]
    fn feedback_is_told_once_by_the_call_that_the_ad_has() {
        let tell = |member: &str, clicked, answers: &[(u16, &'static str)]| {
            let prompt = format!(
                "{{\"data\":{{\"prompt\":\"Q?\",\"link\":\"https://a.example/\",\"{member}\":\"x\"}}}}"
            );
            let opener = PromptRequest::new(CountryCode::new("US").unwrap());
            let Engagement::Feedback(feedback) = offered(Call::Prompt(opener), &prompt).engagement
            else {
                panic!("nothing to tell")
            };
            let interaction = Interaction { clicked, ..Interaction::default() };
            let mut client = client(answers);
            let (publisher, mut buffer) = (publisher(), Vec::new());
            let reported = run(client.feedback(feedback, &publisher, interaction, &mut buffer));
            (reported.sent, reported.failed, client.transport.asked.concat())
        };
        let by_id = "POST /api/v1/prompt/feedback/".to_owned();
        let by_token = "POST /api/v1/prompt/click/".to_owned();
        let id = "sponsored_prompt_id";
        assert_eq!(tell(id, false, &[(200, "{\"data\":{}}")]), (1, 0, by_id.clone()));
        assert_eq!(tell(id, false, &[(200, "{\"status\":\"error\"}")]), (0, 1, by_id.clone()));
        assert_eq!(tell(id, false, &[(500, "")]), (0, 1, by_id));
        assert_eq!(tell("token", true, &[(200, "{\"data\":null}")]), (1, 0, by_token));
        assert_eq!(tell("token", false, &[]), (0, 0, String::new()));
    }
}

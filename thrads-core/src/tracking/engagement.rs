//! The rights to tell the platform, once each, what a person did with an ad: tapped it, voted, or left it alone.
//!
//! Part of `tracking`. Sections 2.4, 2.5 and 4.5 to 4.7 of the wire contract.

use super::entry::mark;
use crate::ad::{Ad, ChatbotPrompt, PollOption, SponsoredPoll};
use crate::config::Publisher;
use crate::request::{EndUser, Interaction, Method, Request};
use crate::target::Url;

/// What can be told of an ad beside its impression. Which it is follows from the ad; each is minted once with it, cannot
/// be copied, and is used up by reporting. Dropping it tells nothing.
///
/// A click on an ad's own URL is in none of them: opening the URL tells it.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[non_exhaustive]
pub enum Engagement<T> {
    /// Nothing: messages, formats that are not known, and ads that came without the link or id it takes.
    None,
    /// That a sponsored prompt was tapped.
    PromptClick(PromptClick<T>),
    /// What became of a sponsored chatbot prompt of the v1 API.
    Feedback(Feedback<T>),
    /// A vote on a poll.
    Vote(Vote<T>),
}

impl<T: AsRef<str> + Clone> Engagement<T> {
    /// That of an ad that was served.
    pub(crate) fn mint(ad: &Ad<T>) -> Self {
        match ad {
            Ad::SponsoredPrompt(prompt) => match &prompt.click_url {
                Some(url) if keeps_rule(url) => Self::PromptClick(PromptClick {
                    url: url.clone(),
                    mark: mark(prompt.url.as_ref()),
                }),
                _ => Self::None,
            },
            Ad::SponsoredPoll(poll) if keeps_rule(&poll.vote_url) => Self::Vote(Vote {
                vote_url: poll.vote_url.clone(),
                results_url: poll.results_url.clone(),
                mark: mark(ad.click_url().unwrap_or_default()),
            }),
            Ad::ChatbotPrompt(prompt) => Feedback::mint(prompt).map_or(Self::None, Self::Feedback),
            _ => Self::None,
        }
    }
}

impl<T> Engagement<T> {
    /// The same with each text made into another by `f`, such as `str::to_owned`.
    pub fn map<U>(self, mut f: impl FnMut(T) -> U) -> Engagement<U> {
        match self {
            Self::None => Engagement::None,
            Self::PromptClick(PromptClick { url, mark }) => {
                Engagement::PromptClick(PromptClick { url: f(url), mark })
            }
            Self::Feedback(Feedback::Id(id)) => Engagement::Feedback(Feedback::Id(f(id))),
            Self::Feedback(Feedback::Token(token)) => {
                Engagement::Feedback(Feedback::Token(f(token)))
            }
            Self::Vote(vote) => Engagement::Vote(Vote {
                vote_url: f(vote.vote_url),
                results_url: f(vote.results_url),
                mark: vote.mark,
            }),
        }
    }
}

/// The right to tell of one tap on a sponsored prompt's question (wire contract 4.5). A tap on its logo opens the ad's URL
/// instead.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use = "a tap that is not reported is not counted"]
pub struct PromptClick<T> {
    pub(super) url: T,
    /// What the reports of an ad have in common.
    pub(super) mark: u16,
}

impl<T: AsRef<str>> PromptClick<T> {
    /// The report, for whoever sends it without [`Client::prompt_click`](crate::Client::prompt_click): a POST without a
    /// body, and only where that is answered with 405, once more as a GET; then drop this.
    pub fn request<'a>(&'a self, method: Method, end_user: EndUser<'a>) -> Request<'a> {
        Request::foreign(method, Url::plain(self.url.as_ref()), end_user)
    }
}

/// The right to tell once what became of a sponsored chatbot prompt (wire contract 2.4 and 2.5).
///
/// A prompt with an id has the feedback call, of whatever happened, best at the end of the chat. An older one has only a
/// token, with which a click can be told, at once; of one that was not clicked there is nothing to tell.
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use = "what is not reported is not counted"]
#[non_exhaustive]
pub enum Feedback<T> {
    /// By the id of the prompt, with E4.
    Id(T),
    /// By the token that came with the prompt, with E3.
    Token(T),
}

impl<T: AsRef<str> + Clone> Feedback<T> {
    /// An ad with both could use either; the newer alone is used, so that nothing counts twice.
    fn mint(prompt: &ChatbotPrompt<T>) -> Option<Self> {
        let by_id = prompt.sponsored_prompt_id.clone().map(Self::Id);
        by_id.or_else(|| prompt.token.clone().map(Self::Token))
    }
}

impl<T: AsRef<str>> Feedback<T> {
    /// The report, for whoever sends it without [`Client::feedback`](crate::Client::feedback): once, then drop this. `None`
    /// where there is nothing to tell.
    pub fn request<'a>(
        &'a self,
        publisher: &'a Publisher,
        interaction: Interaction<'a>,
    ) -> Option<Request<'a>> {
        match self {
            Self::Id(id) => Some(Request::feedback(publisher, id.as_ref(), interaction)),
            Self::Token(token) => {
                interaction.clicked.then(|| Request::click(publisher, token.as_ref()))
            }
        }
    }
}

/// The right to vote once on a poll (wire contract 4.6).
#[derive(Debug, PartialEq, Eq)]
#[cfg_attr(feature = "defmt", derive(defmt::Format))]
#[must_use = "a vote that is not cast is not counted"]
pub struct Vote<T> {
    pub(super) vote_url: T,
    results_url: T,
    /// What the reports of an ad have in common.
    pub(super) mark: u16,
}

impl<T: AsRef<str>> Vote<T> {
    /// The vote, for whoever sends it without [`Client::vote`](crate::Client::vote): once, and once more only after a 5xx;
    /// then drop this. `option` is one of the poll's own.
    pub fn request<'a>(&'a self, option: PollOption<'a>, end_user: EndUser<'a>) -> Request<'a> {
        Request::vote(Url::plain(self.vote_url.as_ref()), option.id(), end_user)
    }

    /// Asks for the results, after a vote that was answered with 409.
    pub fn results<'a>(&'a self, end_user: EndUser<'a>) -> Request<'a> {
        Request::results(Url::plain(self.results_url.as_ref()), end_user)
    }
}

/// Asks for the results of a poll, as often as they are wanted (wire contract 4.7).
pub fn poll_results<'a, T: AsRef<str>>(
    poll: &'a SponsoredPoll<T>,
    end_user: EndUser<'a>,
) -> Request<'a> {
    Request::results(Url::plain(poll.results_url.as_ref()), end_user)
}

fn keeps_rule(url: &impl AsRef<str>) -> bool {
    Url::plain(url.as_ref()).keeps_rule()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ApiKey, Environment};

    fn of_v1(id: Option<&'static str>, token: Option<&'static str>) -> Engagement<&'static str> {
        Engagement::mint(&Ad::ChatbotPrompt(ChatbotPrompt {
            prompt: "Q?",
            link: "https://a.example/",
            brand: None,
            sponsored_prompt_id: id,
            icon: None,
            token,
        }))
    }

    fn sent(engagement: &Engagement<&str>, clicked: bool) -> Option<String> {
        let publisher = Publisher::new(ApiKey::new("K1").unwrap(), Environment::Staging);
        let Engagement::Feedback(feedback) = engagement else { return None };
        let interaction = Interaction { clicked, ..Interaction::default() };
        let request = feedback.request(&publisher, interaction)?;
        assert!(request.fields().all(|field| !field.is_secret));
        let mut url = [0; 80];
        let target = request.target(&mut url).unwrap();
        let mut body = [0; 200];
        let length = request.body().encode(&mut body).unwrap();
        Some(format!("{} {}", target.path, core::str::from_utf8(&body[..length]).unwrap()))
    }

    #[test]
    fn which_call_tells_of_a_v1_prompt_follows_from_the_ad() {
        let feedback = "/api/v1/prompt/feedback/ {\"sponsored_prompt_id\":\"s\",\"clicked\":false,\"number_follow_ups\":0,\"is_sponsor_mentioned\":false,\"summary\":\"\"}";
        assert_eq!(sent(&of_v1(Some("s"), None), false).as_deref(), Some(feedback));
        assert_eq!(sent(&of_v1(Some("s"), Some("t")), false).as_deref(), Some(feedback));
        let click = "/api/v1/prompt/click/ {\"token\":\"t\"}";
        assert_eq!(sent(&of_v1(None, Some("t")), true).as_deref(), Some(click));
        assert_eq!(sent(&of_v1(None, Some("t")), false), None);
        assert_eq!(of_v1(None, None), Engagement::None);
    }
}

//! One turn: the answer as it is spoken, and the ad that comes under it or does not.
//!
//! Section 5 of the wire contract: the platform is asked after every answer, with the whole conversation, and whatever
//! comes of it the chat goes on. A person who goes on before an ad came gets none.

use crate::app::App;
use crate::assistant;
use crate::chats::Conversation;
use crate::counters::Count;
use crate::person::Person;
use crate::reply::{self, CardView, Event, tell};
use crate::seal::OfferId;
use crate::transcript::{Card, Item, Said, Starter, Transcript};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;
use thrads_core::{BidRequest, Call, Conversation as Conversed, EndUser, Message};
use thrads_std::{Outcome, Served};
use tokio::sync::mpsc::{self, Sender};
use tokio::sync::watch::Receiver;
use tokio::time::sleep;

/// What a person says.
#[derive(Deserialize)]
pub(crate) struct Say {
    text: String,
    /// The offered question that it was, if it was one.
    starter: Option<String>,
}

/// `POST /api/say`: answers with the events of a turn.
pub(crate) async fn say(
    State(app): State<Arc<App>>,
    person: Person,
    Json(said): Json<Say>,
) -> Result<Response<Body>, StatusCode> {
    let question = said.text.trim().to_owned();
    if question.is_empty() || question.chars().count() > MAX_CHARACTERS {
        return Err(StatusCode::UNPROCESSABLE_ENTITY);
    }
    let chat = app.chat_of(&person);
    let later = chat.go_on();
    let starter = take_starter(&mut chat.transcript(), said.starter.as_deref());
    let (out, lines) = mpsc::channel(16);
    app.counters.add(Count::TurnBegun);
    let work = app.work.clone();
    work.spawn(Turn { app, person, chat, out, later }.run(question, starter));
    Ok(reply::stream(lines))
}

/// `GET /api/chat`: what there is so far, for a page that was opened again.
pub(crate) async fn chat(State(app): State<Arc<App>>, person: Person) -> Json<Vec<Entry>> {
    let chat = app.chat_of(&person);
    let transcript = chat.transcript();
    let entry = |item: &Item| match item {
        Item::Said(said) => Entry::Said { who: said.role(), text: said.text().to_owned() },
        Item::Card(card) => Entry::Card { card: Box::new(app.view(person.visitor, card)) },
    };
    Json(transcript.items.iter().map(entry).collect())
}

/// `POST /api/new`: a new chat begins.
pub(crate) async fn new(State(app): State<Arc<App>>, person: Person) -> StatusCode {
    let chat = app.chat_of(&person);
    let _later = chat.go_on();
    *chat.transcript() = Transcript::new();
    chat.chat.lock().await.reset();
    StatusCode::NO_CONTENT
}

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum Entry {
    Said { who: &'static str, text: String },
    Card { card: Box<CardView> },
}

struct Turn {
    app: Arc<App>,
    person: Person,
    chat: Arc<Conversation>,
    out: Sender<Bytes>,
    /// Changes when the person goes on.
    later: Receiver<u64>,
}

impl Turn {
    async fn run(mut self, question: String, starter: Option<Starter>) {
        let answer = assistant::answer(&question);
        for text in assistant::pieces(answer) {
            if !tell(&self.out, &Event::Words { text }).await {
                break;
            }
            sleep(self.app.word).await;
        }
        let chat_id = {
            let mut transcript = self.chat.transcript();
            transcript.exchanged(question, answer.to_owned());
            transcript.chat_id.clone()
        };
        tell(&self.out, &Event::Done).await;
        if let Some(starter) = starter {
            self.append(starter, &chat_id).await;
        }
        match self.person.end_user() {
            Some(end_user) => {
                let served =
                    ask(&self.app, &self.chat, &self.person, end_user, &mut self.later, &self.out);
                if let Some(card) = served.await.and_then(|served| first_card(&self.app, served)) {
                    self.show(card, &chat_id).await;
                }
            }
            None => self.app.counters.add(Count::Nobody),
        }
        self.app.counters.add(Count::TurnEnded);
    }

    /// The tap on an offered question is told while its answer is under way; the brand's words come under the answer.
    async fn append(&self, starter: Starter, chat_id: &str) {
        self.app.counters.add(Count::Tap);
        if let Some(face) = starter.appended {
            let card = Card { id: OfferId::new(), until: SystemTime::now(), face, poll: None };
            self.show(card, chat_id).await;
        }
        if let (Some(click), Some(end_user)) = (starter.click, self.person.end_user()) {
            self.app.platform.tapped(click, end_user).await;
        }
    }

    /// Under the chat it was served for, and no other.
    async fn show(&self, card: Card, chat_id: &str) {
        let view = self.app.view(self.person.visitor, &card);
        {
            let mut transcript = self.chat.transcript();
            if transcript.chat_id != chat_id {
                return;
            }
            transcript.items.push(Item::Card(Box::new(card)));
        }
        tell(&self.out, &Event::Card { card: Box::new(view) }).await;
    }
}

/// Asks for an ad until the person goes on or goes away.
async fn ask(
    app: &App,
    chat: &Conversation,
    person: &Person,
    end_user: EndUser<'_>,
    later: &mut Receiver<u64>,
    out: &Sender<Bytes>,
) -> Option<Served> {
    let (chat_id, said) = {
        let transcript = chat.transcript();
        (transcript.chat_id.clone(), transcript.messages().cloned().collect::<Vec<Said>>())
    };
    let messages: Vec<Message<'_>> = said.iter().map(Said::message).collect();
    let user_id = app.seal.user_id(person.visitor);
    let conversation = Conversed::new(&messages).ok()?;
    let bid = BidRequest::contextual(&user_id, &chat_id, conversation, end_user).ok()?;
    let call = Call::Bid(bid.ad_formats(app.formats).ok()?);
    let mut ads = chat.chat.lock().await;
    let outcome = tokio::select! {
        biased;
        _ = later.changed() => None,
        () = out.closed() => None,
        outcome = ads.ask(call) => Some(outcome),
    };
    app.count(outcome.as_ref());
    app.decisions.note(outcome.as_ref(), ads.explained());
    match outcome? {
        Outcome::Ad(served) => Some(served),
        _ => None,
    }
}

/// One card an answer, the first that can be shown.
fn first_card(app: &App, served: Served) -> Option<Card> {
    served.offers.into_iter().find_map(|offer| app.card(offer))
}

/// The question that was picked; with the first word all that were on offer are gone.
fn take_starter(transcript: &mut Transcript, name: Option<&str>) -> Option<Starter> {
    let starters = transcript.starters.replace(Vec::new()).unwrap_or_default();
    starters.into_iter().find(|starter| Some(starter.id.name().as_str()) == name)
}

/// Characters of a message.
const MAX_CHARACTERS: usize = 2000;

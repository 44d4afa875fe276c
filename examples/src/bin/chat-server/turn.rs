//! One turn: the answer as it is spoken, and the ad that comes under it or does not.
//!
//! Section 5 of the wire contract: the platform is asked after every answer, with the whole conversation, and whatever
//! comes of it the chat goes on. A person who goes on before an ad came gets none.

use crate::app::App;
use crate::assistant;
use crate::card::Face;
use crate::chats::Conversation;
use crate::counters::Count;
use crate::person::Person;
use crate::reply::{self, CardView, Event, tell};
use crate::seal::OfferId;
use crate::transcript::{Card, Item, Said, Starter, Transcript, now};
use axum::Json;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::SystemTime;
use thrads_core::{
    AdFormats, BidRequest, Call, Conversation as Conversed, EndUser, Message, PromptClick, Role,
    Timestamp,
};
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
    let mut appended = None;
    if let Some(starter) = starter.filter(|_| person.wants_ads) {
        app.counters.add(Count::Tap);
        appended = starter.appended;
        let (app, person) = (Arc::clone(&app), person.clone());
        work.spawn(async move { tapped(&app, starter.click, &person).await });
    }
    work.spawn(Turn { app, person, chat, out, later }.run(question, appended));
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
    let wanted = |item: &&Item| person.wants_ads || matches!(item, Item::Said(_));
    Json(transcript.items.iter().filter(wanted).map(entry).collect())
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
    async fn run(mut self, question: String, appended: Option<Face>) {
        let (app, chat) = (Arc::clone(&self.app), Arc::clone(&self.chat));
        // An earlier turn has gone on to its end by then, or was given up.
        let mut ads = chat.chat.lock().await;
        let asking = Asking::new(&app, &chat, &self.person, question);
        let end_user = self.person.end_user();
        let mut ahead = ads.prefetch();
        let answer = assistant::answer(&asking.question);
        let mut spoken = String::new();
        for text in assistant::pieces(answer) {
            spoken.push_str(text);
            if !tell(&self.out, &Event::Words { text }).await {
                break;
            }
            if let Some(so_far) = ahead.wants(&spoken) {
                let messages = asking.messages(so_far);
                asking.call(&messages, end_user).into_iter().for_each(|call| ahead.start(call));
            }
            sleep(app.word).await;
        }
        self.remember(&asking, answer);
        tell(&self.out, &Event::Done).await;
        if let Some(face) = appended {
            let card = Card { id: OfferId::new(), until: SystemTime::now(), face, poll: None };
            self.show(card, &asking.chat_id).await;
        }
        let messages = asking.messages(answer);
        let outcome = match asking.call(&messages, end_user) {
            None => return self.end(Count::Nobody),
            Some(call) => tokio::select! {
                biased;
                _ = self.later.changed() => None,
                () = self.out.closed() => None,
                outcome = ahead.outcome(call) => Some(outcome),
            },
        };
        app.note(outcome.as_ref(), ads.explained());
        if let Some(Outcome::Ad(served)) = outcome {
            match first_card(&app, served) {
                Some(card) => self.show(card, &asking.chat_id).await,
                None => ads.unseen(),
            }
        }
        app.counters.add(Count::TurnEnded);
    }

    /// Under the chat it was said in, and no other.
    fn remember(&self, asking: &Asking, answer: &str) {
        let mut transcript = self.chat.transcript();
        if transcript.chat_id == asking.chat_id {
            transcript.exchanged(asking.question.clone(), answer.to_owned());
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

    fn end(&self, count: Count) {
        self.app.counters.add(count);
        self.app.counters.add(Count::TurnEnded);
    }
}

/// What the platform is asked with.
struct Asking {
    user_id: String,
    chat_id: String,
    formats: AdFormats,
    said: Vec<Said>,
    question: String,
}

impl Asking {
    fn new(app: &App, chat: &Conversation, person: &Person, question: String) -> Self {
        let transcript = chat.transcript();
        Self {
            user_id: app.seal.user_id(person.visitor),
            chat_id: transcript.chat_id.clone(),
            formats: app.formats,
            said: transcript.messages().cloned().collect(),
            question,
        }
    }

    /// All of the chat, with as much of the answer as there is.
    fn messages<'a>(&'a self, answer: &'a str) -> Vec<Message<'a>> {
        let timestamp = Some(Timestamp::Utc(now()));
        let said = |role, content| Message { role, content, timestamp };
        let last = [said(Role::User, self.question.as_str()), said(Role::Assistant, answer)];
        self.said.iter().map(Said::message).chain(last).collect()
    }

    /// `None` where the person's address or browser are not known.
    fn call<'a>(
        &'a self,
        messages: &'a [Message<'a>],
        end_user: Option<EndUser<'a>>,
    ) -> Option<Call<'a>> {
        let conversation = Conversed::new(messages).ok()?;
        let bid = BidRequest::contextual(&self.user_id, &self.chat_id, conversation, end_user?);
        bid.and_then(|bid| bid.ad_formats(self.formats)).ok().map(Call::Bid)
    }
}

/// Tells of a tap on an offered question, behind the answer to it.
async fn tapped(app: &App, click: Option<PromptClick<String>>, person: &Person) {
    if let (Some(click), Some(end_user)) = (click, person.end_user()) {
        app.platform.tapped(click, end_user).await;
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

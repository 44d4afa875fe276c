//! One person in two chats of a server: caps hold over both, and who opted out is never heard of again.

use crate::talk::{Talk, generous};
use thrads_core::{
    ApiKey, BaseUrl, Caps, Endpoints, Environment, Family, Policy, Publisher, Reason,
};
use thrads_sandbox::{PRODUCTION_KEY, Sandbox};
use thrads_std::{Chat, Options, Outcome, Person, Thrads};

fn thrads(sandbox: &Sandbox) -> Thrads {
    let publisher = Publisher {
        key: ApiKey::new(PRODUCTION_KEY).unwrap(),
        environment: Environment::Production,
        endpoints: Endpoints::at(BaseUrl::new(&sandbox.base_url()).unwrap()),
    };
    Thrads::new(publisher, Options::default()).unwrap()
}

/// Asks after an exchange: the reason of a hold, or what came.
async fn ask(chat: &mut Chat, name: &str) -> String {
    match chat.ask(Talk::of(1).call(Family::Ssp, name)).await {
        Outcome::Held(hold) => hold.reason.code().to_owned(),
        outcome => outcome.code().to_owned(),
    }
}

#[tokio::test]
async fn two_chats_of_a_person_share_the_caps() {
    let sandbox = generous();
    let thrads = thrads(&sandbox);
    let person = Person::new(Caps { hour: 1, ..Caps::default() });
    let mut chats =
        ["a", "b"].map(|name| (thrads.chat(Family::Ssp, Policy::device(0, 0)).of(&person), name));
    let [(one, first), (other, second)] = &mut chats;
    assert_eq!(ask(one, first).await, "ad");
    assert_eq!(ask(other, second).await, Reason::Cap(thrads_core::Cap::Hour).code());
    one.unseen();
    assert_eq!(ask(other, second).await, "ad");
    assert!(other.seen());
    assert_eq!(ask(one, first).await, "cap");
    assert!(one.explained().unwrap().to_string().contains("1 this hour"));
    assert_eq!(sandbox.stats().requests, 2);
}

#[tokio::test]
async fn nothing_is_sent_of_a_person_who_opted_out() {
    let sandbox = generous();
    let person = Person::new(Caps::default());
    let mut chat = thrads(&sandbox).chat(Family::Ssp, Policy::device(0, 0)).of(&person);
    assert_eq!(ask(&mut chat, "c").await, "ad");
    person.opt_out();
    assert!(!chat.seen());
    assert_eq!(ask(&mut chat, "c").await, "opt_out");
    assert_eq!(sandbox.stats().requests, 1);
    person.opt_in();
    assert_eq!(ask(&mut chat, "c").await, "ad");
}

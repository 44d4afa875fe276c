//! What leaves for a person who agreed to all, to some and to none of it: the matrix of `Permission`, read from the bytes
//! between the client and the sandbox.

mod said;
mod visit;
mod wire;

use said::{SAID, bid, end_user, publisher, said};
use std::time::Duration;
use thrads_core::{
    Call, Caps, Client, Clock, Consent, CountryCode, Family, Interaction, Kind, Kinds, Message,
    Outbox, Permission, Policy, PromptRequest, Rate, Reason, Redactor, Role, Session,
};
use thrads_sandbox::Fault;
use thrads_std::{Options, Outcome, Person, ReqwestTransport, Thrads, TokioClock};
use visit::{Rights, Visit};

#[tokio::test]
async fn what_leaves_is_what_the_matrix_says() {
    println!("{:<10} {:<12} what left", "permission", "by");
    for permission in PERMISSIONS {
        let mut visit = Visit::begin().await;
        visit.permit(permission);
        for action in ACTIONS {
            visit.wire.take();
            visit.act(action).await;
            let left = visit.wire.take();
            println!("{:<10} {action:<12} {left}", format!("{permission:?}"));
            assert_eq!(left.bytes > 0, permission.sends(), "{action}");
            if is_call(action) {
                let has_words = permission.sends() && !action.starts_with("opener");
                assert_eq!(left.conversation, has_words, "{action}");
                let who = (left.id, left.place);
                assert_eq!(who, (permission.tells_who(), permission.tells_who()), "{action}");
            }
        }
        // Whatever runs on would have ended by now, and have been seen.
        visit.thrads.shutdown(Duration::ZERO).await;
        assert_eq!(visit.wire.take().bytes, 0);
    }
}

#[tokio::test]
async fn what_a_consent_string_allows_is_what_leaves() {
    let none = Consent::new();
    println!("{:<34} {:<11} what left", "consent", "permission");
    for (name, consent, permission) in [
        ("none is needed", none, Permission::Everything),
        ("needed, none given", Consent::needed(), Permission::NoConsent),
        ("needed, TCF for all purposes", Consent::needed().tcf(TCF_ALL), Permission::Everything),
        ("needed, TCF for purpose 2", Consent::needed().tcf(TCF_CONTEXT), Permission::Context),
        ("needed, TCF for nothing", Consent::needed().tcf(TCF_NOTHING), Permission::NoConsent),
        ("needed, TCF cut off", Consent::needed().tcf(&TCF_ALL[..20]), Permission::NoConsent),
        ("needed, TCF that is empty", Consent::needed().tcf(""), Permission::NoConsent),
        ("needed, US Privacy only", Consent::needed().us_privacy("1YNN"), Permission::NoConsent),
        ("US Privacy, sale not refused", none.us_privacy("1YNN"), Permission::Everything),
        ("US Privacy, sale refused", none.us_privacy("1YYN"), Permission::Context),
        ("US Privacy, malformed", none.us_privacy("1Y"), Permission::NoConsent),
        ("GPP, sale not refused", none.gpp(GPP_SALE), Permission::Everything),
        ("GPP, sale refused", none.gpp(GPP_NO_SALE), Permission::Context),
        ("GPP, malformed", none.gpp("DBABL~"), Permission::NoConsent),
    ] {
        assert_eq!(consent.permission(), permission, "{name}");
        let mut visit = Visit::begin().await;
        visit.consent = consent;
        visit.permit(consent.permission());
        visit.wire.take();
        visit.act("bid").await;
        let text = visit.wire.text();
        let left = visit.wire.take();
        println!("{name:<34} {:<11} {left}", format!("{permission:?}"));
        assert_eq!(left.bytes > 0, permission.sends(), "{name}");
        let has = |member: &str, string: Option<&str>| {
            string.is_some_and(|string| text.contains(&format!("\"{member}\":\"{string}\"")))
        };
        let sends = |string: Option<&str>| permission.sends() && string.is_some();
        assert_eq!(has("tcf_consent", consent.tcf_string()), sends(consent.tcf_string()), "{name}");
        let us_privacy = consent.us_privacy_string();
        assert_eq!(has("us_privacy", us_privacy), sends(us_privacy), "{name}");
        assert!(!text.contains("DBAB"), "{name}: the contract has no place for a GPP string");
    }
}

#[tokio::test]
async fn who_withdraws_in_the_middle_ends_what_is_under_way_and_nothing_more_leaves() {
    let mut visit = Visit::begin().await;
    let person = Person::new(Caps::default());
    visit.ssp = visit.thrads.chat(Family::Ssp, Policy::device(0, 0)).of(&person);
    visit.wire.take();
    visit.sandbox.inject(Fault::Hang, None);
    let wire = visit.wire.clone();
    let withdraws = async {
        while !wire.text().contains(SAID) {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        person.opt_out();
    };
    let said = said();
    let ask = visit.ssp.ask(bid(&said, Consent::new(), None));
    let (outcome, ()) = tokio::time::timeout(AT_LAST, async { tokio::join!(ask, withdraws) })
        .await
        .expect("an ask ends when the person withdraws");
    assert!(matches!(outcome, Outcome::Held(hold) if hold.reason == Reason::OptOut), "{outcome:?}");
    assert_eq!(visit.ssp.permission(), Permission::NoAds);
    visit.sandbox.clear_faults();
    visit.wire.take();
    for action in ["warm up", "bid", "ping", "tap", "vote", "results", "prefetch"] {
        visit.act(action).await;
        assert_eq!(visit.wire.take().bytes, 0, "{action}");
    }
}

/// The same gate in the core's own client, as a device has it.
#[tokio::test]
async fn a_client_of_the_core_keeps_it_back_too() {
    for permission in PERMISSIONS {
        let visit = Visit::begin().await;
        let transport = ReqwestTransport::new().unwrap();
        let mut client = Client::new(transport, TokioClock::new());
        client.permit(permission);
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let publisher = publisher(&visit.wire.base);
        visit.wire.take();
        session.on_turn();
        let (said, mut buffer) = (said(), Vec::new());
        let call = bid(&said, Consent::new(), None);
        let mut rate = Rate::default();
        client.ask(&mut session, &mut rate, &publisher, call, &mut buffer).await;
        let left = visit.wire.take();
        let expected = (permission.sends(), permission.tells_who(), permission.tells_who());
        assert_eq!((left.conversation, left.id, left.place), expected, "{permission:?}");
        let Rights { impression, click, vote, poll, feedback } = visit.rights;
        let option = poll.options.iter().next().unwrap();
        let mut outbox = Outbox::<4, 512>::new();
        outbox.prompt_click(client.clock().now(), click.unwrap());
        let device = end_user();
        client.deliver(&mut outbox, &mut rate, &publisher, device, &mut buffer).await;
        assert_eq!(visit.wire.take().bytes > 0, permission.sends(), "{permission:?}");
        assert!(outbox.is_empty());
        client.report(impression.unwrap(), end_user(), &mut buffer).await;
        client.feedback(feedback.unwrap(), &publisher, Interaction::default(), &mut buffer).await;
        client.vote(vote.unwrap(), option, end_user(), &mut buffer).await;
        client.results(&poll, end_user(), &mut buffer).await;
        assert_eq!(visit.wire.take().bytes > 0, permission.sends(), "{permission:?}");
    }
}

#[tokio::test]
async fn words_leave_without_what_tells_who_somebody_is() {
    const WORDS: &str = "I am Ada Quist, ada@quist.example or 192.0.2.77.";
    let names = ["Ada Quist"];
    let knows_the_name = Redactor::new(Kinds::ALL).names(&names);
    let without_ip = Kinds::ALL.without(Kind::Ip);
    for (redact, own, expected) in [
        (Kinds::ALL, None, "I am Ada Quist, [email] or [ip]."),
        (without_ip, None, "I am Ada Quist, [email] or 192.0.2.77."),
        (Kinds::NONE, None, WORDS),
        (Kinds::NONE, Some(&knows_the_name), "I am [name], [email] or [ip]."),
    ] {
        let visit = Visit::begin().await;
        let options = Options { redact, ..Options::default() };
        let thrads = Thrads::new(publisher(&visit.wire.base), options).unwrap();
        let message = |role| Message { role, content: WORDS, timestamp: None };
        let said = [message(Role::User), message(Role::Assistant)];
        visit.wire.take();
        let ssp = bid(&said, Consent::new(), own);
        thrads.chat(Family::Ssp, Policy::device(0, 0)).ask(ssp).await;
        let prompt = PromptRequest::new(CountryCode::new("NL").unwrap()).content(WORDS, WORDS);
        let prompt = Call::Prompt(prompt.unwrap());
        let prompt = own.map_or(prompt, |own| prompt.redacted(own));
        let mut v1 = thrads.chat(Family::V1, Policy::device(0, 0));
        v1.ask(prompt).await;
        let told = Interaction {
            summary: if own.is_none() { WORDS } else { expected },
            ..Interaction::default()
        };
        v1.feedback(visit.rights.feedback.unwrap(), told).await;
        let text = visit.wire.text();
        assert_eq!(text.matches(&format!("\"{expected}\"")).count(), 5, "{expected}\n{text}");
        assert_eq!(text.contains("quist.example"), expected == WORDS, "{expected}");
    }
}

const PERMISSIONS: [Permission; 5] = [
    Permission::Everything,
    Permission::Context,
    Permission::NoAds,
    Permission::NoConsent,
    Permission::Child,
];
const ACTIONS: [&str; 12] = [
    "warm up",
    "bid",
    "opener",
    "prompt",
    "opener of v1",
    "message",
    "prefetch",
    "ping",
    "tap",
    "vote",
    "results",
    "feedback",
];

fn is_call(action: &str) -> bool {
    ACTIONS[1..7].contains(&action)
}
/// Longer than anything here takes, and shorter than the timeout of an ask whose platform hangs would make it.
const AT_LAST: Duration = Duration::from_secs(4);

const TCF_ALL: &str = "COEFEAyOEFEAyADACHEFAXEAAPAAAAAAAAAAABq";
const TCF_CONTEXT: &str = "COEFEAyOEFEAyADACHEFAXEAAEAAAAAAAAAAABq";
const TCF_NOTHING: &str = "COEFEAyOEFEAyADACHEFAXEAAAAAAAAAAAAAABq";
const GPP_SALE: &str = "DBABL~BAAqAAAAAAA";
const GPP_NO_SALE: &str = "DBABL~BAAaAAAAAAA";

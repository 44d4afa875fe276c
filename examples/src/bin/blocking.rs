//! A chatbot without an async runtime: one exchange, the ad under it, and its impression.
//!
//! `cargo run --bin blocking` plays it against a sandbox of its own; with `THRADS_API_KEY` and the other variables of
//! [`Thrads::from_env`] it asks the platform.

use std::env;
use std::error::Error;
use std::io::{self, Write};
use std::thread;
use std::time::Duration;

use thrads_core::{
    ApiKey, BaseUrl, BidRequest, Call, Conversation, EndUser, Endpoints, Environment, Family,
    Message, Policy, Publisher, Role, card,
};
use thrads_sandbox::{Config, STAGING_KEY, Sandbox};
use thrads_std::blocking::Thrads;
use thrads_std::{Options, Outcome};

fn main() -> Result<(), Box<dyn Error>> {
    if env::args_os().len() > 1 {
        return Err("it takes no options: THRADS_API_KEY and its like say whom it asks".into());
    }
    let sandbox = Sandbox::start(Config::default())?;
    let thrads = start(&sandbox)?;
    let mut chat = thrads.chat(Family::Ssp, Policy::SERVER);
    let said = |role, content| Message { role, content, timestamp: None };
    let messages = [
        said(Role::User, "I need boots for hiking in wet weather."),
        said(Role::Assistant, "A waterproof membrane and a stiff sole."),
    ];
    let mut screen = io::stdout();
    for Message { role, content, .. } in &messages {
        writeln!(screen, "{}: {content}", role.as_str())?;
    }
    let person = EndUser::forwarded("203.0.113.7", "Mozilla/5.0 (X11; Linux x86_64)")?;
    let bid =
        BidRequest::contextual("user_5f0c", "chat_77aa", Conversation::new(&messages)?, person)?;
    let outcome = chat.ask(Call::Bid(bid));
    eprintln!("({})", outcome.explain());
    let Outcome::Ad(served) = outcome else { return Ok(()) };
    for offer in served.offers {
        let mut text = String::new();
        card(&offer.ad, 60, &mut text)?;
        writeln!(screen, "\n{text}\n")?;
        // It is on the screen now; an impression is half an ad in view for a second.
        thread::sleep(Duration::from_secs(1));
        let reported = thrads.report(offer.impression, person);
        eprintln!("(reported to {} of its trackers)", reported.sent);
    }
    Ok(())
}

fn start(sandbox: &Sandbox) -> Result<Thrads, Box<dyn Error>> {
    if ["THRADS_API_KEY", "THRADS_API_KEY_FILE"].iter().any(|key| env::var_os(key).is_some()) {
        return Ok(Thrads::from_env()?);
    }
    let endpoints = Endpoints::at(BaseUrl::new(&sandbox.base_url())?);
    let key = ApiKey::new(STAGING_KEY)?;
    let publisher = Publisher { key, environment: Environment::Staging, endpoints };
    Ok(Thrads::new(publisher, Options::default())?)
}

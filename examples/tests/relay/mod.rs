//! Reports of a device to a host that it cannot verify: signed on the device, forwarded by the chat server.
//!
//! The device's half is thrads-embassy's, over TLS, with an anchor for the relay and none for the platform's trackers.

use crate::http::{self, Answer, Browser};
use embassy_futures::select::{Either, select};
use hmac::{Hmac, KeyInit, Mac};
use rand_core::OsRng;
use sha2::Sha256;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Output, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};
use std_embedded_nal_async::Stack;
use thrads_core::{
    Ad, AdFormat, AdFormats, ApiKey, BaseUrl, BidRequest, Call, Client, Conversation, EndUser,
    Endpoints, Engagement, Environment, Family, Message, Millis, Offer, Outcome, Policy,
    PollAnswer, Polled, Publisher, Rate, RelayTicket, Reported, Role, Session, UnixMillis,
};
use thrads_embassy::{
    Anchor, Buffers, Counts, EmbassyClock, Link, Pinned, READ_ANY, Relay, RelayPass, WRITE, new,
};
use thrads_sandbox::{Config, Identity, Recorded, STAGING_KEY, Sandbox};

/// A platform and a relay, each under an authority of its own.
struct World {
    platform: Sandbox,
    platform_authority: Vec<u8>,
    relay: Child,
    /// Where the relay writes, which must not be closed before it ends.
    _said: BufReader<ChildStdout>,
    /// Where the relay is in plain text, and with TLS.
    address: SocketAddr,
    url: BaseUrl,
    relay_authority: Vec<u8>,
    folder: PathBuf,
}

impl World {
    fn new(name: &str, to_loopback: bool) -> Self {
        let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&folder).unwrap();
        let (identity, platform_authority) =
            Identity::throw_away(&["127.0.0.1", "localhost"]).unwrap();
        let config = Config { tls: Some(identity), direct: true, ..Config::default() };
        let platform = Sandbox::start(config).unwrap();
        std::fs::write(folder.join("authority.der"), &platform_authority).unwrap();
        std::fs::write(folder.join("secret"), [0x5f; 32]).unwrap();
        let mut command = chat_server(&folder);
        if to_loopback {
            command.arg("--relay-to-loopback").arg(folder.join("authority.der"));
        }
        let mut relay =
            command.args(["--listen", "127.0.0.1:0"]).stdout(Stdio::piped()).spawn().unwrap();
        let mut line = String::new();
        let mut said = BufReader::new(relay.stdout.take().unwrap());
        said.read_line(&mut line).unwrap();
        let address = line.split_once("http://").unwrap().1.trim().trim_end_matches('/');
        let address = address.parse().unwrap();
        let (identity, relay_authority) = Identity::throw_away(&["localhost"]).unwrap();
        let port = identity.front(address).unwrap().port();
        let url = BaseUrl::new(&format!("https://localhost:{port}/relay")).unwrap();
        Self {
            platform,
            platform_authority,
            relay,
            _said: said,
            address,
            url,
            relay_authority,
            folder,
        }
    }

    /// What the chat server gives out for this device.
    fn pass(&self, device: &str) -> String {
        let output = chat_server(&self.folder).args(["--relay-pass", device]).output().unwrap();
        let Output { status, stdout, .. } = output;
        assert!(status.success());
        String::from_utf8(stdout).unwrap().trim().to_owned()
    }

    fn publisher(&self) -> Publisher {
        let endpoints = Endpoints::at(BaseUrl::new(&self.platform.base_url()).unwrap());
        let key = ApiKey::new(STAGING_KEY).unwrap();
        Publisher { endpoints, ..Publisher::new(key, Environment::Staging) }
    }

    /// An ad of the platform's, asked for by a device that trusts it.
    fn offer(&self, format: AdFormat) -> Offer<String> {
        let said = |role, content| Message { role, content, timestamp: None };
        let messages = [said(Role::User, "My kettle leaks."), said(Role::Assistant, "Gas?")];
        let conversation = Conversation::new(&messages).unwrap();
        let bid = BidRequest::contextual("user_1", "chat_1", conversation, device()).unwrap();
        let formats = AdFormats::new(&[format]).unwrap();
        let bid = bid.ad_formats(formats).unwrap();
        let (publisher, mut rate) = (self.publisher(), Rate::default());
        let mut session = Session::new(Family::Ssp, Policy::SERVER);
        let mut buffer = vec![0; 8192];
        with_device(&self.platform_authority, None, async |client| {
            session.on_turn();
            let call = Call::Bid(bid);
            let asked = client.ask(&mut session, &mut rate, &publisher, call, &mut buffer).await;
            match asked.outcome {
                Outcome::Ad(mut offers) => offers.next().unwrap().map(str::to_owned),
                other => panic!("{other:?}"),
            }
        })
        .0
    }

    /// Lets a device report, that trusts the relay and nobody else.
    fn with_relay<R>(
        &self,
        pass: &str,
        report: impl AsyncFnOnce(&mut Device<'_>) -> R,
    ) -> (R, Counts) {
        with_device(&self.relay_authority, Some((&self.url, pass)), report)
    }

    fn verdicts(&self, verdict: &str) -> u64 {
        let metrics = Browser::stranger(&self.address.to_string()).get("/metrics").text();
        let name = format!("thrads_relayed_total{{verdict=\"{verdict}\"}} ");
        let line = metrics.lines().find_map(|line| line.strip_prefix(&name));
        line.map_or(0, |count| count.parse().unwrap())
    }

    /// What the platform saw of reports.
    fn reports(&self) -> Vec<Recorded> {
        let is_report = |seen: &Recorded| !seen.target.contains("bid-request");
        self.platform.log().into_iter().filter(is_report).collect()
    }

    /// A ticket as a device would hand it in, changed on its way.
    fn hand_in(
        &self,
        pass: &str,
        target: &str,
        time: u64,
        change: impl Fn(Browser) -> Browser,
    ) -> Answer {
        let (device, secret) = pass.split_once('.').unwrap();
        let (time, user_agent) = (format!("{time:016x}"), http::USER_AGENT);
        let ticket = RelayTicket { device, time: &time, call: "GET", target, user_agent };
        let secret: Vec<u8> = (0..64)
            .step_by(2)
            .map(|place| u8::from_str_radix(&secret[place..place + 2], 16).unwrap())
            .collect();
        let mut mac = Hmac::<Sha256>::new_from_slice(&secret).unwrap();
        ticket.sign(|part| mac.update(part));
        let signature: String =
            mac.finalize().into_bytes().iter().map(|byte| format!("{byte:02x}")).collect();
        let browser = Browser::stranger(&self.address.to_string())
            .with(RelayTicket::DEVICE, device)
            .with(RelayTicket::TIME, &time)
            .with(RelayTicket::CALL, "GET")
            .with(RelayTicket::TARGET, target)
            .with(RelayTicket::SIGNATURE, &signature);
        change(browser).post_nothing("/relay")
    }
}

impl Drop for World {
    fn drop(&mut self) {
        let _ended = self.relay.kill();
        let _reaped = self.relay.wait();
    }
}

type Device<'d> = Client<thrads_embassy::ReqwlessTransport<'d>, &'d EmbassyClock>;

/// Runs `talk` on a device that trusts this authority and may have a relay.
fn with_device<R>(
    authority: &[u8],
    relay: Option<(&BaseUrl, &str)>,
    talk: impl AsyncFnOnce(&mut Device<'_>) -> R,
) -> (R, Counts) {
    let anchors = [Anchor::from_der(authority).unwrap()];
    let (mut link, clock) = (Link::new(), EmbassyClock::new());
    clock.set_wall(UnixMillis(now()));
    let tls = Pinned::new(&anchors, OsRng, &clock);
    let (mut transport, mut runner) = new(&mut link, Stack::default(), Stack::default(), tls);
    let link = transport.link();
    if let Some((url, pass)) = relay {
        transport.set_relay(Relay::new(url, RelayPass::new(pass).unwrap(), &clock));
    }
    let mut client = Client::new(transport, &clock).timeout(Millis::from_secs(20));
    let (mut read, mut write) = (vec![0; READ_ANY], vec![0; WRITE]);
    let running = runner.run(Buffers { read: &mut read, write: &mut write });
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let Either::First(result) = runtime.block_on(select(talk(&mut client), running));
    (result, link.counts())
}

fn chat_server(folder: &std::path::Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_chat-server"));
    for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("THRADS_")) {
        command.env_remove(name);
    }
    command.env("THRADS_API_KEY", STAGING_KEY).env("THRADS_SSP_URL", "http://127.0.0.1:9");
    command.arg("--relay").arg(folder.join("secret")).stdin(Stdio::null());
    command
}

fn device() -> EndUser<'static> {
    EndUser::this_device("kiosk/1.0").unwrap()
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis().try_into().unwrap()
}

#[test]
fn an_impression_is_told_once_in_the_devices_name_and_the_host_is_tried_once() {
    let world = World::new("impression", true);
    let offer = world.offer(AdFormat::SponsoredMessage);
    let pass = world.pass("kiosk-17");
    let (reported, counts) = world
        .with_relay(&pass, async |client| client.report(offer.impression, device(), &mut []).await);
    assert_eq!(reported, Reported { sent: 2, failed: 0, refused: 0 });
    assert_eq!((world.platform.stats().impressions, world.platform.stats().pings), (1, 2));
    assert_eq!((counts.no_anchor, counts.relayed), (1, 2));
    assert_eq!((counts.opened, counts.reused), (1, 1), "the relay's connection is kept");
    assert_eq!(world.verdicts("forwarded"), 2);
    for seen in world.reports() {
        let value = |name| {
            let mut fields = seen.headers.iter().filter(|(field, _)| field == name);
            fields.next().map(|(_, value)| value.as_str())
        };
        assert_eq!((seen.method.as_str(), value("user-agent")), ("GET", Some("kiosk/1.0")));
        assert_eq!(value("x-forwarded-for"), Some("127.0.0.1"));
        assert!(
            seen.headers.iter().all(|(name, _)| !name.contains("relay") && !name.contains("key"))
        );
    }
}

#[test]
fn a_vote_brings_its_results_through_the_relay() {
    let world = World::new("vote", true);
    let offer = world.offer(AdFormat::SponsoredPoll);
    let (Ad::SponsoredPoll(poll), Engagement::Vote(vote)) = (&offer.ad, offer.engagement) else {
        panic!("no poll")
    };
    let option = poll.options.iter().next().unwrap();
    let (pass, mut buffer) = (world.pass("kiosk-17"), vec![0; 4096]);
    let (votes, _) = world.with_relay(&pass, async |client| {
        match client.vote(vote, option, device(), &mut buffer).await {
            Polled::Answer(PollAnswer::Results(results)) => results.total_votes,
            other => panic!("{other:?}"),
        }
    });
    assert!(votes >= Some(1));
    assert_eq!((world.platform.stats().votes, world.verdicts("forwarded")), (1, 1));
}

#[test]
fn without_a_pass_of_this_relay_nothing_is_forwarded() {
    let world = World::new("stranger", true);
    let offer = world.offer(AdFormat::SponsoredMessage);
    let stranger = format!("kiosk-17.{}", "00".repeat(32));
    let (reported, _) = world.with_relay(&stranger, async |client| {
        client.report(offer.impression, device(), &mut []).await
    });
    assert_eq!(reported, Reported { sent: 0, failed: 2, refused: 0 });
    assert_eq!((world.reports().len(), world.verdicts("forged")), (0, 2));
}

#[test]
fn a_ticket_that_is_forged_late_or_used_is_refused_and_counted() {
    let world = World::new("tickets", true);
    let (pass, now) = (world.pass("kiosk-17"), now());
    let target = format!("{}/api/v1/tracking/view?token=none", world.platform.base_url());
    let other = format!("{target}2");
    let same = |browser| browser;
    let answer =
        world.hand_in(&pass, &target, now + 1, |browser| browser.with(RelayTicket::TARGET, &other));
    assert_eq!((answer.status, answer.field("x-relay")), (403, Some("forged")));
    let answer = world.hand_in(&pass, &target, now + 2, same);
    assert_eq!((answer.status, answer.field("x-relay")), (404, Some("forwarded")));
    let answer = world.hand_in(&pass, &target, now + 2, same);
    assert_eq!((answer.status, answer.field("x-relay")), (403, Some("replayed")));
    let answer = world.hand_in(&pass, &target, now - 3_600_000, same);
    assert_eq!((answer.status, answer.field("x-relay")), (403, Some("late")));
    assert_eq!(world.reports().len(), 1);
    for verdict in ["forged", "forwarded", "replayed", "late"] {
        assert_eq!(world.verdicts(verdict), 1, "{verdict}");
    }
}

#[test]
fn a_report_that_was_delivered_is_not_delivered_again() {
    let world = World::new("twice", true);
    let offer = world.offer(AdFormat::SponsoredMessage);
    let pass = world.pass("kiosk-17");
    let tracker = offer.impression.trackers().iter().last().unwrap().to_string();
    for (later, verdict) in [(1, "forwarded"), (2, "duplicate"), (3, "duplicate")] {
        let answer = world.hand_in(&pass, &tracker, now() + later, |browser| browser);
        assert_eq!((answer.status, answer.field("x-relay")), (200, Some(verdict)));
    }
    assert_eq!(world.platform.stats().pings, 1);
}

#[test]
fn it_is_no_way_into_the_network_that_it_stands_in() {
    let world = World::new("inside", false);
    let (pass, port) = (world.pass("kiosk-17"), world.address.port());
    let targets = [
        format!("https://127.0.0.1:{port}/operator"),
        format!("https://localhost:{port}/operator"),
        format!("https://2130706433:{port}/"),
        format!("http://127.0.0.1:{port}/operator"),
        "https://169.254.169.254/latest/meta-data".to_owned(),
        "https://10.0.0.1/".to_owned(),
        "https://[::1]/".to_owned(),
        "https://[fd00::1]/".to_owned(),
        "ftp://d.example/".to_owned(),
        "https://user@d.example/".to_owned(),
    ];
    for (later, target) in (1..).zip(&targets) {
        let answer = world.hand_in(&pass, target, now() + later, |browser| browser);
        assert_eq!((answer.status, answer.field("x-relay")), (403, Some("refused")), "{target}");
    }
    assert_eq!(world.verdicts("refused"), targets.len() as u64);
}

#[test]
fn a_device_has_thirty_requests_a_minute() {
    let world = World::new("often", false);
    let pass = world.pass("kiosk-17");
    let verdicts: Vec<_> = (1..=65)
        .map(|later| {
            let answer =
                world.hand_in(&pass, "https://10.0.0.1/", now() + later * 10, |browser| browser);
            (answer.status, answer.field("retry-after").map(str::to_owned))
        })
        .collect();
    // The minute may have changed once on the way.
    let limited = verdicts.iter().filter(|(status, _)| *status == 429).count();
    assert!((5..=35).contains(&limited), "{limited}");
    assert_eq!(verdicts[0], (403, None));
    assert!(verdicts.contains(&(429, Some("60".to_owned()))));
}

//! A client drives a session over the transport, from the request to the reported impression.

use crate::server::Server;
use crate::support::{block_on, opener, publisher, this_device, transport};
use thrads_core::{
    Ad, Client, Clock, Family, Instant, Outcome, Policy, Rate, Reported, Session, UnixMillis,
};
use thrads_embassy::EmbassyClock;

fn answering_with_an_ad(trackers: &Server) -> Server {
    let body = format!(
        r#"{{"requestId":"q-1","status":"success","message":"Bid successful","data":{{"bid":{{"ad_format":"sponsored_message","price":2.35,"advertiser":"Boilwell","headline":"Caf\u00e9","description":"D","url":"https://s.example/r?token=t&view_url=http%3A%2F%2F127.0.0.1%3A{}%2Fv","bidId":"b1"}}}},"error":null}}"#,
        trackers.port
    );
    let head = "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length";
    Server::answering(format!("{head}: {}\r\n\r\n{body}", body.len()))
}

#[test]
fn an_ad_is_asked_for_and_its_impression_reported() {
    let trackers = Server::answering("HTTP/1.1 204 No Content\r\n\r\n");
    let platform = answering_with_an_ad(&trackers);
    let publisher = publisher(platform.port);
    let clock = EmbassyClock::new();
    let mut client = Client::new(transport(), &clock);
    let mut session = Session::new(Family::Ssp, Policy::SERVER);
    let (mut rate, mut buffer, mut scratch) = (Rate::default(), [0; 2048], [0; 0]);
    let asking = client.ask(&mut session, &mut rate, &publisher, opener(), &mut buffer[..]);
    let Outcome::Ad(mut offers) = block_on(asking).outcome else { panic!("no ad") };
    let offer = offers.next().unwrap();
    let Ad::SponsoredMessage(ad) = offer.ad else { panic!("another format") };
    assert_eq!(ad.headline, Some("Caf\u{e9}"));
    let reporting = client.report(offer.impression, this_device(), &mut scratch[..]);
    assert_eq!(block_on(reporting), Reported { sent: 1, failed: 0, refused: 0 });
    assert!(trackers.request().starts_with("GET /v HTTP/1.1\r\n"));
}

#[test]
fn the_clock_runs_and_waits() {
    let clock = EmbassyClock::new();
    let start = clock.now();
    block_on(clock.sleep_until(Instant::from_millis(start.as_millis() + 20)));
    assert!(clock.now().since(start).0 >= 20);
    block_on(clock.sleep_until(start));
}

#[test]
fn the_time_of_day_is_unknown_until_it_is_set() {
    let clock = EmbassyClock::new();
    assert_eq!(clock.wall(), None);
    for time in [1_777_885_200_000, 0] {
        clock.set_wall(UnixMillis(time));
        let wall = clock.wall().unwrap();
        assert!((time..time + 1000).contains(&wall.0), "{wall:?}");
    }
}

//! The bytes that go out: cases T10 to T12, T16 and T19 of the wire contract.

use crate::server::{Server, Step};
use crate::support::{
    Answer, Driven, LONG, block_on, exchange, publisher, publisher_at, this_device, transport,
};
use std::time::Duration;
use thrads_core::{
    Answer as Decoded, BidRequest, Call, Conversation, CountryCode, Device, EndUser, Endpoint, Geo,
    Head, HeaderText, Ip, Message, PromptRequest, Request, Role, UserAgent, decode, trackers,
};

const ANSWER: &str = "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}";

/// What `call` puts on the wire, with `PORT` for the port.
fn sent(call: Call<'_>) -> String {
    let server = Server::answering(ANSWER);
    let publisher = publisher(server.port);
    let request = Request::new(&publisher, call);
    let answer = block_on(exchange(&mut transport(), &request, LONG, 99));
    assert_eq!(answer, Ok((200, b"{}".to_vec())));
    server.request().replace(&server.port.to_string(), "PORT")
}

/// Sends a view ping to `url`, which an ad brings inside its click URL.
pub(crate) fn ping(transport: &mut Driven, url: &str) -> Answer {
    let encoded: String = url.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let mut body = format!(
        r#"{{"status":"success","data":{{"bid":{{"headline":"H","description":"D","url":"https://s.example/r?view_url={encoded}","bidId":"b"}}}}}}"#
    )
    .into_bytes();
    let Decoded::Ads(mut served) = decode(Endpoint::Bid, &Head::new(200), &mut body) else {
        panic!("no ad");
    };
    let ad = served.ads.next().unwrap();
    let trackers = trackers(&ad);
    let request = Request::ping(trackers.iter().next().unwrap(), this_device());
    block_on(exchange(transport, &request, LONG, 99))
}

fn messages() -> [Message<'static>; 2] {
    [(Role::User, "Running shoes?"), (Role::Assistant, "Budget?")].map(|(role, content)| Message {
        role,
        content,
        timestamp: None,
    })
}

#[test]
fn a_prompt_call_byte_by_byte() {
    let prompt = PromptRequest::new(CountryCode::new("DE").unwrap()).chat_id("c");
    let prompt = prompt.content("Any caf\u{e9}?", "Say \"yes\"").unwrap();
    assert_eq!(
        sent(Call::Prompt(prompt)),
        "POST /api/v1/prompt/get-ad/ HTTP/1.1\r\n\
         Host: 127.0.0.1:PORT\r\n\
         Content-Length: 109\r\n\
         content-type: application/json\r\n\
         thrads-api-key: K2\r\n\
         \r\n\
         {\"country_code\":\"DE\",\"chatId\":\"c\",\"content\":{\"user\":\"Any caf\u{e9}?\",\"chatbot\":\"Say \\\"yes\\\"\"},\
         \"production\":false}"
    );
}

#[test]
fn a_devices_bid_request_byte_by_byte() {
    let messages = messages();
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual("user_1", "chat_1", conversation, this_device()).unwrap();
    assert_eq!(
        sent(Call::Bid(bid)),
        "POST /api/v1/ssp/bid-request HTTP/1.1\r\n\
         Host: 127.0.0.1:PORT\r\n\
         Content-Length: 197\r\n\
         user-agent: kiosk/1.0\r\n\
         content-type: application/json\r\n\
         thrad-api-key: K2\r\n\
         \r\n\
         {\"userId\":\"user_1\",\"chatId\":\"chat_1\",\"messages\":[{\"role\":\"user\",\"content\":\
         \"Running shoes?\"},{\"role\":\"assistant\",\"content\":\"Budget?\"}],\
         \"request_type\":\"contextual\",\"ad_formats\":[\"sponsored_message\"]}"
    );
}

#[test]
fn a_forwarded_bid_request_byte_by_byte() {
    let geo = Geo::new(CountryCode::new("DE").unwrap(), Device::Mobile, "Europe/Berlin").unwrap();
    let end_user = EndUser::Forwarded {
        ip: Ip::new("203.0.113.7").unwrap(),
        user_agent: UserAgent::new("Mozilla/5.0 (iPhone)").unwrap(),
        accept_language: HeaderText::new("de-DE,de;q=0.9").unwrap(),
        geo: Some(geo.place(Some("BY"), Some("Munich")).unwrap()),
    };
    assert_eq!(
        sent(Call::Bid(BidRequest::opener("user_1", end_user).unwrap())),
        "POST /api/v1/ssp/bid-request HTTP/1.1\r\n\
         Host: 127.0.0.1:PORT\r\n\
         Content-Length: 77\r\n\
         x-forwarded-for: 203.0.113.7\r\n\
         user-agent: Mozilla/5.0 (iPhone)\r\n\
         x-user-country: DE\r\n\
         x-user-device: mobile\r\n\
         x-user-timezone: Europe/Berlin\r\n\
         x-user-region: BY\r\n\
         x-user-city: Munich\r\n\
         accept-language: de-DE,de;q=0.9\r\n\
         content-type: application/json\r\n\
         thrad-api-key: K2\r\n\
         \r\n\
         {\"userId\":\"user_1\",\"request_type\":\"opener\",\"ad_formats\":[\"sponsored_prompt\"]}"
    );
}

#[test]
fn a_ping_has_no_key_and_no_body_and_a_path_of_its_own() {
    let server = Server::answering(ANSWER);
    for (tail, path) in [("/v?a=1&b=%2F", "/v?a=1&b=%2F"), ("?t=z#f", "/?t=z"), ("", "/")] {
        let url = format!("http://127.0.0.1:{}{tail}", server.port);
        assert_eq!(ping(&mut transport(), &url), Ok((200, vec![])));
        let host = format!("Host: 127.0.0.1:{}", server.port);
        assert_eq!(
            server.request(),
            format!(
                "GET {path} HTTP/1.1\r\n{host}\r\nuser-agent: kiosk/1.0\r\nconnection: close\r\n\r\n"
            )
        );
    }
}

#[test]
fn a_ping_is_over_with_the_head() {
    for head in [
        "HTTP/1.1 200 OK\r\ncontent-length: 9000\r\n\r\nGIF89a",
        "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n",
        "HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nlonger than that",
    ] {
        let server = Server::start(vec![Step::Send(head.into()), Step::Hold]);
        let start = std::time::Instant::now();
        let answer = ping(&mut transport(), &format!("http://127.0.0.1:{}/v", server.port));
        assert_eq!(answer, Ok((200, vec![])));
        assert!(start.elapsed() < Duration::from_secs(1));
    }
}

#[test]
fn a_long_conversation_goes_out_whole() {
    let text = "All work and no play\n".repeat(3000);
    let messages = [(Role::User, &*text), (Role::Assistant, "Budget?")]
        .map(|(role, content)| Message { role, content, timestamp: None });
    let conversation = Conversation::new(&messages).unwrap();
    let bid = BidRequest::contextual("u", "c", conversation, this_device()).unwrap();
    let wire = sent(Call::Bid(bid));
    let (_, body) = wire.split_once("\r\n\r\n").unwrap();
    assert!(wire.contains(&format!("Content-Length: {}\r\n", body.len())));
    assert!(body.contains(&text.replace('\n', "\\n")));
}

#[test]
fn a_base_url_keeps_its_path_and_has_one_slash() {
    let server = Server::answering(ANSWER);
    let publisher = publisher_at(&format!("http://127.0.0.1:{}/proxy/", server.port));
    let request = Request::new(&publisher, crate::support::opener());
    block_on(exchange(&mut transport(), &request, LONG, 99)).unwrap();
    assert!(server.request().starts_with("POST /proxy/api/v1/ssp/bid-request HTTP/1.1\r\n"));
}

//! A request that a publisher's own server takes on: what a device signs, and the header fields that carry it.
//!
//! Part of `request`. One definition for the device that signs and the server that checks; neither the code nor the key of
//! the signature is here.

use super::{Method, Request};

/// What is signed of a request that goes by way of a relay; its body comes behind it. None of it may hold a line break,
/// which is what parts one from the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RelayTicket<'a> {
    /// Who signs.
    pub device: &'a str,
    /// When, as [`RelayTicket::TIME`] carries it. Later than on any ticket of this device before.
    pub time: &'a str,
    /// What is to be done, see [`Request::relay_call`].
    pub call: &'a str,
    /// The absolute URL that the request is for.
    pub target: &'a str,
    /// The request's own `User-Agent`.
    pub user_agent: &'a str,
}

impl RelayTicket<'_> {
    /// The field of the device's name.
    pub const DEVICE: &'static str = "x-relay-device";
    /// The field of the time: milliseconds since 1970, in hexadecimal.
    pub const TIME: &'static str = "x-relay-time";
    /// The field of the call.
    pub const CALL: &'static str = "x-relay-call";
    /// The field of the URL that the request is for.
    pub const TARGET: &'static str = "x-relay-target";
    /// The field of the signature: HMAC-SHA256 in hexadecimal, of what is [signed](Self::sign) and the body.
    pub const SIGNATURE: &'static str = "x-relay-signature";

    /// Hands over what is signed, in order.
    pub fn sign(&self, mut take: impl FnMut(&[u8])) {
        for part in [PURPOSE, self.device, self.time, self.call, self.target, self.user_agent] {
            take(part.as_bytes());
            take(b"\n");
        }
    }
}

impl Request<'_> {
    /// Whether it goes to a URL that came in an answer: such a request carries no key, and may be handed to a relay.
    pub fn is_foreign(&self) -> bool {
        self.path.is_empty()
    }

    /// What a relay is to do: the method, and `answer` behind it where the body of the answer is wanted.
    pub fn relay_call(&self) -> &'static str {
        match (self.method, self.wants_body) {
            (Method::Get, false) => "GET",
            (Method::Get, true) => "GET answer",
            (Method::Post, false) => "POST",
            (Method::Post, true) => "POST answer",
        }
    }
}

/// Keeps a signature from meaning anything elsewhere.
const PURPOSE: &str = "thrads relay 1";

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{ApiKey, Environment, Publisher};
    use crate::request::{BidRequest, Call, EndUser};
    use crate::target::Url;

    #[test]
    fn only_what_goes_to_a_url_of_an_answer_may_be_relayed() {
        let publisher = Publisher::new(ApiKey::new("K").unwrap(), Environment::Staging);
        let user = EndUser::this_device("kiosk/1.0").unwrap();
        let bid = BidRequest::opener("u", user).unwrap();
        let url = Url::plain("https://d.example/v?token=t");
        for (request, call) in [
            (Request::ping(url, user), Some("GET")),
            (Request::foreign(Method::Post, url, user), Some("POST")),
            (Request::vote(url, "1", user), Some("POST answer")),
            (Request::results(url, user), Some("GET answer")),
            (Request::new(&publisher, Call::Bid(bid)), None),
            (Request::click(&publisher, "t"), None),
        ] {
            assert_eq!(request.is_foreign().then(|| request.relay_call()), call);
            assert!(request.key.is_none() || !request.is_foreign());
        }
    }

    #[test]
    fn no_two_tickets_are_signed_alike() {
        let signed = |device, call, target| {
            let mut bytes = Vec::new();
            let (time, user_agent) = ("0", "kiosk/1.0");
            let ticket = RelayTicket { device, time, call, target, user_agent };
            ticket.sign(|part| bytes.extend_from_slice(part));
            String::from_utf8(bytes).unwrap()
        };
        assert_eq!(
            signed("a", "GET", "https://d.example/"),
            "thrads relay 1\na\n0\nGET\nhttps://d.example/\nkiosk/1.0\n"
        );
        assert_ne!(signed("ab", "c", "d"), signed("a", "bc", "d"));
    }
}

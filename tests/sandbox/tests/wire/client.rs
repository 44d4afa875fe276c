//! The smallest HTTP client that shows bytes as they are on the wire.

use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::{Value, json};
use thrads_sandbox::Sandbox;

pub(crate) const V1: &str = "/api/v1/prompt/get-ad/";
pub(crate) const SSP: &str = "/api/v1/ssp/bid-request";

/// A request being put together.
pub(crate) struct Call {
    method: &'static str,
    target: String,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

/// An answer taken apart.
#[derive(Debug)]
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Call {
    pub(crate) fn new(method: &'static str, target: &str) -> Self {
        Self { method, target: target.to_owned(), fields: Vec::new(), body: Vec::new() }
    }

    /// A v1 call with the staging key.
    pub(crate) fn v1(body: &Value) -> Self {
        let call = Self::new("POST", V1).field("thrads-api-key", thrads_sandbox::STAGING_KEY);
        call.field("content-type", "application/json").body(body.to_string())
    }

    /// An SSP call with `key`, for an end user somewhere else.
    pub(crate) fn ssp(key: &str, body: &Value) -> Self {
        let call = Self::new("POST", SSP).field("thrad-api-key", key).end_user();
        call.field("content-type", "application/json").body(body.to_string())
    }

    pub(crate) fn end_user(self) -> Self {
        self.field("user-agent", "Kiosk/1.0").field("x-forwarded-for", "203.0.113.7")
    }

    pub(crate) fn field(mut self, name: &str, value: &str) -> Self {
        self.fields.push((name.to_owned(), value.to_owned()));
        self
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.fields.retain(|(field, _)| field != name);
        self
    }

    pub(crate) fn body(mut self, body: impl Into<Vec<u8>>) -> Self {
        self.body = body.into();
        self
    }

    pub(crate) fn bytes(&self, sandbox: &Sandbox, connection: &str) -> Vec<u8> {
        let host = authority(sandbox);
        let mut head = format!(
            "{} {} HTTP/1.1\r\nhost: {host}\r\nconnection: {connection}\r\n",
            self.method, self.target
        );
        for (name, value) in &self.fields {
            head += &format!("{name}: {value}\r\n");
        }
        if self.method == "POST" {
            head += &format!("content-length: {}\r\n", self.body.len());
        }
        [head.as_bytes(), b"\r\n", &self.body].concat()
    }

    /// All that comes back until the connection closes.
    pub(crate) fn raw(&self, sandbox: &Sandbox) -> Vec<u8> {
        let mut stream = connect(sandbox).unwrap();
        stream.write_all(&self.bytes(sandbox, "close")).unwrap();
        let mut all = Vec::new();
        let _ = stream.read_to_end(&mut all);
        all
    }

    pub(crate) fn send(&self, sandbox: &Sandbox) -> Answer {
        Answer::parse(&self.raw(sandbox)).0
    }
}

impl Answer {
    /// The first answer in `bytes`, and what comes after it.
    pub(crate) fn parse(bytes: &[u8]) -> (Self, &[u8]) {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a head") + 4;
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let mut lines = head.lines();
        let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
        let fields: Vec<_> = lines
            .filter_map(|line| line.split_once(": "))
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect();
        let mut answer = Self { status, fields, body: Vec::new() };
        let length = answer.field("content-length").map_or(0, |length| length.parse().unwrap());
        let (body, rest) = bytes[end..].split_at(length.min(bytes.len() - end));
        answer.body = body.to_vec();
        (answer, rest)
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// Whether an ad is in it, on either interface.
    pub(crate) fn has_ad(&self) -> bool {
        assert_eq!(self.status, 200, "{self:?}");
        let data = &self.json()["data"];
        data["bid"].is_object() || data["bids"].is_array() || data["prompt"].is_string()
    }
}

pub(crate) fn connect(sandbox: &Sandbox) -> io::Result<TcpStream> {
    let stream = TcpStream::connect(authority(sandbox))?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    Ok(stream)
}

pub(crate) fn authority(sandbox: &Sandbox) -> String {
    sandbox.base_url().strip_prefix("http://").unwrap().to_owned()
}

/// A contextual body with `exchanges` exchanges that are all about `subject`.
pub(crate) fn chat(chat: &str, exchanges: usize, subject: &str) -> Value {
    let exchange = [
        json!({"role": "user", "content": subject}),
        json!({"role": "assistant", "content": "Well."}),
    ];
    let messages: Vec<_> = exchange.iter().cycle().take(2 * exchanges).collect();
    json!({"userId": "user_1", "chatId": chat, "messages": messages})
}

//! The smallest browser: a cookie, a few header fields, one connection a request.

use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::Duration;

pub(crate) const USER_AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) Test/1.0";

/// Somebody with a page open.
pub(crate) struct Browser {
    address: String,
    fields: Vec<(&'static str, String)>,
}

/// An answer taken apart.
pub(crate) struct Answer {
    pub(crate) status: u16,
    fields: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Browser {
    /// Opens the page and keeps its cookie.
    pub(crate) fn open(address: &str) -> Self {
        let stranger = Self::stranger(address);
        let page = stranger.get("/");
        let cookie = page.field("set-cookie").expect("the page gives a cookie");
        stranger.with("cookie", cookie.split(';').next().unwrap_or_default())
    }

    /// Has not opened the page.
    pub(crate) fn stranger(address: &str) -> Self {
        let fields = vec![("user-agent", USER_AGENT.to_owned())];
        Self { address: address.to_owned(), fields }
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.fields.retain(|(field, _)| *field != name);
        self.fields.push((name, value.to_owned()));
        self
    }

    pub(crate) fn cookie(&self) -> &str {
        self.fields.iter().find(|(name, _)| *name == "cookie").map_or("", |(_, value)| value)
    }

    pub(crate) fn get(&self, path: &str) -> Answer {
        Answer::read(self.send("GET", path, ""))
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Answer {
        Answer::read(self.send("POST", path, &body.to_string()))
    }

    pub(crate) fn post_nothing(&self, path: &str) -> Answer {
        Answer::read(self.send("POST", path, ""))
    }

    /// A turn, with all that comes of it.
    pub(crate) fn say(&self, text: &str) -> Vec<Value> {
        self.begin(text).collect()
    }

    /// A turn whose events are read as they come.
    pub(crate) fn begin(&self, text: &str) -> impl Iterator<Item = Value> {
        let mut reader = self.send("POST", "/api/say", &json!({ "text": text }).to_string());
        let (status, _) = head(&mut reader);
        assert_eq!(status, 200);
        // Each event is a chunk of its own, whose size stands on a line before it.
        let lines = reader.lines().map_while(Result::ok);
        lines.filter_map(|line| serde_json::from_str(&line).ok()).filter(Value::is_object)
    }

    fn send(&self, method: &str, path: &str, body: &str) -> BufReader<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).expect("the server listens");
        stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\n", self.address);
        for (name, value) in &self.fields {
            request += &format!("{name}: {value}\r\n");
        }
        let length = body.len();
        request += "connection: close\r\ncontent-type: application/json\r\n";
        request += &format!("content-length: {length}\r\n\r\n{body}");
        stream.write_all(request.as_bytes()).unwrap();
        BufReader::new(stream)
    }
}

impl Answer {
    fn read(mut reader: BufReader<TcpStream>) -> Self {
        let (status, fields) = head(&mut reader);
        let mut body = Vec::new();
        reader.read_to_end(&mut body).unwrap();
        Self { status, fields, body }
    }

    pub(crate) fn field(&self, name: &str) -> Option<&str> {
        self.fields.iter().find(|(field, _)| field == name).map(|(_, value)| value.as_str())
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("{}", self.text()))
    }
}

fn head(reader: &mut impl BufRead) -> (u16, Vec<(String, String)>) {
    let mut lines = reader.lines().map(|line| line.expect("there is an answer"));
    let status = lines.next().unwrap_or_default();
    let fields = lines.take_while(|line| !line.is_empty()).filter_map(|line| {
        let (name, value) = line.split_once(':')?;
        Some((name.to_ascii_lowercase(), value.trim().to_owned()))
    });
    let status = status.split(' ').nth(1).and_then(|status| status.parse().ok());
    (status.expect("there is a status"), fields.collect())
}

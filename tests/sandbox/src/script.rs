//! Bytes to play into a socket, with pauses, and how each wire fault spells an answer.

use std::collections::VecDeque;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use axum::http::{HeaderMap, StatusCode, header};
use tokio::io::AsyncWrite;
use tokio::net::TcpStream;
use tokio::time::Sleep;

use crate::fault::{BadChunks, Fault};

/// What a connection sends in place of an answer.
pub(crate) struct Script {
    pieces: VecDeque<Piece>,
    pause: Option<Pin<Box<Sleep>>>,
    whole: Option<Box<dyn FnOnce() + Send>>,
    pub(crate) then: Then,
}

/// What becomes of the connection after a script.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Then {
    Close,
    Keep,
}

/// An answer taken apart.
pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Vec<u8>,
}

enum Piece {
    Bytes(Vec<u8>, usize),
    Fill(usize),
    Pause(Duration),
}

impl Script {
    fn new(then: Then) -> Self {
        Self { pieces: VecDeque::new(), pause: None, whole: None, then }
    }

    /// Nothing at all, then the end.
    pub(crate) fn silence() -> Self {
        Self::new(Then::Close)
    }

    /// `answer` as `fault` spells it; a fault that is none of the wire leaves it as it is.
    pub(crate) fn for_fault(fault: Fault, answer: Answer) -> Self {
        let length = answer.body.len();
        let sized = |extra: usize| format!("content-length: {}", length.saturating_add(extra));
        let mut script = Self::new(if fault == Fault::Chunked { Then::Keep } else { Then::Close });
        match fault {
            Fault::Close(bytes) => {
                let mut message = answer.head(&sized(0), script.then);
                message.extend(&answer.body);
                message.truncate(bytes);
                script.bytes(message);
            }
            Fault::WrongLength(extra) => {
                script.bytes(answer.head(&sized(extra), script.then)).bytes(answer.body);
            }
            Fault::Drip(apart) => {
                script.bytes(answer.head(&sized(0), script.then));
                for byte in answer.body {
                    script.bytes(vec![byte]).pieces.push_back(Piece::Pause(apart));
                }
            }
            Fault::Oversized(mib) => script.padded(&answer, mib as usize * 1024 * 1024),
            Fault::Padded(bytes) => script.padded(&answer, bytes as usize),
            Fault::Chunked => {
                script.bytes(answer.head(CHUNKED, script.then)).chunks(&answer.body);
                script.bytes(b"0;last\r\nx-sandbox-trailer: end\r\n\r\n".to_vec());
            }
            Fault::BadChunks(how) => {
                script.bytes(answer.head(CHUNKED, script.then)).chunks(&answer.body);
                script.bytes(match how {
                    BadChunks::NotHex => b"zz\r\nabc\r\n0\r\n\r\n".to_vec(),
                    BadChunks::Huge => b"ffffffffffffffff\r\nabc\r\n0\r\n\r\n".to_vec(),
                    BadChunks::NoEnd => Vec::new(),
                });
            }
            _ => {
                script.bytes(answer.head(&sized(0), script.then)).bytes(answer.body);
            }
        }
        script
    }

    /// Has `done` called when the last byte is out, for faults that do bring the answer whole.
    pub(crate) fn when_whole(&mut self, fault: Fault, done: impl FnOnce() + Send + 'static) {
        if matches!(fault, Fault::Drip(_) | Fault::Oversized(_) | Fault::Padded(_) | Fault::Chunked)
        {
            self.whole = Some(Box::new(done));
        }
    }

    /// Writes what there is to write; ready when all of it is out.
    pub(crate) fn poll_play(
        &mut self,
        mut to: Pin<&mut TcpStream>,
        cx: &mut Context<'_>,
    ) -> Poll<io::Result<()>> {
        while let Some(piece) = self.pieces.front_mut() {
            if let Some(pause) = &mut self.pause {
                ready!(pause.as_mut().poll(cx));
                self.pause = None;
                self.pieces.pop_front();
                continue;
            }
            match piece {
                Piece::Bytes(bytes, at) if *at < bytes.len() => {
                    *at += ready!(to.as_mut().poll_write(cx, &bytes[*at..]))?;
                }
                Piece::Fill(left) if *left > 0 => {
                    *left -= ready!(to.as_mut().poll_write(cx, &FILL[..FILL.len().min(*left)]))?;
                }
                Piece::Pause(time) => self.pause = Some(Box::pin(tokio::time::sleep(*time))),
                _ => {
                    self.pieces.pop_front();
                }
            }
        }
        if let Some(whole) = self.whole.take() {
            whole();
        }
        Poll::Ready(Ok(()))
    }

    fn bytes(&mut self, bytes: Vec<u8>) -> &mut Self {
        self.pieces.push_back(Piece::Bytes(bytes, 0));
        self
    }

    // Sizes grow as 1, 2, 3, 5, 8... so that cuts fall inside characters and inside escapes.
    fn chunks(&mut self, mut body: &[u8]) {
        let (mut size, mut next) = (1, 2);
        while !body.is_empty() {
            let (chunk, rest) = body.split_at(size.min(body.len()));
            let mut framed = format!("{:x};a=b\r\n", chunk.len()).into_bytes();
            framed.extend(chunk);
            framed.extend(b"\r\n");
            self.bytes(framed);
            (body, size, next) = (rest, next, size + next);
        }
    }

    fn padded(&mut self, answer: &Answer, padding: usize) {
        let inner = answer.body.strip_prefix(b"{").filter(|rest| rest.first() != Some(&b'}'));
        let (before, after) = (br#"{"padding":""#, br#"""#);
        let mut rest = after.to_vec();
        match inner {
            Some(inner) => rest.extend([b",", inner].concat()),
            None => rest.push(b'}'),
        }
        let length = before.len() + padding + rest.len();
        self.bytes(answer.head(&format!("content-length: {length}"), self.then))
            .bytes(before.to_vec());
        self.pieces.push_back(Piece::Fill(padding));
        self.bytes(rest);
    }
}

impl Answer {
    fn head(&self, framing: &str, then: Then) -> Vec<u8> {
        let reason = self.status.canonical_reason().unwrap_or_default();
        let mut head =
            format!("HTTP/1.1 {} {reason}\r\n{framing}\r\n", self.status.as_u16()).into_bytes();
        if then == Then::Close {
            head.extend(b"connection: close\r\n");
        }
        for (name, value) in self.headers.iter().filter(|(name, _)| *name != header::CONTENT_LENGTH)
        {
            head.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        head.extend(b"\r\n");
        head
    }
}

const CHUNKED: &str = "transfer-encoding: chunked";
const FILL: [u8; 16 * 1024] = [b'x'; 16 * 1024];

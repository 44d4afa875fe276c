//! A server that answers with given bytes, whatever they are, and keeps what it was sent.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::Duration;

/// A running server; dropping it closes its port.
pub(crate) struct Raw {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Default)]
struct Shared {
    answers: Vec<Answer>,
    requests: Mutex<Vec<Vec<u8>>>,
    connections: AtomicUsize,
    stopping: AtomicBool,
}

/// Bytes to answer a request with.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    pub(crate) bytes: Vec<u8>,
    /// How many go out at once, and the wait after them; none is all of them.
    pub(crate) pace: Option<(usize, Duration)>,
    pub(crate) keeps: bool,
}

impl Answer {
    /// These bytes, then the connection closes.
    pub(crate) fn last(bytes: impl Into<Vec<u8>>) -> Self {
        Self { bytes: bytes.into(), ..Self::default() }
    }

    /// These bytes, and the connection stays open for another request.
    pub(crate) fn kept(bytes: impl Into<Vec<u8>>) -> Self {
        Self { keeps: true, ..Self::last(bytes) }
    }
}

impl Raw {
    /// Answers each request with the next of `answers`, and from then on with the last.
    pub(crate) fn start(answers: impl Into<Vec<Answer>>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let address = listener.local_addr().unwrap();
        let shared = Arc::new(Shared { answers: answers.into(), ..Shared::default() });
        let world = shared.clone();
        let thread = Some(thread::spawn(move || world.accept(&listener)));
        Self { address, shared, thread }
    }

    pub(crate) fn base(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Each request as it came, head and body.
    pub(crate) fn requests(&self) -> Vec<String> {
        let requests = self.shared.requests.lock().unwrap();
        requests.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }

    pub(crate) fn connections(&self) -> usize {
        self.shared.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        self.shared.stopping.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            thread.join().unwrap();
        }
    }
}

impl Shared {
    fn accept(self: &Arc<Self>, listener: &TcpListener) {
        for stream in listener.incoming() {
            if self.stopping.load(Ordering::SeqCst) {
                return;
            }
            let (world, stream) = (self.clone(), stream.unwrap());
            self.connections.fetch_add(1, Ordering::SeqCst);
            thread::spawn(move || world.serve(stream));
        }
    }

    // Whatever goes wrong here is the client's doing, which is what is looked at.
    fn serve(&self, mut stream: TcpStream) {
        stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
        stream.set_nodelay(true).unwrap();
        while let Some(request) = read_request(&mut stream) {
            let index = {
                let mut requests = self.requests.lock().unwrap();
                requests.push(request);
                requests.len() - 1
            };
            let Some(answer) = self.answers.get(index).or(self.answers.last()) else { return };
            let (size, wait) = answer.pace.unwrap_or((usize::MAX, Duration::ZERO));
            for piece in answer.bytes.chunks(size) {
                if stream.write_all(piece).is_err() {
                    return;
                }
                thread::sleep(wait);
            }
            if !answer.keeps {
                let _ = stream.shutdown(Shutdown::Write);
                return;
            }
        }
    }
}

/// A request up to the end that its `content-length` gives it.
fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    let mut piece = [0; 4096];
    loop {
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&piece[..read]);
        if let Some(end) = request.windows(4).position(|window| window == b"\r\n\r\n") {
            let head = String::from_utf8_lossy(&request[..end]).to_lowercase();
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length:"))
                .map_or(0, |length| length.trim().parse::<usize>().unwrap());
            if request.len() >= end + 4 + length {
                return Some(request);
            }
        }
    }
}

/// An answer with `body`, framed by its length.
pub(crate) fn answer(status: &str, body: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status}\r\ncontent-length: {}\r\n\r\n{body}", body.len()).into_bytes()
}

/// What the SSP says when it has one ad, which has the click URL `url`.
pub(crate) fn bid(url: &str) -> String {
    format!(
        r#"{{"requestId":"q","status":"success","message":"Bid successful","data":{{"bid":{{"price":1.0,"advertiser":"Boilwell","headline":"Kettles","url":"{url}","ad_format":"sponsored_message"}}}}}}"#
    )
}

/// A click URL that has no trackers.
pub(crate) const SHOP: &str = "https://shop.example/r?token=t";

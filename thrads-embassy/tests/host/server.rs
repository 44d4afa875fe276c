//! A TCP server that says what its script tells it, byte by byte.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::thread;
use std::time::Duration;

/// What a server does on a connection once it has the whole request; at the end of its script it closes.
#[derive(Clone)]
pub(crate) enum Step {
    Send(Vec<u8>),
    Pause(Duration),
    /// Stays silent until the client has closed.
    Hold,
}

pub(crate) struct Server {
    pub(crate) port: u16,
    requests: Receiver<Vec<u8>>,
    connections: Arc<AtomicUsize>,
}

impl Server {
    /// Follows `script` on each connection.
    pub(crate) fn start(script: Vec<Step>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, requests) = channel();
        let connections = Arc::new(AtomicUsize::new(0));
        let counter = connections.clone();
        thread::spawn(move || {
            for stream in listener.incoming() {
                counter.fetch_add(1, Ordering::SeqCst);
                let (script, sender) = (script.clone(), sender.clone());
                thread::spawn(move || serve(stream.unwrap(), script, sender));
            }
        });
        Self { port, requests, connections }
    }

    /// Sends `bytes` and closes.
    pub(crate) fn answering(bytes: impl AsRef<[u8]>) -> Self {
        Self::start(vec![Step::Send(bytes.as_ref().to_vec())])
    }

    /// The next whole request that has come.
    pub(crate) fn request(&self) -> String {
        let request = self.requests.recv_timeout(Duration::from_secs(2)).unwrap();
        String::from_utf8(request).unwrap()
    }

    pub(crate) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }
}

fn serve(mut stream: TcpStream, script: Vec<Step>, sender: Sender<Vec<u8>>) {
    let Some(request) = read_request(&mut stream) else { return };
    sender.send(request).ok();
    for step in script {
        match step {
            // Whether the client still listens is for the client's side of the test to say.
            Step::Send(bytes) => drop(stream.write_all(&bytes)),
            Step::Pause(time) => thread::sleep(time),
            Step::Hold => drop(stream.read(&mut [0])),
        }
    }
}

fn read_request(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    while !is_whole(&request) {
        let mut piece = [0; 1024];
        let read = stream.read(&mut piece).ok().filter(|read| *read > 0)?;
        request.extend_from_slice(&piece[..read]);
    }
    Some(request)
}

pub(crate) fn is_whole(request: &[u8]) -> bool {
    let text = String::from_utf8_lossy(request);
    let Some((head, body)) = text.split_once("\r\n\r\n") else { return false };
    let length = head.lines().find_map(|line| line.strip_prefix("Content-Length: "));
    body.len() >= length.map_or(0, |length| length.parse().unwrap())
}

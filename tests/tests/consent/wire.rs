//! The way to the sandbox, which keeps what leaves.

use crate::said::{AGE, ANSWERED, MOOD, PERSON, SAID};
use std::fmt;
use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;
use thrads_sandbox::Sandbox;

/// The client's way to the sandbox, which keeps what leaves.
#[derive(Clone)]
pub(crate) struct Wire {
    pub(crate) base: String,
    sent: Arc<Mutex<Vec<u8>>>,
}

/// What left, and what of the person was in it.
pub(crate) struct Left {
    pub(crate) bytes: usize,
    pub(crate) conversation: bool,
    pub(crate) id: bool,
    pub(crate) place: bool,
}

impl Wire {
    pub(crate) fn to(sandbox: &Sandbox) -> Self {
        let target = sandbox.base_url().trim_start_matches("http://").parse().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let wire = Self { base, sent: Arc::default() };
        let sent = Arc::clone(&wire.sent);
        thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                pass_on(client, target, &sent);
            }
        });
        wire
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.sent.lock().unwrap()).into_owned()
    }

    /// All since the last time.
    pub(crate) fn take(&self) -> Left {
        let text = self.text();
        self.sent.lock().unwrap().clear();
        let has_any = |words: &[&str]| words.iter().any(|word| text.contains(word));
        Left {
            bytes: text.len(),
            conversation: has_any(&[SAID, ANSWERED]),
            id: has_any(&[PERSON, AGE, MOOD]),
            place: has_any(&["Rotterdam", "Europe/Amsterdam", "-zh-", "\"userRegion\""]),
        }
    }
}

impl fmt::Display for Left {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} bytes", self.bytes)?;
        let parts = [("conversation", self.conversation), ("id", self.id), ("place", self.place)];
        parts.iter().filter(|(_, is_in)| *is_in).try_for_each(|(name, _)| write!(f, ", {name}"))
    }
}

/// Copies both ways; what the client sends is kept before it goes on.
fn pass_on(mut client: TcpStream, target: SocketAddr, sent: &Arc<Mutex<Vec<u8>>>) {
    let Ok(mut server) = TcpStream::connect(target) else { return };
    let (mut to_client, mut from_server) =
        (client.try_clone().unwrap(), server.try_clone().unwrap());
    let sent = Arc::clone(sent);
    thread::spawn(move || {
        let mut buffer = [0; 4096];
        while let Ok(count @ 1..) = client.read(&mut buffer) {
            sent.lock().unwrap().extend_from_slice(&buffer[..count]);
            if server.write_all(&buffer[..count]).is_err() {
                break;
            }
        }
        let _gone = server.shutdown(Shutdown::Both);
    });
    thread::spawn(move || {
        let _gone = io::copy(&mut from_server, &mut to_client);
        let _gone = to_client.shutdown(Shutdown::Both);
    });
}

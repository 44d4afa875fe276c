//! The program with `--tls`: who trusts its throw-away authority is served, and nobody else.

use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, Stream};
use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use thrads_sandbox::Identity;

struct Program {
    child: Child,
    /// Where it writes, which must not be closed before it ends.
    _said: BufReader<ChildStdout>,
    port: u16,
    authority: Vec<u8>,
}

impl Program {
    fn start() -> Self {
        let file = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("authority.der");
        let mut child = Command::new(env!("CARGO_BIN_EXE_sandbox"))
            .args(["--port", "0", "--tls"])
            .arg(&file)
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while !line.contains("https://127.0.0.1:") {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "it says where it is");
        }
        let port = line.split_once("https://127.0.0.1:").unwrap().1;
        let port = port.chars().take_while(char::is_ascii_digit).collect::<String>();
        let authority = std::fs::read(&file).unwrap();
        Self { child, _said: said, port: port.parse().unwrap(), authority }
    }

    /// The answer to a question after its counts, for a client that trusts `authority`.
    fn stats(&self, authority: Vec<u8>) -> io::Result<String> {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(authority)).unwrap();
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_root_certificates(roots)
            .with_no_client_auth();
        let name = ServerName::try_from("127.0.0.1").unwrap();
        let mut connection = ClientConnection::new(Arc::new(config), name).unwrap();
        let mut socket = self.connect();
        let mut stream = Stream::new(&mut connection, &mut socket);
        ask(&mut stream)
    }

    fn connect(&self) -> TcpStream {
        let socket = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        socket.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
        socket
    }
}

impl Drop for Program {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn ask(stream: &mut (impl Read + Write)) -> io::Result<String> {
    stream.write_all(b"GET /sandbox/stats HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n")?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}

#[test]
fn only_who_trusts_its_authority_is_served_and_nobody_in_the_clear() {
    let program = Program::start();
    let answer = program.stats(program.authority.clone()).unwrap();
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("\"impressions\":0"), "{answer}");
    let (_, other) = Identity::throw_away(&["127.0.0.1"]).unwrap();
    let error = program.stats(other).unwrap_err();
    assert!(error.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()), "{error}");
    let in_the_clear = ask(&mut program.connect());
    assert!(in_the_clear.map_or(true, |answer| !answer.contains("HTTP/1.1")));
}

//! A redis-server of this machine's distribution, on a free port of loopback, as a child process.

use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::{Duration, Instant};
use std::{env, fs, io, process, thread};

/// A Redis; dropping it kills it and removes what it wrote.
pub struct RedisServer {
    port: u16,
    tls_port: Option<u16>,
    dir: PathBuf,
    options: Vec<String>,
    child: Option<Child>,
}

impl RedisServer {
    /// Starts one, with more options such as `["--appendonly", "yes"]`. `None`, with the reason on the standard error, where
    /// none is installed.
    ///
    /// # Panics
    ///
    /// If it does not come up within ten seconds, and where none is installed although this is CI.
    pub fn start(options: &[&str]) -> Option<Self> {
        let mut server = Self::prepare(options)?;
        server.restart();
        Some(server)
    }

    /// The same, which speaks TLS on a second port with a certificate for `localhost` by an authority of its own; and the
    /// certificate of that authority, in PEM.
    ///
    /// # Panics
    ///
    /// As [`start`](Self::start), and if no certificate can be made.
    pub fn start_with_tls(options: &[&str]) -> Option<(Self, Vec<u8>)> {
        let mut server = Self::prepare(options)?;
        let (chain, key, authority) = certificates(&format!("{}", server.dir.display()));
        for (name, pem) in [("cert", &chain), ("key", &key), ("ca-cert", &authority)] {
            let path = server.dir.join(format!("{name}.pem"));
            fs::write(&path, pem).expect("a file for Redis");
            server.options.extend([format!("--tls-{name}-file"), path.display().to_string()]);
        }
        let port = free_port();
        server.options.extend(["--tls-port".to_owned(), port.to_string()]);
        server.tls_port = Some(port);
        server.restart();
        Some((server, authority.into_bytes()))
    }

    fn prepare(options: &[&str]) -> Option<Self> {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        if let Err(error) = Command::new(PROGRAM).arg("--version").stdout(Stdio::null()).status() {
            let is_ci = env::var("CI").is_ok_and(|value| value == "true");
            assert!(!is_ci, "{PROGRAM} must be there in CI: {error}");
            eprintln!("skipped: {PROGRAM} is not installed ({error})");
            return None;
        }
        let name =
            format!("thrads-redis-{}-{}", process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let dir = env::temp_dir().join(name);
        fs::create_dir_all(&dir).expect("a directory for Redis");
        let options = options.iter().map(|&option| option.to_owned()).collect();
        Some(Self { port: free_port(), tls_port: None, dir, options, child: None })
    }

    /// Such as `redis://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
    }

    /// Such as `rediss://localhost:40124`.
    ///
    /// # Panics
    ///
    /// If it was started without TLS.
    pub fn tls_url(&self) -> String {
        format!("rediss://localhost:{}", self.tls_port.expect("it was started with TLS"))
    }

    /// Kills it as a power cut does.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().expect("it is this process's own");
            child.wait().expect("it was killed");
        }
    }

    /// Starts it again, on the same port with what it had written.
    pub fn restart(&mut self) {
        self.kill();
        let child = Command::new(PROGRAM)
            .args(["--port", &self.port.to_string(), "--bind", "127.0.0.1", "--save", ""])
            .args(["--daemonize", "no", "--loglevel", "warning", "--dir"])
            .arg(&self.dir)
            .args(&self.options)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .expect("it was started before");
        self.child = Some(child);
        let start = Instant::now();
        while self.command("PING").is_err() {
            assert!(start.elapsed() < Duration::from_secs(10), "{PROGRAM} does not come up");
            thread::sleep(Duration::from_millis(5));
        }
    }

    /// Stops it from answering, as a machine that is out of breath; [`resume`](Self::resume) ends that.
    pub fn pause(&self) {
        self.signal("-STOP");
    }

    /// Lets it answer again.
    pub fn resume(&self) {
        self.signal("-CONT");
    }

    /// Runs a command without spaces in its arguments and brings its answer; that of an array only begins.
    ///
    /// # Errors
    ///
    /// Of the connection, and `other` with what Redis says is wrong.
    pub fn command(&self, command: &str) -> io::Result<String> {
        let mut stream = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        stream.set_read_timeout(Some(Duration::from_secs(2)))?;
        write!(stream, "{command}\r\n")?;
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let line = line.trim_end();
        if let Some(error) = line.strip_prefix('-') {
            return Err(io::Error::other(error.to_owned()));
        }
        let Some(length) = line.strip_prefix('$').and_then(|length| length.parse().ok()) else {
            return if line.is_empty() {
                Err(io::ErrorKind::UnexpectedEof.into())
            } else {
                Ok(line.to_owned())
            };
        };
        let mut body = vec![0; length];
        reader.read_exact(&mut body)?;
        Ok(String::from_utf8_lossy(&body).into_owned())
    }

    /// How often a command was called since it was started, scripts by `evalsha`.
    pub fn calls(&self, command: &str) -> u64 {
        let stats = self.command("INFO commandstats").unwrap_or_default();
        let line =
            stats.lines().find_map(|line| line.strip_prefix(&format!("cmdstat_{command}:calls=")));
        line.and_then(|line| line.split(',').next()?.parse().ok()).unwrap_or(0)
    }

    fn signal(&self, signal: &str) {
        if let Some(child) = &self.child {
            let status = Command::new("kill").args([signal, &child.id().to_string()]).status();
            assert!(status.is_ok_and(|status| status.success()), "kill {signal}");
        }
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.kill();
        let _leftovers = fs::remove_dir_all(&self.dir);
    }
}

fn free_port() -> u16 {
    let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    free.local_addr().expect("its address").port()
}

/// A certificate for `localhost`, its key, and the certificate of the authority, which is called `name`.
fn certificates(name: &str) -> (String, String, String) {
    let mut authority = CertificateParams::default();
    authority.distinguished_name.push(DnType::CommonName, name);
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    let key = KeyPair::generate().expect("a key");
    let certificate = authority.self_signed(&key).expect("it signs itself").pem();
    let issuer = Issuer::new(authority, key);
    let server = CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let key = KeyPair::generate().expect("a key");
    let chain = server.signed_by(&key, &issuer).expect("it is signed").pem();
    (chain, key.serialize_pem(), certificate)
}

const PROGRAM: &str = "redis-server";

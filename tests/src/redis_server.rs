//! A redis-server of this machine's distribution, on a free port of loopback, as a child process.

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
        let free = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let port = free.local_addr().expect("its address").port();
        drop(free);
        let options = options.iter().map(|&option| option.to_owned()).collect();
        let mut server = Self { port, dir, options, child: None };
        server.restart();
        Some(server)
    }

    /// Such as `redis://127.0.0.1:40123`.
    pub fn url(&self) -> String {
        format!("redis://127.0.0.1:{}", self.port)
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

const PROGRAM: &str = "redis-server";

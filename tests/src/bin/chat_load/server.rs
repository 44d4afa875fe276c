//! The server under load, and the platform behind it, which counts.

use std::io::{BufRead, BufReader, Read};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, Stdio};
use thrads_sandbox::{Config, STAGING_KEY, Sandbox};

pub(crate) struct Server {
    child: Child,
    output: BufReader<ChildStdout>,
    sandbox: Sandbox,
    pub(crate) page: String,
}

/// How the server ended.
pub(crate) struct Ended {
    /// Its last line.
    pub(crate) said: String,
    pub(crate) is_success: bool,
    /// What the platform counted.
    pub(crate) impressions: u64,
    pub(crate) asked: u64,
    pub(crate) refused: u64,
}

impl Server {
    /// Starts the binary that stands beside this one.
    pub(crate) fn start() -> Result<Self, String> {
        let sandbox = Sandbox::start(Config::default()).map_err(|error| error.to_string())?;
        let mut child = Command::new(beside("chat-server")?)
            .args(["--listen", "127.0.0.1:0", "--word-ms", "20", "--formats", "message"])
            .env("THRADS_API_KEY", STAGING_KEY)
            .env("THRADS_SSP_URL", sandbox.base_url())
            .stdout(Stdio::piped())
            .spawn()
            .map_err(|error| error.to_string())?;
        let mut output = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut first = String::new();
        output.read_line(&mut first).map_err(|error| error.to_string())?;
        let page = first.trim().split_once("http://").ok_or("it did not start")?.1;
        let page = format!("http://{}", page.trim_end_matches('/'));
        Ok(Self { child, output, sandbox, page })
    }

    /// A line of `/proc/PID/status`, in KiB.
    pub(crate) fn memory(&self, name: &str) -> Result<u64, String> {
        let path = format!("/proc/{}/status", self.child.id());
        let status = std::fs::read_to_string(path).map_err(|error| error.to_string())?;
        let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
        let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
        number.ok_or_else(|| format!("no {name}"))
    }

    pub(crate) fn terminate(&self) -> Result<(), String> {
        let pid = self.child.id().to_string();
        let sent = Command::new("kill").args(["-TERM", &pid]).status();
        sent.map(|_| ()).map_err(|error| error.to_string())
    }

    pub(crate) fn end(mut self) -> Result<Ended, String> {
        let said = self.output.by_ref().lines().map_while(Result::ok).last().unwrap_or_default();
        let status = self.child.wait().map_err(|error| error.to_string())?;
        let stats = self.sandbox.stats();
        Ok(Ended {
            said,
            is_success: status.success(),
            impressions: stats.impressions,
            asked: stats.requests,
            refused: stats.refused,
        })
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _reaped = self.child.wait();
    }
}

fn beside(name: &str) -> Result<PathBuf, String> {
    let own = std::env::current_exe().map_err(|error| error.to_string())?;
    let path = own.with_file_name(name);
    if path.exists() { Ok(path) } else { Err(format!("{} is not built", path.display())) }
}

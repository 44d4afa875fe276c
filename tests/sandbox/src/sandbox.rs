//! The handle on a running sandbox: a thread with its own runtime, stopped when the handle is dropped.

use std::fmt;
use std::io;
use std::net::{Ipv4Addr, TcpListener};
use std::sync::Arc;
use std::thread::{self, JoinHandle};

use tokio::runtime;
use tokio::sync::oneshot;

use crate::app;
use crate::config::Config;
use crate::control::On;
use crate::fault::Fault;
use crate::listener::{Port, Via};
use crate::stats::Stats;
use crate::tls;
use crate::world::{Recorded, Shared};

/// A running sandbox; dropping it closes its port and every connection.
pub struct Sandbox {
    shared: Arc<Shared>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Sandbox {
    /// Starts a sandbox on 127.0.0.1, which accepts connections when this returns.
    ///
    /// # Errors
    ///
    /// The port is taken or not allowed, or a thread or runtime could not be made.
    pub fn start(config: Config) -> io::Result<Self> {
        let front = match &config.tls {
            Some(identity) => Some((tls::bind(config.port)?, identity.clone())),
            None => None,
        };
        let port = if front.is_some() { 0 } else { config.port };
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, port))?;
        listener.set_nonblocking(true)?;
        let inside = listener.local_addr()?;
        let outside = match &front {
            Some((listener, _)) => listener.local_addr()?,
            None => inside,
        };
        let shared = Arc::new(Shared::new(config, outside.to_string()));
        let runtime = runtime::Builder::new_current_thread().enable_io().enable_time().build()?;
        let (stop, stopped) = oneshot::channel();
        let port = {
            let _guard = runtime.enter();
            Port::new(tokio::net::TcpListener::from_std(listener)?, shared.clone())?
        };
        let app = app::router(&shared).into_make_service_with_connect_info::<Via>();
        let thread = thread::Builder::new().name("thrads-sandbox".to_owned()).spawn(move || {
            if let Some((listener, identity)) = front {
                runtime.spawn(async move {
                    let listener = tokio::net::TcpListener::from_std(listener)?;
                    tls::serve(listener, identity, inside).await;
                    Ok::<_, io::Error>(())
                });
            }
            runtime.spawn(async { axum::serve(port, app).await });
            let _ = runtime.block_on(stopped);
        })?;
        Ok(Self { shared, stop: Some(stop), thread: Some(thread) })
    }

    /// Such as `http://127.0.0.1:40123`, https where it has TLS, without a slash at the end.
    pub fn base_url(&self) -> String {
        format!("{}://{}", self.shared.scheme(), self.shared.authority)
    }

    /// What has been counted so far.
    pub fn stats(&self) -> Stats {
        self.shared.stats()
    }

    /// Has the next `times` calls to E1, E2 or E10 meet `fault`, or all of them until
    /// [`clear_faults`](Self::clear_faults) when `times` is `None`.
    ///
    /// Faults injected one after another wait for each other. [`Fault::Refuse`] is different: see
    /// there; the port is closed when this returns.
    pub fn inject(&self, fault: Fault, times: Option<u32>) {
        self.shared.inject(On::Calls, fault, times);
        if matches!(fault, Fault::Refuse(_)) {
            self.shared.gate.settle();
        }
    }

    /// The same for view pings and everything else a client reports (prompt clicks, E3, E4, votes and
    /// their results), which wait in a line of their own.
    pub fn inject_pings(&self, fault: Fault, times: Option<u32>) {
        self.shared.inject(On::Pings, fault, times);
        if matches!(fault, Fault::Refuse(_)) {
            self.shared.gate.settle();
        }
    }

    /// Ends every injected fault; the port is open when this returns.
    pub fn clear_faults(&self) {
        self.shared.clear_faults();
        self.shared.gate.settle();
    }

    /// The last 1000 requests as they were seen, oldest first, those under `/sandbox/` left out.
    pub fn log(&self) -> Vec<Recorded> {
        self.shared.world().log()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        drop(self.stop.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

impl fmt::Debug for Sandbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Sandbox").field("base_url", &self.base_url()).finish_non_exhaustive()
    }
}

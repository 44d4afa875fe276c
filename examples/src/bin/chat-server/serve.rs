//! Listening, and ending well: what is under way when SIGTERM or Ctrl-C comes is finished first.

use crate::app::{App, router};
use crate::args::{Args, LISTEN};
use crate::counters::Count;
use metrics_exporter_prometheus::PrometheusHandle;
use std::fmt::Arguments;
use std::io::{self, Write};
use std::net::{Ipv4Addr, SocketAddr};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;
use std::time::{Duration, Instant};
use thrads_std::StoreError;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::time::{sleep, timeout};

/// Serves until it is told to end. Status 0 if nothing was cut off.
pub(crate) async fn serve(args: &Args) -> Result<ExitCode, String> {
    let listener = listen(args.listen).await?;
    let address = listener.local_addr().map_err(|error| error.to_string())?;
    let app = Arc::new(App::new(args)?);
    say(format_args!("the page:     http://{address}/"));
    say(format_args!("the operator: http://{address}/operator"));
    say(format_args!("the platform: {}", app.platform.describe()));

    tokio::spawn(look_at_redis(Arc::clone(&app)));

    let (told, begins_to_end) = oneshot::channel();
    let ending = Arc::clone(&app);
    let service = router(Arc::clone(&app)).into_make_service_with_connect_info::<SocketAddr>();
    let server = axum::serve(listener, service).with_graceful_shutdown(async move {
        asked_to_end().await;
        ending.is_draining.store(true, Relaxed);
        let _ = told.send(Instant::now());
    });
    let server = tokio::spawn(server.into_future());
    tokio::spawn(keep_up(app.metrics.clone()));
    let since = begins_to_end.await.map_err(|_| "the server ended by itself".to_owned())?;
    let turns = timeout(args.drain, async {
        let _ = server.await;
        app.work.close();
        app.work.wait().await;
    });
    let (turns, asks) = tokio::join!(turns, app.platform.thrads().shutdown(args.drain));
    let is_whole = turns.is_ok() && asks.ended == 0;
    report(&app, since.elapsed(), is_whole);
    Ok(if is_whole { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn listen(given: Option<SocketAddr>) -> Result<TcpListener, String> {
    let address = given.unwrap_or(LISTEN);
    let listened = match TcpListener::bind(address).await {
        Err(error) if given.is_none() && error.kind() == io::ErrorKind::AddrInUse => {
            TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await
        }
        listened => listened,
    };
    listened.map_err(|error| format!("cannot listen on {address}: {error}"))
}

/// Says how the fleet begins. The page is there meanwhile, and stays without Redis.
async fn look_at_redis(app: Arc<App>) {
    match app.platform.check_fleet().await {
        Ok(()) => say(format_args!("the fleet:    redis is there")),
        Err(StoreError::NoFleet) => {}
        Err(error) => {
            say(format_args!("the fleet:    {error}; this process goes on alone until then"));
        }
    }
}

/// Histograms grow until somebody reads them, or this.
async fn keep_up(metrics: PrometheusHandle) {
    loop {
        sleep(Duration::from_secs(5)).await;
        metrics.run_upkeep();
    }
}

async fn asked_to_end() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = tokio::signal::ctrl_c() => {}
                _ = terminate.recv() => {}
            }
            return;
        }
    }
    let _ = tokio::signal::ctrl_c().await;
}

fn report(app: &App, took: Duration, is_whole: bool) {
    let count = |what| app.counters.get(what);
    say(format_args!(
        "{} in {:.1} s: {} of {} turns ended, {} of {} impressions told",
        if is_whole { "drained" } else { "cut off" },
        took.as_secs_f32(),
        count(Count::TurnEnded),
        count(Count::TurnBegun),
        count(Count::Told) + count(Count::Untold),
        count(Count::Counted),
    ));
}

/// A server goes on where nobody reads what it says.
fn say(line: Arguments<'_>) {
    let _nobody_reads = writeln!(io::stdout(), "{line}");
}

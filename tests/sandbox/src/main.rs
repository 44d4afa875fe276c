//! The sandbox as a program: starts one, says how to use it, and runs until Ctrl-C.

mod args;

use std::io::{self, Write};
use std::process::ExitCode;

use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, STAGING_KEY, Sandbox};

use crate::args::{Command, USAGE};

fn main() -> ExitCode {
    let config = match args::read(std::env::args().skip(1)) {
        Ok(Command::Run(config)) => *config,
        Ok(Command::Help) => {
            say(USAGE);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("sandbox: {error}\nTry --help.");
            return ExitCode::from(2);
        }
    };
    match run(config) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sandbox: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(config: Config) -> io::Result<()> {
    let (port, direct) = (config.port, config.direct);
    let sandbox = Sandbox::start(config)
        .map_err(|error| io::Error::new(error.kind(), format!("127.0.0.1:{port}: {error}")))?;
    say(&greeting(&sandbox.base_url(), direct));
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    let stats = sandbox.stats();
    let (calls, ads) = (stats.requests + stats.openers.requests, stats.ads + stats.openers.ads);
    say(&format!(
        "\n{calls} calls, {ads} with ads, {} impressions, {} clicks, {} votes\n",
        stats.impressions, stats.clicks, stats.votes
    ));
    Ok(())
}

fn greeting(base: &str, direct: bool) -> String {
    let address = if direct {
        ""
    } else {
        "            SSP calls and view pings need X-Forwarded-For; --direct lifts that\n"
    };
    let faults = Fault::NAMES.join(" ");
    format!(
        "\
The sandbox is at {base}
  keys      {STAGING_KEY} (an ad on every SSP request), {PRODUCTION_KEY} (paces, matches, earns)
  v1        POST {base}/api/v1/prompt/get-ad/      thrads-api-key: KEY
            POST {base}/api/v1/message/get-ad/     thrads-api-key: KEY
            POST {base}/api/v1/prompt/feedback/    no key; also /prompt/click/
  SSP       POST {base}/api/v1/ssp/bid-request     thrad-api-key: KEY
{address}  described GET  {base}/openapi.json
  counted   GET  {base}/sandbox/stats
  faults    POST {base}/sandbox/fault  {{\"fault\":\"drip\",\"times\":1}}; DELETE ends them all
            or x-sandbox-fault: NAME on a single request, NAME one of
            {faults}
Ctrl-C ends it.
"
    )
}

/// A server goes on where nobody reads what it says.
fn say(text: &str) {
    let mut out = io::stdout();
    let _nobody_reads = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

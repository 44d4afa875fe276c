//! The sandbox as a program: starts one, says how to use it, and runs until Ctrl-C.

mod args;

use std::process::ExitCode;

use thrads_sandbox::{Config, Fault, PRODUCTION_KEY, STAGING_KEY, Sandbox};

use crate::args::{Command, USAGE};

fn main() -> ExitCode {
    let config = match args::read(std::env::args().skip(1)) {
        Ok(Command::Run(config)) => *config,
        Ok(Command::Help) => {
            print!("{USAGE}");
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

fn run(config: Config) -> std::io::Result<()> {
    let (port, direct) = (config.port, config.direct);
    let sandbox = Sandbox::start(config)
        .map_err(|error| std::io::Error::new(error.kind(), format!("127.0.0.1:{port}: {error}")))?;
    greet(&sandbox.base_url(), direct);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    let stats = sandbox.stats();
    let (calls, ads) = (stats.requests + stats.openers.requests, stats.ads + stats.openers.ads);
    println!(
        "\n{calls} calls, {ads} with ads, {} impressions, {} clicks, {} votes",
        stats.impressions, stats.clicks, stats.votes
    );
    Ok(())
}

fn greet(base: &str, direct: bool) {
    println!("The sandbox is at {base}");
    println!(
        "  keys      {STAGING_KEY} (an ad on every SSP request), {PRODUCTION_KEY} (paces, matches, earns)"
    );
    println!("  v1        POST {base}/api/v1/prompt/get-ad/      thrads-api-key: KEY");
    println!("            POST {base}/api/v1/message/get-ad/     thrads-api-key: KEY");
    println!("            POST {base}/api/v1/prompt/feedback/    no key; also /prompt/click/");
    println!("  SSP       POST {base}/api/v1/ssp/bid-request     thrad-api-key: KEY");
    if !direct {
        println!("            SSP calls and view pings need X-Forwarded-For; --direct lifts that");
    }
    println!("  described GET  {base}/openapi.json");
    println!("  counted   GET  {base}/sandbox/stats");
    println!(
        "  faults    POST {base}/sandbox/fault  {{\"fault\":\"drip\",\"times\":1}}; DELETE ends them all"
    );
    println!("            or x-sandbox-fault: NAME on a single request, NAME one of");
    println!("            {}", Fault::NAMES.join(" "));
    println!("Ctrl-C ends it.");
}

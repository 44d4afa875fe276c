//! A shop kiosk that earns money with its answers: `cargo run --bin kiosk`.
//!
//! It starts the sandbox platform inside itself and holds a conversation over real HTTP: typed on a terminal, scripted
//! through a pipe. With `--base-url` and a key the same binary talks to the real platform.

#[expect(unreachable_pub, reason = "the firmware's kiosk, whose file it is, shows its questions")]
#[path = "../../../firmware/kiosk-app/src/answers.rs"]
mod answers;
mod args;
mod calls;
mod code;
mod kiosk;
mod pictures;
mod platform;
mod reports;
mod screen;
mod tally;
mod typed;
mod voice;

use args::{Action, Args};
use kiosk::Kiosk;
use pictures::Pictures;
use platform::Platform;
use screen::Screen;
use std::io::IsTerminal;
use std::process::ExitCode;

fn main() -> ExitCode {
    match Args::parse(std::env::args().skip(1)) {
        Ok(Action::Print(text)) => {
            screen::write(format_args!("{text}"));
            ExitCode::SUCCESS
        }
        Ok(Action::Run(args)) => run(&args),
        Err(problem) => usage(&problem),
    }
}

fn run(args: &Args) -> ExitCode {
    let is_typed = std::io::stdin().is_terminal();
    let screen = match args.screen.as_deref().map(Pictures::new).transpose() {
        Ok(pictures) => Screen::new(pictures),
        Err(problem) => return usage(&problem),
    };
    let platform = match Platform::start(args, is_typed) {
        Ok(platform) => platform,
        Err(problem) => return usage(&problem),
    };
    let runtime = match tokio::runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return usage(&format!("cannot start: {error}")),
    };
    runtime.block_on(async {
        let mut kiosk = Kiosk::new(args, platform, screen);
        if is_typed {
            kiosk.converse().await
        } else {
            kiosk.play().await
        }
        kiosk.summarise(args);
    });
    // A thread that waits for a key press would keep the runtime from ending.
    std::process::exit(0)
}

fn usage(problem: &str) -> ExitCode {
    eprintln!("kiosk: {problem} (see kiosk --help)");
    ExitCode::from(2)
}

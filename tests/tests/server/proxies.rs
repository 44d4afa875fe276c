//! Proxies of the environment, seen from a process that has them in its own.

use std::process::Command;
use std::time::Duration;

use thrads_sandbox::PRODUCTION_KEY;
use thrads_std::{Options, Proxies, Thrads};

use crate::raw::{Answer, Raw};
use crate::rig::{ask, chat, generous, options, publisher};

const TARGET: &str = "THRADS_TEST_TARGET";

/// Runs `child` by itself, with all the proxy variables naming `proxy`.
fn ask_in_a_child(target: &str, proxy: &Raw, more: &[(&str, &str)]) -> String {
    let proxied = ["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "https_proxy", "http_proxy"];
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "proxies::child", "--nocapture"])
        .envs(proxied.map(|name| (name, proxy.base())))
        .env_remove("NO_PROXY")
        .env_remove("no_proxy")
        .env(TARGET, target)
        .envs(more.iter().copied())
        .output()
        .unwrap();
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(output.status.success(), "{printed}");
    let answer = printed.split("asked: ").nth(1).unwrap();
    answer.split('\n').next().unwrap().to_owned()
}

/// Does nothing unless it is run by another test of this file.
#[tokio::test]
async fn child() {
    let Ok(target) = std::env::var(TARGET) else { return };
    let proxies =
        if std::env::var("WITHOUT").is_ok() { Proxies::None } else { Proxies::Environment };
    let options = Options { timeout: Duration::from_millis(800), proxies, ..options() };
    let thrads = Thrads::new(publisher(&target, PRODUCTION_KEY), options).unwrap();
    println!("asked: {}", ask(&mut chat(&thrads)).await.explain());
}

fn refusing() -> Raw {
    Raw::start([Answer::last("HTTP/1.1 502 Bad Gateway\r\ncontent-length: 0\r\n\r\n")])
}

#[test]
fn a_sandbox_on_loopback_is_asked_directly_whatever_the_environment_says() {
    let (sandbox, proxy) = (generous(), refusing());
    let answer = ask_in_a_child(&sandbox.base_url(), &proxy, &[]);
    assert!(answer.starts_with("1 to show"), "{answer}");
    let local = sandbox.base_url().replace("127.0.0.1", "localhost");
    let answer = ask_in_a_child(&local, &proxy, &[]);
    assert!(answer.starts_with("1 to show"), "{answer}");
    let secure = sandbox.base_url().replace("http", "https");
    let answer = ask_in_a_child(&secure, &proxy, &[]);
    assert!(answer.contains(", tls: "), "{answer}");
    assert_eq!((sandbox.stats().requests, proxy.requests().len()), (2, 0));
}

#[test]
fn the_platform_is_asked_through_a_tunnel() {
    let proxy = refusing();
    let answer = ask_in_a_child("https://ssp.thrads.invalid", &proxy, &[]);
    assert!(answer.contains("ssp.thrads.invalid, connect: "), "{answer}");
    let requests = proxy.requests();
    assert!(requests[0].starts_with("CONNECT ssp.thrads.invalid:443 HTTP/1.1\r\n"), "{requests:?}");
    assert!(!requests[0].contains(PRODUCTION_KEY), "{requests:?}");
}

#[test]
fn a_host_can_be_spared_and_proxies_can_be_switched_off() {
    let proxy = refusing();
    for more in [("NO_PROXY", ".invalid"), ("WITHOUT", "1")] {
        let answer = ask_in_a_child("https://ssp.thrads.invalid", &proxy, &[more]);
        assert!(answer.contains("ssp.thrads.invalid, resolve: "), "{answer}");
    }
    assert_eq!(proxy.requests().len(), 0);
}

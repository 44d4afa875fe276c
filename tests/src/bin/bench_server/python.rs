//! The call through Python's `requests`, with a session, as its documentation has it.

use crate::contestant::Figures;
use crate::said;
use std::process::Command;
use thrads_sandbox::PRODUCTION_KEY;

/// `None`, with the reason on the standard error, where Python or `requests` is not installed.
pub(crate) fn run(base: &str, asks: usize) -> Option<Figures> {
    let messages: Vec<_> = said::TURNS
        .iter()
        .flat_map(|(asked, answered)| [("user", asked), ("assistant", answered)])
        .map(|(role, content)| serde_json::json!({"role": role, "content": content}))
        .collect();
    let body = serde_json::json!({
        "userId": said::USER, "chatId": said::CHAT, "messages": messages,
        "request_type": "contextual", "ad_formats": ["sponsored_message"],
        "config": {"ad_offset": 0, "max_frequency": 0}, "force": true,
    });
    let headers = serde_json::json!({
        "thrad-api-key": PRODUCTION_KEY, "x-forwarded-for": said::ADDRESS, "user-agent": said::AGENT,
    });
    let url = format!("{base}{}", said::PATH);
    let output = Command::new("python3")
        .args(["-c", SCRIPT, &url, &body.to_string(), &headers.to_string(), &asks.to_string()])
        .output()
        .ok()?;
    let told = String::from_utf8(output.stdout).ok()?;
    let figures = Figures::read(&told);
    if figures.is_none() {
        eprintln!("skipped: python3 with requests is not there");
    }
    figures
}

const SCRIPT: &str = r#"
import json, resource, sys, time
import requests
url, body, headers, asks = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
session = requests.Session()
session.trust_env = False
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
def ask(turn):
    answer = session.post(url, json={**body, "turn_number": turn}, headers=headers, timeout=5)
    answer.raise_for_status()
    return len(answer.json()["data"]["bid"]["headline"])
for turn in range(50):
    ask(turn)
begin, begin_cpu, took = time.perf_counter(), cpu(), []
for turn in range(asks):
    start = time.perf_counter()
    ask(turn)
    took.append(time.perf_counter() - start)
wall, used = time.perf_counter() - begin, cpu() - begin_cpu
took.sort()
print(asks / wall, used / asks * 1e6, 0, took[asks // 2] * 1e6, took[asks * 99 // 100] * 1e6)
"#;

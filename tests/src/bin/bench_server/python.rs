//! The call through Python's `requests`, with a session, as its documentation has it.

use crate::said;
use std::process::Command;
use thrads_sandbox::PRODUCTION_KEY;

/// A contestant in Python.
pub(crate) fn command(base: &str, chats: usize) -> Command {
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
    let mut command = Command::new("python3");
    let (body, headers, chats) = (body.to_string(), headers.to_string(), chats.to_string());
    command.args(["-c", SCRIPT, &url, &body, &headers, &chats]);
    command
}

const SCRIPT: &str = r#"
import json, resource, sys, time
from concurrent.futures import ThreadPoolExecutor
import requests
url, body, headers, chats = sys.argv[1], json.loads(sys.argv[2]), json.loads(sys.argv[3]), int(sys.argv[4])
def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime
class Chat:
    def __init__(self):
        self.session, self.turn = requests.Session(), 0
        self.session.trust_env = False
    def ask(self):
        self.turn += 1
        answer = self.session.post(url, json={**body, "turn_number": self.turn}, headers=headers, timeout=5)
        answer.raise_for_status()
        return len(answer.json()["data"]["bid"]["headline"])
    def ask_often(self, asks):
        took = []
        for _ in range(asks):
            start = time.perf_counter()
            self.ask()
            took.append(time.perf_counter() - start)
        return took
chats, took = [Chat() for _ in range(chats)], []
with ThreadPoolExecutor(len(chats)) as threads:
    for line in sys.stdin:
        begin, begin_cpu = time.perf_counter(), cpu()
        asks = [int(line)] * len(chats)
        for some in threads.map(Chat.ask_often, chats, asks):
            took.extend(some)
        print(int((time.perf_counter() - begin) * 1e9), int((cpu() - begin_cpu) * 1e9), flush=True)
took.sort()
print(0, took[len(took) // 2] * 1e6, took[len(took) * 99 // 100] * 1e6)
"#;

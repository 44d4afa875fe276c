//! The script of a `pace` line, turn by turn.

use super::Refusal;
use super::members::unreadable;
use serde_json::{Map, Value};
use thrads_core::Millis;

/// One finished exchange, after which the machine is asked.
pub(super) struct Turn {
    /// Time since the turn before.
    pub(super) after: Millis,
    /// The device was restarted since the turn before.
    pub(super) is_rebooted: bool,
    /// The answer to the ask, where the script has one.
    pub(super) reply: Option<Reply>,
}

/// An answer to an ask.
#[derive(Clone, Copy)]
pub(super) enum Reply {
    Served,
    NoAd,
    /// No answer came.
    Failed,
    Status {
        status: u16,
        retry_after: Option<Millis>,
    },
}

enum Entry {
    Turn,
    Reboot,
    Wait(Millis),
    Reply(Reply),
}

/// Reads a script. An answer stands directly behind the turn whose ask it answers; waits add up.
pub(super) fn read(script: Option<&Value>) -> Result<Vec<Turn>, Refusal> {
    let entries = script.and_then(Value::as_array).ok_or_else(|| unreadable("script"))?;
    let mut turns: Vec<Turn> = Vec::new();
    let mut waited = None;
    let (mut is_asked, mut is_rebooted) = (false, false);
    for value in entries {
        match entry(value)? {
            Entry::Wait(time) => waited = Some(waited.unwrap_or(0) + time.0),
            Entry::Turn => {
                let after = waited.take().map_or(BETWEEN_TURNS, Millis);
                let is_rebooted = std::mem::take(&mut is_rebooted);
                turns.push(Turn { after, is_rebooted, reply: None });
            }
            Entry::Reboot => is_rebooted = true,
            Entry::Reply(reply) => match turns.last_mut().filter(|_| is_asked) {
                Some(turn) => turn.reply = Some(reply),
                None => return Err(unreadable("script")),
            },
        }
        is_asked = value == "turn";
    }
    Ok(turns)
}

fn entry(value: &Value) -> Result<Entry, Refusal> {
    let entry = match value {
        Value::String(name) => match name.as_str() {
            "turn" => Some(Entry::Turn),
            "served" => Some(Entry::Reply(Reply::Served)),
            "no_ad" => Some(Entry::Reply(Reply::NoAd)),
            "failed" => Some(Entry::Reply(Reply::Failed)),
            "reboot" => Some(Entry::Reboot),
            _ => None,
        },
        Value::Object(members) => wait(members).or_else(|| status(members)),
        _ => None,
    };
    entry.ok_or_else(|| unreadable("script"))
}

fn wait(members: &Map<String, Value>) -> Option<Entry> {
    let time = millis(members.get("wait_ms")?)?;
    (members.len() == 1).then_some(Entry::Wait(time))
}

fn status(members: &Map<String, Value>) -> Option<Entry> {
    let status = u16::try_from(members.get("status")?.as_u64()?).ok()?;
    let retry_after = match members.get("retry_after_ms") {
        Some(time) => Some(millis(time)?),
        None => None,
    };
    let known = 1 + usize::from(retry_after.is_some());
    (members.len() == known).then_some(Entry::Reply(Reply::Status { status, retry_after }))
}

fn millis(value: &Value) -> Option<Millis> {
    value.as_u64().filter(|time| *time <= MAX_MILLIS).map(Millis)
}

/// Before each turn that no wait stands before.
const BETWEEN_TURNS: Millis = Millis(5000);
/// A year in milliseconds, the longest time that a script may name, so that none overruns the clock.
const MAX_MILLIS: u64 = 366 * 86_400_000;

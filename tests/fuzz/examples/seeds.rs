//! Makes seeds out of the conformance cases: `cargo run --example seeds -- DIRECTORY CASES...`.
//!
//! Long bodies are left out, and of a case that differs from an earlier one only in its header fields one is kept.

use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::{env, fs, io};

fn main() -> io::Result<()> {
    let mut arguments = env::args().skip(1);
    let directory = arguments.next().expect("the directory of the seeds");
    let mut seeds = Seeds { directory: Path::new(&directory), written: BTreeSet::new() };
    for cases in arguments {
        for line in fs::read_to_string(cases)?.lines() {
            seeds.add(&serde_json::from_str(line).expect("a case is JSON"))?;
        }
    }
    Ok(())
}

struct Seeds<'d> {
    directory: &'d Path,
    written: BTreeSet<Vec<u8>>,
}

impl Seeds<'_> {
    fn add(&mut self, case: &Value) -> io::Result<()> {
        let Some(body) = body(case).filter(|body| body.len() <= MAX_BODY) else { return Ok(()) };
        let place = CALLS.iter().position(|call| case["call"] == *call);
        let Some(endpoint) = place.and_then(|place| u8::try_from(place).ok()) else {
            return Ok(());
        };
        let status = u16::try_from(case["status"].as_u64().unwrap_or(200)).unwrap_or(0);
        let id = case["id"].as_str().unwrap_or("seed");
        let [high, low] = status.to_be_bytes();
        self.write("decode", id, [&[endpoint, high, low], &*body].concat())?;
        if status == 200 && endpoint < 3 {
            self.write("differential", id, [&[endpoint], &*body].concat())?;
        }
        match serde_json::from_slice::<Value>(&body) {
            Ok(envelope) => self.add_urls(id, &envelope["data"]),
            Err(_) => Ok(()),
        }
    }

    fn add_urls(&mut self, id: &str, data: &Value) -> io::Result<()> {
        let bid = &data["bid"];
        let [Some(url), view_url] = [bid["url"].as_str(), bid["view_url"].as_str()] else {
            return Ok(());
        };
        let beside = view_url.map(|view_url| format!("\n{view_url}")).unwrap_or_default();
        self.write("click_url", id, format!("{url}{beside}").into_bytes())
    }

    fn write(&mut self, target: &str, id: &str, seed: Vec<u8>) -> io::Result<()> {
        let directory = self.directory.join(target);
        fs::create_dir_all(&directory)?;
        if self.written.insert([target.as_bytes(), &*seed].concat()) {
            fs::write(directory.join(id), seed)?;
        }
        Ok(())
    }
}

fn body(case: &Value) -> Option<Vec<u8>> {
    if case["op"] != "read" {
        return None;
    }
    if let Some(text) = case["body"].as_str() {
        return Some(text.as_bytes().to_vec());
    }
    let digits = case["body_hex"].as_str()?.as_bytes();
    let digit =
        |digit: u8| char::from(digit).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    digits.chunks(2).map(|pair| Some(digit(pair[0])? << 4 | digit(*pair.get(1)?)?)).collect()
}

/// In the targets' order; `differential` has the first three.
const CALLS: [&str; 6] = ["bid", "prompt", "message", "vote", "results", "feedback"];
/// Bytes; fuzzing wants small seeds.
const MAX_BODY: usize = 2048;

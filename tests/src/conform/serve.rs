//! Lines of a stream, each answered before the next is read.

use super::{Refusal, answer, refused};
use serde_json::Value;
use std::io::{self, BufRead, Read, Write};

/// Bytes that a line may have; a longer one is passed over and answered as unreadable.
pub const MAX_LINE_BYTES: usize = 16 << 20;

/// Answers every line of `input` on `output` and flushes each answer. Nothing behind the last line break is no line.
///
/// # Errors
///
/// Those of `input` and `output`; what a line holds is never one.
pub fn serve(mut input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        let limit = u64::try_from(MAX_LINE_BYTES).unwrap_or(u64::MAX).saturating_add(1);
        if input.by_ref().take(limit).read_until(b'\n', &mut line)? == 0 {
            return Ok(());
        }
        let ends = line.pop_if(|byte| *byte == b'\n').is_some();
        let answer = if line.len() > MAX_LINE_BYTES {
            if !ends {
                input.skip_until(b'\n')?;
            }
            unreadable("the line is too long")
        } else {
            match std::str::from_utf8(&line) {
                Ok(line) => answer(line),
                Err(_) => unreadable("the line is not UTF-8"),
            }
        };
        writeln!(output, "{}", ascii(&answer))?;
        output.flush()?;
    }
}

/// JSON with its other characters as escapes, so that nobody who splits lines at more than a line feed finds U+2028 in one.
fn ascii(json: &str) -> String {
    let mut plain = String::with_capacity(json.len());
    for character in json.chars() {
        if character.is_ascii() && character != '\u{7f}' {
            plain.push(character);
            continue;
        }
        for unit in character.encode_utf16(&mut [0; 2]) {
            plain.push_str(&format!("\\u{unit:04x}"));
        }
    }
    plain
}

fn unreadable(detail: &str) -> String {
    refused(Value::Null, Refusal::Unreadable(detail.to_owned())).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn answers(input: &[u8]) -> Vec<Value> {
        let mut output = Vec::new();
        serve(input, &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        assert!(output.is_empty() || output.ends_with('\n'));
        output.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    #[test]
    fn every_line_is_answered_in_order_whatever_stands_before_it() {
        let input =
            b"{\"id\":1,\"op\":\"normalise\",\"messages\":[]}\n\n\xff\n{\"id\":2,\"op\":\"?\"}";
        let answers = answers(input);
        assert_eq!(answers.len(), 4);
        assert_eq!(answers[0]["turn"], 0);
        assert_eq!(
            (&answers[1]["error"], &answers[2]["error"]),
            (&"unreadable".into(), &"unreadable".into())
        );
        assert_eq!((&answers[3]["id"], &answers[3]["error"]), (&2.into(), &"unsupported".into()));
    }

    #[test]
    fn an_answer_is_one_line_for_everybody() {
        let id = "\u{85}\u{2028}\u{1f600}\u{e9}\u{7f}\\u000b";
        let mut output = Vec::new();
        serve(format!("{{\"id\":\"{id}\",\"op\":\"?\"}}").as_bytes(), &mut output).unwrap();
        let output = String::from_utf8(output).unwrap();
        assert!(
            output.bytes().all(|byte| byte == b'\n' || (b' '..=b'~').contains(&byte)),
            "{output}"
        );
        let answer: Value = serde_json::from_str(&output).unwrap();
        assert_eq!(answer["id"], "\u{85}\u{2028}\u{1f600}\u{e9}\u{7f}\u{b}");
    }

    #[test]
    fn nothing_is_answered_with_nothing() {
        assert!(answers(b"").is_empty());
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        for length in [MAX_LINE_BYTES, MAX_LINE_BYTES + 1, MAX_LINE_BYTES + 100] {
            let mut input = vec![b' '; length];
            input.extend_from_slice(b"\n{\"id\":2,\"op\":\"?\"}\n");
            let answers = answers(&input);
            assert_eq!(answers.len(), 2);
            assert_eq!(answers[0]["error"], "unreadable");
            assert_eq!(answers[1]["id"], 2);
        }
    }
}

//! The main job as a user runs it: the piped kiosk, whole, and under faults.

use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::process::{Command, Output, Stdio};

fn kiosk(options: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_kiosk"))
        .args(options)
        .env_remove("THRADS_API_KEY")
        .stdin(Stdio::null())
        .output()
        .expect("the kiosk is built")
}

fn summary(options: &[&str]) -> Value {
    let output = kiosk(&[options, &["--summary", "json"]].concat());
    assert!(output.status.success(), "{options:?}: {}", String::from_utf8_lossy(&output.stderr));
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(text.lines().last().unwrap()).unwrap()
}

fn count(summary: &Value, name: &str) -> u64 {
    summary[name].as_u64().unwrap_or_else(|| panic!("{name} in {summary}"))
}

fn held(summary: &Value) -> u64 {
    summary["held"].as_object().unwrap().values().filter_map(Value::as_u64).sum()
}

#[test]
fn one_command_shows_every_outcome_and_both_sides_agree() {
    let summary = summary(&[]);
    for name in ["served", "no_ad", "failed", "impressions", "revenue_micros"] {
        assert!(count(&summary, name) >= 1, "{name} in {summary}");
    }
    assert!(held(&summary) >= 1);
    assert_eq!(count(&summary, "turns"), 10);
    assert_eq!(count(&summary, "asked") + held(&summary), 10);
    assert_eq!(count(&summary, "asked"), count(&summary["platform"], "requests"));
    assert_eq!(count(&summary, "served"), count(&summary["platform"], "ads"));
    assert_eq!(count(&summary, "impressions"), count(&summary["platform"], "impressions"));
}

#[test]
fn the_v1_api_and_a_platform_that_counts_do_the_same() {
    for options in
        [&["--api", "v1"][..], &["--enforce", "server"], &["--api=v1", "--enforce=server"]]
    {
        let summary = summary(options);
        assert!(count(&summary, "served") >= 1, "{options:?}: {summary}");
        assert_eq!(count(&summary, "asked") + held(&summary), 10, "{options:?}");
        assert_eq!(
            count(&summary, "asked"),
            count(&summary["platform"], "requests"),
            "{options:?}"
        );
        assert_eq!(count(&summary, "served"), count(&summary["platform"], "ads"), "{options:?}");
    }
}

#[test]
fn a_shadow_is_told_where_there_is_one() {
    assert!(summary(&[])["shadow"].is_null());
    let shadowed = summary(&["--enforce", "shadow"]);
    assert_eq!(count(&shadowed, "asked"), 10);
    let [saved, missed] = ["saved", "missed"].map(|name| count(&shadowed["shadow"], name));
    assert!(saved >= 1 && missed <= saved, "{shadowed}");
}

#[test]
fn a_reader_that_goes_away_ends_it_without_a_word() {
    let mut kiosk = Command::new(env!("CARGO_BIN_EXE_kiosk"))
        .env_remove("THRADS_API_KEY")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the kiosk is built");
    let mut first = String::new();
    let mut output = BufReader::new(kiosk.stdout.take().unwrap());
    output.read_line(&mut first).unwrap();
    drop(output);
    let ended = kiosk.wait_with_output().unwrap();
    assert!(first.starts_with("A shop kiosk"), "{first}");
    assert!(ended.status.success());
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
}

#[test]
fn no_fault_reaches_the_conversation() {
    let quick = [
        "refuse",
        "close",
        "wrong-length",
        "truncated-json",
        "html",
        "empty-200",
        "204",
        "401",
        "403",
        "404",
        "422",
        "429",
        "500",
        "501",
        "503",
        "redirect",
        "oversized",
        "bad-chunks",
    ];
    for fault in quick {
        let summary = summary(&["--fault", fault]);
        assert_eq!(count(&summary, "served"), 0, "{fault}: {summary}");
        assert_eq!(count(&summary, "asked") + held(&summary), 10, "{fault}: {summary}");
        // After a 429 to the opener the platform is left alone, and after a 401 the key is not used, for the whole of the
        // short conversation.
        let left_alone: u64 =
            ["backoff", "key"].iter().filter_map(|reason| summary["held"][reason].as_u64()).sum();
        let met = count(&summary, "failed") + count(&summary, "no_ad") + left_alone;
        assert!(met >= 1, "{fault}: {summary}");
    }
    assert!(count(&summary(&["--fault", "chunked"]), "served") >= 1);
}

#[test]
fn each_ad_shown_is_drawn_for_every_display() {
    let folder = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("screens");
    let _was_not_there = std::fs::remove_dir_all(&folder);
    let output = kiosk(&["--screen", folder.to_str().unwrap()]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(!text.contains('\x1b'), "there is no terminal to colour");
    let shown = text.lines().filter(|line| line.contains("│ Sponsored")).count();
    assert!(shown >= 2, "{text}");
    let mut files: Vec<_> = std::fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    files.sort();
    let expected: Vec<_> = (1..=shown)
        .flat_map(|ad| {
            ["296x128", "320x240", "480x320"].map(|size| format!("ad-{ad:02}-{size}.png"))
        })
        .collect();
    assert_eq!(files, expected);
}

#[test]
fn a_kiosk_with_a_voice_says_each_ad_and_counts_what_was_heard() {
    let output = kiosk(&["--voice", "--summary", "json"]);
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    let shown = text.lines().filter(|line| line.contains("│ Sponsored")).count();
    let said: Vec<_> =
        text.lines().filter_map(|line| line.trim_start().strip_prefix("voice: ")).collect();
    assert!(shown >= 2 && said.len() == shown, "{text}");
    for line in said {
        assert!(line.starts_with("Sponsored, by "), "{line}");
        assert!(!line.contains("://") && line.chars().all(|letter| letter < '\u{2600}'), "{line}");
    }
    assert_eq!(text.matches(" s to say, the disclosure in the first ").count(), shown);
    let summary: Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!(usize::try_from(count(&summary, "impressions")), Ok(shown));
    assert_eq!(count(&summary, "impressions"), count(&summary["platform"], "impressions"));
}

/// Seconds that espeak-ng takes to say something, by the rate that the kiosk has it speak at; `None` where it is not installed.
fn spoken_seconds(text: &str) -> Option<f64> {
    let wave = std::path::Path::new(env!("CARGO_TARGET_TMPDIR")).join("said.wav");
    let mut espeak = Command::new("espeak-ng");
    let spoken =
        espeak.args(["-v", "en", "-s", "150", "-w"]).arg(&wave).args(["--", text]).status();
    let Ok(status) = spoken else {
        let is_ci = std::env::var("CI").is_ok_and(|value| value == "true");
        assert!(!is_ci, "espeak-ng is not installed");
        return None;
    };
    assert!(status.success());
    let wave = std::fs::read(wave).unwrap();
    let (head, samples) = wave.split_at(44);
    let bytes_per_second = u32::from_le_bytes(head[28..32].try_into().unwrap());
    Some(samples.len() as f64 / f64::from(bytes_per_second))
}

#[test]
fn a_real_voice_takes_as_long_as_the_kiosk_reckons() {
    let text = String::from_utf8(kiosk(&["--voice"]).stdout).unwrap();
    let mut lines = text.lines().map(str::trim_start);
    let mut compared = 0;
    while let Some(line) = lines.next() {
        let Some(words) = line.strip_prefix("voice: ") else { continue };
        let told = lines.next().unwrap().trim_start_matches(['·', ' ']);
        let reckoned: f64 = told.split(' ').next().unwrap().parse().unwrap();
        let Some(real) = spoken_seconds(words) else { return };
        assert!((0.7..1.4).contains(&(real / reckoned)), "{real:.1} s, not {reckoned}: {words}");
        compared += 1;
    }
    assert!(compared >= 2, "{text}");
}

#[test]
fn a_bad_option_is_one_line_and_status_two() {
    let cases: [&[&str]; 8] = [
        &["--voice=xx"],
        &["--screen", concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")],
        &["--frobnicate"],
        &["--fault", "flood"],
        &["--summary", "xml"],
        &["--base-url", "https://platform.example"],
        &["--base-url", "http://platform.example"],
        &["--base-url", "http://127.0.0.1:9", "--fault", "hang"],
    ];
    for options in cases {
        let output = kiosk(options);
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1, "{options:?}");
        assert!(output.stdout.is_empty(), "{options:?}");
    }
}

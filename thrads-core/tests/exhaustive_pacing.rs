//! Every offset and frequency that the v1 API knows, in both families' arithmetic and both ways to read an offset, over
//! every pattern of answers: each decision beside an oracle written from the words of the wire contract alone (2.10, 3.4).
//!
//! An answer is an ad, none, or a failure. What is decided on a turn depends on the answers before it only through the turn
//! of the last ad, so that no ad and a failure are told apart by nothing but this test; a pattern of eight answers repeats
//! over 64 turns, asked for or not.

use thrads_core::{
    Decision, Family, Instant, Millis, OffsetMode, Pacing, Policy, Rate, Reason, Until,
};

/// What the contract says, in its own words, of an exchange counted from 1.
///
/// v1: the first call is turn 0; eligible iff `turn >= conversationOffset` and (`last_ad_turn` is none or `turn -
/// last_ad_turn >= max(1, adFrequencyLimit)`). SSP: eligible iff `turn >= ad_offset` and (no ad yet or `since_last >=
/// max_frequency`), each check skipped when its value is 0.
fn is_eligible(
    mode: OffsetMode,
    offset: u32,
    frequency: u32,
    exchange: u32,
    last_ad: Option<u32>,
) -> bool {
    let since_last = last_ad.map(|last| exchange - last);
    match mode {
        OffsetMode::AfterN => {
            let turn = exchange - 1;
            turn >= offset && since_last.is_none_or(|since| since >= frequency.max(1))
        }
        OffsetMode::AtN => {
            (offset == 0 || exchange >= offset)
                && (frequency == 0 || since_last.is_none_or(|since| since >= frequency))
        }
    }
}

/// What an answer does to pacing: only an ad counts.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Answer {
    Ad,
    NoAd,
    Failure,
}

/// Every pattern of eight answers, each three ways.
fn patterns() -> impl Iterator<Item = [Answer; WINDOW]> {
    (0..3_u32.pow(WINDOW as u32)).map(|number| {
        let mut rest = number;
        [(); WINDOW].map(|()| {
            let answer = [Answer::Ad, Answer::NoAd, Answer::Failure][(rest % 3) as usize];
            rest /= 3;
            answer
        })
    })
}

/// Plays 64 turns; how many decisions were compared.
fn play(
    mode: OffsetMode,
    offset: u8,
    frequency: u8,
    pattern: &[Answer; WINDOW],
    rate: &mut Rate,
) -> u64 {
    let mut pacing = Pacing::new(Family::Ssp, Policy::device(offset, frequency)).offset_mode(mode);
    let (mut last_ad, mut asked) = (None, 0);
    for exchange in 1..=TURNS {
        pacing.on_turn();
        let now = Instant::from_millis(u64::from(exchange) * 1000);
        let is_asked = match pacing.decide(now, rate, Millis(0), None) {
            Decision::Ask(at) => at == now,
            Decision::Hold(hold) => {
                // It ends at the first exchange that is eligible, if no ad comes before.
                let Until::Turn(turn) = hold.until else { panic!("{hold:?}") };
                let eligible = |exchange| {
                    is_eligible(mode, offset.into(), frequency.into(), exchange, last_ad)
                };
                assert!(
                    turn > exchange && eligible(turn) && !eligible(turn - 1),
                    "{hold:?} on {exchange}"
                );
                let is_young = last_ad.is_none();
                assert_eq!(hold.reason, if is_young { Reason::Offset } else { Reason::Frequency });
                false
            }
        };
        let expected = is_eligible(mode, offset.into(), frequency.into(), exchange, last_ad);
        assert_eq!(
            is_asked, expected,
            "{mode:?} {offset}/{frequency} on {exchange}, last ad {last_ad:?}"
        );
        if is_asked {
            if pattern[asked % WINDOW] == Answer::Ad {
                pacing.on_served();
                last_ad = Some(exchange);
            }
            asked += 1;
        }
    }
    u64::from(TURNS)
}

/// Every offset, frequency and pattern.
fn every_decision_is_what_the_contract_says(mode: OffsetMode) {
    let mut decisions = 0;
    for offset in 0..=20 {
        for frequency in 0..=20 {
            for pattern in patterns() {
                let mut rate = Rate::default();
                decisions += play(mode, offset, frequency, &pattern, &mut rate);
            }
        }
    }
    assert_eq!(decisions, 21 * 21 * 6561 * 64);
}

#[test]
fn the_first_ad_comes_after_n_turns() {
    every_decision_is_what_the_contract_says(OffsetMode::AfterN);
}

#[test]
fn the_first_ad_comes_on_turn_n() {
    every_decision_is_what_the_contract_says(OffsetMode::AtN);
}

#[test]
fn each_family_counts_in_its_own_way() {
    for (family, mode) in [(Family::V1, OffsetMode::AfterN), (Family::Ssp, OffsetMode::AtN)] {
        let pacing = Pacing::new(family, Policy::device(2, 5));
        assert_eq!(pacing, pacing.offset_mode(mode));
    }
}

const TURNS: u32 = 64;
const WINDOW: usize = 8;

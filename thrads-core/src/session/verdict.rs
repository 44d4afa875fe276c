//! What an answer says of the platform's health.
//!
//! Part of `session`. Section 3.13 of the wire contract.

use crate::pacing::Verdict;
use crate::response::Answer;

/// What an answer says of the platform. A page comes from something between it and here, whatever its status.
pub(super) fn verdict(answer: &Answer<'_>, status: u16, is_page: bool) -> Verdict {
    match (answer, status) {
        (Answer::Ads(_) | Answer::NoAd(_) | Answer::Poll(_), _) => Verdict::Works,
        _ if is_page => Verdict::Failed,
        (_, 401) => Verdict::KeyRefused,
        (_, 403) => Verdict::Failed,
        (_, 400..=499) => Verdict::Works,
        _ => Verdict::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{NO_BID, Shared, ask, now, poll, session};
    use crate::head::Head;
    use crate::pacing::{Caps, Hold, Reason, Until};

    #[test]
    fn what_an_answer_says_of_the_platform() {
        for (status, body, reason) in [
            (401, "", Some(Reason::Key)),
            (401, "<html>", None),
            (422, "{}", None),
            (404, "", None),
            (200, "{}", None),
        ] {
            let mut shared = Shared::new(Caps::default());
            let mut session = session();
            ask(&mut session, &mut shared, 0, status, body.as_bytes());
            assert_eq!(poll(&mut session, shared.lend(), 1).map(|hold| hold.reason), reason);
            assert_eq!(shared.health.failures() > 0, status == 401 && reason.is_none(), "{status}");
        }
    }

    #[test]
    fn failures_in_a_row_hold_and_one_trial_comes_back() {
        let mut shared = Shared::new(Caps::default());
        let (mut session, mut other) = (session(), session());
        for (status, body) in [(403, ""), (500, ""), (200, "<html>")] {
            ask(&mut session, &mut shared, 0, status, body.as_bytes());
        }
        let Some(Hold { reason: Reason::Breaker, until: Until::At(end) }) =
            poll(&mut session, shared.lend(), 0)
        else {
            panic!("not held")
        };
        assert!(session.explained().unwrap().to_string().contains("3 failures in a row"));
        let end = end.as_millis();
        assert_eq!(poll(&mut session, shared.lend(), end), None);
        let until = Until::At(now(end + 10_000));
        let hold = Some(Hold { reason: Reason::Breaker, until });
        assert_eq!(poll(&mut other, shared.lend(), end), hold);
        let mut body = NO_BID.to_vec();
        session.handle_response(&Head::new(200), &mut body);
        session.tell(now(end), shared.lend());
        assert_eq!(poll(&mut other, shared.lend(), end + 1), None);
    }
}

//! What was delivered, so that it is not delivered again.

use super::forward::Job;
use super::verdict::{RelayAnswer, RelayVerdict};
use lru::LruCache;
use ring::digest::{SHA256, digest};
use std::num::NonZeroUsize;

/// The last reports and the status of each.
pub(super) struct Told(LruCache<Report, u16>);

/// A report, by the hash of its method and URL, which has the tracker's token in it.
#[derive(Clone, PartialEq, Eq, Hash)]
pub(super) struct Report([u8; 16]);

impl Report {
    pub(super) fn of(job: &Job) -> Self {
        let method: &[u8] = if job.is_post { b"POST " } else { b"GET " };
        let hash = digest(&SHA256, &[method, job.url.as_str().as_bytes()].concat());
        let mut short = [0; 16];
        short.iter_mut().zip(hash.as_ref()).for_each(|(place, byte)| *place = *byte);
        Self(short)
    }
}

impl Told {
    /// The status of a report that was delivered, may have been, or is on its way; if it is none of these, it is on its
    /// way now. One whose delivery is given up half-way stays so.
    pub(super) fn begin(&mut self, report: &Report) -> Option<u16> {
        let known = self.0.get(report).copied();
        if known.is_none() {
            self.0.put(report.clone(), UNKNOWN);
        }
        known
    }

    /// Notes what came of it. One that the target did not take may be tried again.
    pub(super) fn end(&mut self, report: Report, answer: &RelayAnswer) {
        let may_be_repeated = match answer.verdict {
            RelayVerdict::Forwarded => !(200..400).contains(&answer.status),
            RelayVerdict::Unanswered => false,
            _ => true,
        };
        if may_be_repeated {
            self.0.pop(&report);
        } else {
            self.0.put(report, answer.status);
        }
    }
}

impl Default for Told {
    fn default() -> Self {
        Self(LruCache::new(MAX_REPORTS))
    }
}

/// Of a report that is on its way.
const UNKNOWN: u16 = 504;
/// Reports that are remembered; some 100 bytes each.
const MAX_REPORTS: NonZeroUsize = NonZeroUsize::new(50_000).unwrap();

#[cfg(test)]
mod tests {
    use super::*;

    fn report(is_post: bool, url: &str) -> Report {
        Report::of(&Job {
            is_post,
            wants_answer: false,
            url: url.parse().unwrap(),
            from: [203, 0, 113, 7].into(),
            user_agent: String::new(),
            body: Vec::new(),
        })
    }

    #[test]
    fn what_was_delivered_or_may_have_been_is_known_and_the_rest_is_not() {
        let mut told = Told::default();
        for (verdict, status, known) in [
            (RelayVerdict::Forwarded, 200, Some(200)),
            (RelayVerdict::Forwarded, 302, Some(302)),
            (RelayVerdict::Unanswered, 504, Some(504)),
            (RelayVerdict::Forwarded, 405, None),
            (RelayVerdict::Forwarded, 503, None),
            (RelayVerdict::Unreachable, 502, None),
            (RelayVerdict::Refused, 403, None),
        ] {
            let report = report(false, &format!("https://d.example/{status}{}", verdict.code()));
            assert_eq!(told.begin(&report), None);
            assert_eq!(told.begin(&report), Some(504), "on its way");
            told.end(report.clone(), &RelayAnswer::new(status, verdict));
            assert_eq!(told.begin(&report), known, "{status}");
        }
    }

    #[test]
    fn another_method_or_token_is_another_report() {
        let mut told = Told::default();
        for (is_post, url) in [
            (false, "https://d.example/v?token=a"),
            (true, "https://d.example/v?token=a"),
            (false, "https://d.example/v?token=b"),
        ] {
            assert_eq!(told.begin(&report(is_post, url)), None);
        }
    }
}

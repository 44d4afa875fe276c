//! The path from a server's certificate to an anchor (RFC 5280 section 6, as far as it concerns servers).
//!
//! Under `verifier`. All that is cheap is judged here, at once; the signatures are written down and checked one at a time
//! once the path is known to lead somewhere, so that a stranger's certificates cost a device no arithmetic.

use super::anchor::Anchor;
use super::certificate::Certificate;
use super::extensions::{MAY_SIGN, MAY_SIGN_CERTIFICATES};
use super::name::has_name;
use super::signature::Check;
use crate::refusal::Refusal;
use heapless::Vec;

/// The server's certificate, and the signatures that have to be right for it to be trusted.
pub(crate) struct Path<'a> {
    pub(crate) server: Certificate<'a>,
    pub(crate) checks: Checks,
}

pub(crate) type Checks = Vec<Check, MAX_CHECKS>;

/// Follows `sent`, the server's certificate first, from issuer to issuer up to an anchor.
///
/// # Errors
///
/// [`Refusal`]: what is wrong with the server's own certificate before what is wrong with the path.
pub(crate) fn follow<'a>(
    sent: impl Iterator<Item = &'a [u8]> + Clone,
    anchors: &[Anchor<'_>],
    host: &str,
    now: u64,
) -> Result<Path<'a>, Refusal> {
    let server = sent.clone().next().ok_or(Refusal::Certificate)?;
    let server = Certificate::parse(server)?;
    judge_server(&server, host, now)?;
    let mut checks = Checks::new();
    let mut last = server;
    for below in 0..=MAX_INTERMEDIATES {
        if let Some(anchor) = anchors.iter().find(|anchor| anchor.is_named_by(&last)) {
            anchor.judge(below, now)?;
            add(&mut checks, Check::of(&last, anchor.key)?)?;
            // From the anchor down: what a stranger made fails at the first.
            checks.reverse();
            return Ok(Path { server, checks });
        }
        let issuer = sent
            .clone()
            .skip(1)
            .filter_map(|bytes| Certificate::parse(bytes).ok())
            // One that signed itself is a root, and it is not among the anchors.
            .find(|certificate| last.names(certificate) && !certificate.names(certificate))
            .ok_or(Refusal::NoAnchor)?;
        judge_issuer(&issuer, below, now)?;
        add(&mut checks, Check::of(&last, issuer.key.ok_or(Refusal::Algorithm)?)?)?;
        last = issuer;
    }
    Err(Refusal::Certificate)
}

fn judge_server(server: &Certificate<'_>, host: &str, now: u64) -> Result<(), Refusal> {
    if !server.extensions.names.is_some_and(|names| has_name(names, host)) {
        return Err(Refusal::Name);
    }
    server.judge_time(now)?;
    if server.extensions.has_unknown_critical {
        return Err(Refusal::Critical);
    }
    let may_sign = server.has_usage(MAY_SIGN).unwrap_or(true);
    let is_for_servers = server.extensions.is_for_servers.unwrap_or(true);
    let is_authority = server.extensions.authority.is_some_and(|authority| authority.may_issue);
    if may_sign && is_for_servers && !is_authority { Ok(()) } else { Err(Refusal::NotAServer) }
}

fn judge_issuer(issuer: &Certificate<'_>, below: usize, now: u64) -> Result<(), Refusal> {
    issuer.judge_time(now)?;
    if issuer.extensions.has_unknown_critical {
        return Err(Refusal::Critical);
    }
    // Authorities must say what their keys are for (RFC 5280 section 4.2.1.3).
    let may_sign = issuer.has_usage(MAY_SIGN_CERTIFICATES).unwrap_or(false);
    let is_for_servers = issuer.extensions.is_for_servers.unwrap_or(true);
    if may_sign && is_for_servers && issuer.may_issue(below) {
        Ok(())
    } else {
        Err(Refusal::NotAnIssuer)
    }
}

fn add(checks: &mut Checks, check: Check) -> Result<(), Refusal> {
    checks.push(check).map_err(|_| Refusal::Certificate)
}

/// Certificates that may stand between a server's and an anchor; a longer path is refused.
pub const MAX_INTERMEDIATES: usize = 3;
/// One for each certificate of the path, and the server's proof that it has the key.
pub(crate) const MAX_CHECKS: usize = MAX_INTERMEDIATES + 2;

//! What goes wrong between a replica and Redis, for whoever runs them.
//!
//! Part of `fleet`. Of what Redis said only the kind is kept: its words may name hosts and users.

use redis::{ErrorKind, RedisError};
use std::fmt;

/// Why Redis did not do what it was asked to.
///
/// `Display` says what to do about it, without host, user or password.
///
/// ```
/// use thrads_std::StoreError;
///
/// assert_eq!(
///     StoreError::Certificate.to_string(),
///     "redis shows a certificate that is not trusted: check its names and dates, and name its authority with \
///      Fleet::authority or THRADS_REDIS_CA_FILE"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum StoreError {
    /// No answer came in time; what was asked may have been done.
    Timeout,
    /// No connection, or it was lost; what was asked may have been done.
    Connection,
    /// Its certificate is not trusted.
    Certificate,
    /// It speaks no TLS there, or wants a certificate of the client's.
    Tls,
    /// User or password are wrong, or the user may not do this.
    Login,
    /// It has no room, or cannot write to its disk.
    Full,
    /// It is a replica, as after a failover.
    ReadOnly,
    /// It is starting, has no primary, or runs a script that does not end.
    Busy,
    /// It is a node of a cluster, and the keys are on another.
    Cluster,
    /// It refused for another reason.
    Refused,
    /// Answers came too late, again and again.
    Slow,
    /// This publisher is in no fleet.
    NoFleet,
}

impl StoreError {
    /// A short name for logs and metrics.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Connection => "connection",
            Self::Certificate => "certificate",
            Self::Tls => "tls",
            Self::Login => "login",
            Self::Full => "full",
            Self::ReadOnly => "read_only",
            Self::Busy => "busy",
            Self::Cluster => "cluster",
            Self::Refused => "refused",
            Self::Slow => "slow",
            Self::NoFleet => "no_fleet",
        }
    }

    /// What to do about it.
    pub const fn advice(self) -> &'static str {
        match self {
            Self::Timeout => {
                "look at its load, the way to it, and whether its port speaks TLS as the URL says"
            }
            Self::Connection => "check whether it is up, its host and port, and firewalls",
            Self::Certificate => {
                "check its names and dates, and name its authority with Fleet::authority or THRADS_REDIS_CA_FILE"
            }
            Self::Tls => "check that the port is its tls-port, and set its tls-auth-clients to no",
            Self::Login => {
                "check user and password, and that they may use scripts and the keys thrads:*"
            }
            Self::Full => "give it more memory or disk, or keep other keys elsewhere",
            Self::ReadOnly => "name the primary; after a failover, check what its name resolves to",
            Self::Busy => {
                "wait until it has started; SCRIPT KILL where a script of others does not end"
            }
            Self::Cluster => "name the node that has the keys, or a proxy before the cluster",
            Self::Refused => "look at its log; it must be Redis 6 or newer, with scripts",
            Self::Slow => "move it nearer, or give it more processor time",
            Self::NoFleet => "start with Thrads::in_fleet, or set THRADS_REDIS_URL",
        }
    }

    pub(super) fn of(error: &RedisError) -> Self {
        match error.code() {
            // What rustls says can be read only as text here.
            _ if error.is_io_error() && error.to_string().contains("fatal alert") => Self::Tls,
            _ if error.is_timeout() => Self::Timeout,
            _ if error.is_io_error() => Self::Connection,
            _ if error.kind() == ErrorKind::AuthenticationFailed => Self::Login,
            Some("NOAUTH" | "WRONGPASS" | "NOPERM") => Self::Login,
            Some("OOM" | "MISCONF" | "NOREPLICAS") => Self::Full,
            Some("READONLY") => Self::ReadOnly,
            Some("LOADING" | "BUSY" | "MASTERDOWN" | "CLUSTERDOWN" | "TRYAGAIN") => Self::Busy,
            Some("MOVED" | "ASK" | "CROSSSLOT") => Self::Cluster,
            _ => Self::Refused,
        }
    }

    /// Whether another connection may do better: the name may stand for another server by then.
    pub(super) fn ends_connection(self) -> bool {
        matches!(self, Self::Timeout | Self::Connection | Self::ReadOnly)
    }

    const fn what(self) -> &'static str {
        match self {
            Self::Timeout => "redis did not answer in time",
            Self::Connection => "redis cannot be reached",
            Self::Certificate => "redis shows a certificate that is not trusted",
            Self::Tls => "redis does not agree on TLS",
            Self::Login => "redis does not let this user in",
            Self::Full => "redis takes no more writes",
            Self::ReadOnly => "redis is a replica",
            Self::Busy => "redis is busy",
            Self::Cluster => "redis keeps these keys on another node",
            Self::Refused => "redis refused",
            Self::Slow => "redis is too slow to lease by",
            Self::NoFleet => "this publisher is in no fleet",
        }
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what(), self.advice())
    }
}

impl std::error::Error for StoreError {}

//! What can go wrong on demand, and the names it is ordered by.

use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A way in which a call goes wrong.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Fault {
    /// The port is closed for this long, then bound again: a connect is refused, and connections
    /// already open end. It cannot count calls that never arrive, so injecting it N times closes the
    /// port once for N times as long, and injecting it without a count closes it until the faults
    /// are cleared. By header, the call that asks for it is the first to find its connection closed.
    Refuse(Duration),
    /// The answer comes this much later.
    Delay(Duration),
    /// The answer's head comes at once and its body one byte at a time, this far apart.
    Drip(Duration),
    /// No answer comes, and the connection stays open.
    Hang,
    /// The connection closes after this many bytes of the answer, head included.
    Close(usize),
    /// The answer declares this many bytes more than it brings, then the connection closes.
    WrongLength(usize),
    /// A body cut in half under a length that says so.
    TruncatedJson,
    /// A page of HTML with status 200.
    Html,
    /// Status 200 and nothing else.
    Empty200,
    /// Status 204.
    NoContent,
    /// An error status.
    Status {
        /// One of 400, 401, 403, 404, 422, 429, 500, 501 and 503.
        code: u16,
        /// What its body looks like; `None` is the envelope of the call's own family.
        shape: Option<Shape>,
        /// Seconds in a `retry-after` field.
        retry_after: Option<u32>,
    },
    /// The right answer as gzip, whatever encodings the request takes.
    Gzip,
    /// 302 to another address of the sandbox, which counts who comes.
    Redirect,
    /// The right answer behind an unknown member of this many MiB.
    Oversized(u32),
    /// The same behind so many bytes: an answer that no record of TLS, or no buffer of a device, has room for.
    Padded(u32),
    /// The right answer in chunks of 1, 2, 3, 5, 8... bytes, with an extension and a trailer.
    Chunked,
    /// Chunks that break the rules.
    BadChunks(BadChunks),
}

/// How an error's body looks (wire contract 3.13).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum Shape {
    /// `ssp`: the SSP's envelope.
    Ssp,
    /// `v1`: v1's envelope.
    V1,
    /// `detail`: `{"detail": "..."}`.
    Detail,
    /// `list`: `{"detail": [{...}]}`.
    DetailList,
    /// `error`: `{"error": "..."}`.
    Error,
    /// `html`: a page, as a load balancer sends it.
    Html,
    /// `empty`: no body.
    Empty,
}

/// What is wrong with the chunks (wire contract T60).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
#[non_exhaustive]
pub enum BadChunks {
    /// `1`: a size that is no number.
    NotHex,
    /// `2`: a size of sixteen `f`.
    Huge,
    /// `3`: the connection closes where the last chunk should be.
    NoEnd,
}

impl Fault {
    /// Every name, as its `FromStr` takes it without a number.
    pub const NAMES: &'static [&'static str] = &[
        "refuse",
        "delay",
        "drip",
        "hang",
        "close",
        "wrong-length",
        "truncated-json",
        "gzip",
        "html",
        "empty-200",
        "204",
        "400",
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
        "padded",
        "chunked",
        "bad-chunks",
    ];
}

/// A fault was ordered by a name or number there is not.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct UnknownFault;

impl fmt::Display for UnknownFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "expected one of {}, some with =NUMBER, an error also with :SHAPE",
            Fault::NAMES.join(", ")
        )
    }
}

impl std::error::Error for UnknownFault {}

impl FromStr for Fault {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        let (text, shape) = split(text.trim(), ':');
        let (name, number) = split(text, '=');
        let number = number.map(str::parse::<u32>).transpose().map_err(|_| UnknownFault)?;
        let shape = shape.map(str::parse).transpose()?;
        let fault = parse(name, number, shape).ok_or(UnknownFault)?;
        // A number or shape on a fault that has none would otherwise be lost without a word.
        let kept = fault.to_string();
        let lost =
            number.is_some() && !kept.contains('=') || shape.is_some() && !kept.contains(':');
        if lost { Err(UnknownFault) } else { Ok(fault) }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Refuse(time) => write!(f, "refuse={}", time.as_millis()),
            Self::Delay(time) => write!(f, "delay={}", time.as_millis()),
            Self::Drip(time) => write!(f, "drip={}", time.as_millis()),
            Self::Hang => f.write_str("hang"),
            Self::Close(bytes) => write!(f, "close={bytes}"),
            Self::WrongLength(bytes) => write!(f, "wrong-length={bytes}"),
            Self::TruncatedJson => f.write_str("truncated-json"),
            Self::Gzip => f.write_str("gzip"),
            Self::Html => f.write_str("html"),
            Self::Empty200 => f.write_str("empty-200"),
            Self::NoContent => f.write_str("204"),
            Self::Status { code, shape, retry_after } => {
                write!(f, "{code}")?;
                retry_after.map_or(Ok(()), |seconds| write!(f, "={seconds}"))?;
                shape.map_or(Ok(()), |shape| write!(f, ":{shape}"))
            }
            Self::Redirect => f.write_str("redirect"),
            Self::Oversized(mib) => write!(f, "oversized={mib}"),
            Self::Padded(bytes) => write!(f, "padded={bytes}"),
            Self::Chunked => f.write_str("chunked"),
            Self::BadChunks(how) => write!(f, "bad-chunks={}", *how as u8 + 1),
        }
    }
}

impl FromStr for Shape {
    type Err = UnknownFault;

    fn from_str(text: &str) -> Result<Self, UnknownFault> {
        SHAPES.iter().find(|(_, name)| *name == text).map(|(shape, _)| *shape).ok_or(UnknownFault)
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        SHAPES.iter().find(|(shape, _)| shape == self).map_or(Ok(()), |(_, name)| f.write_str(name))
    }
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(name, rest)| (name, Some(rest)))
}

fn parse(name: &str, number: Option<u32>, shape: Option<Shape>) -> Option<Fault> {
    let millis = |default| Duration::from_millis(number.unwrap_or(default).into());
    let bytes = |default| number.unwrap_or(default) as usize;
    Some(match name {
        "refuse" => Fault::Refuse(millis(1000)),
        "delay" => Fault::Delay(millis(1000)),
        "drip" => Fault::Drip(millis(100)),
        "hang" => Fault::Hang,
        "close" => Fault::Close(bytes(120)),
        "wrong-length" => Fault::WrongLength(bytes(380)),
        "truncated-json" => Fault::TruncatedJson,
        "gzip" => Fault::Gzip,
        "html" => Fault::Html,
        "empty-200" => Fault::Empty200,
        "204" => Fault::NoContent,
        "400" | "401" | "403" | "404" | "422" | "429" | "500" | "501" | "503" => {
            Fault::Status { code: name.parse().ok()?, shape, retry_after: number }
        }
        "redirect" => Fault::Redirect,
        "oversized" => Fault::Oversized(number.unwrap_or(64)),
        "padded" => Fault::Padded(number.unwrap_or(18_000)),
        "chunked" => Fault::Chunked,
        "bad-chunks" => Fault::BadChunks(match number.unwrap_or(1) {
            1 => BadChunks::NotHex,
            2 => BadChunks::Huge,
            3 => BadChunks::NoEnd,
            _ => return None,
        }),
        _ => return None,
    })
}

const SHAPES: &[(Shape, &str)] = &[
    (Shape::Ssp, "ssp"),
    (Shape::V1, "v1"),
    (Shape::Detail, "detail"),
    (Shape::DetailList, "list"),
    (Shape::Error, "error"),
    (Shape::Html, "html"),
    (Shape::Empty, "empty"),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_back_every_name() {
        for name in Fault::NAMES {
            let fault: Fault = name.parse().unwrap();
            assert_eq!(fault.to_string().parse(), Ok(fault), "{name}");
        }
        for text in ["delay=200", "close=0", "429=2:error", "503:html", "500:empty", "bad-chunks=3"]
        {
            assert_eq!(text.parse::<Fault>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn refuses_what_it_would_have_to_ignore() {
        for text in ["", "slow", "hang=3", "html:ssp", "drip=x", "500:round", "418", "bad-chunks=4"]
        {
            assert_eq!(text.parse::<Fault>(), Err(UnknownFault), "{text}");
        }
    }
}

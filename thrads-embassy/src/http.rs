//! One HTTP exchange on a connection: the request out, the head and the body in.
//!
//! Part of the transport. reqwless 0.14 writes and parses; what it gets wrong is kept from it here and in `wire` and
//! `body`.

use crate::body::{kind, read_body};
use crate::wire::Wire;
use core::ops::Range;
use embedded_io_async::{Read, Write};
use heapless::Vec;
use reqwless::Error;
use reqwless::client::{HttpConnection, HttpResource};
use reqwless::headers::TransferEncoding;
use reqwless::request::{self, RequestBody, RequestBuilder};
use reqwless::response::Response;
use thrads_core::{Body, Head, Method, Request, Target, TransportErrorKind};

/// The memory of an exchange.
pub(crate) struct Buffers {
    head: [u8; MAX_HEAD_BYTES],
    write: [u8; WRITE_BUFFER_BYTES],
}

impl Buffers {
    pub(crate) const fn new() -> Self {
        Self { head: [0; MAX_HEAD_BYTES], write: [0; WRITE_BUFFER_BYTES] }
    }
}

/// An answer, and whether the connection it came on may be used again as far as the answer says.
pub(crate) type Answer = Result<(Head, Range<usize>, bool), TransportErrorKind>;

/// A request as it goes out: to its own target, or with more fields to a relay.
pub(crate) struct Outgoing<'r, 'a> {
    target: Target<'r>,
    method: Method,
    fields: Vec<(&'r str, &'r str), MAX_FIELDS>,
    body: &'r Body<'a>,
    /// Whether the answer is read to its end; the connection can be used again only then.
    reads_body: bool,
    is_relayed: bool,
}

impl<'r, 'a> Outgoing<'r, 'a> {
    pub(crate) fn of(
        request: &'r Request<'a>,
        target: Target<'r>,
    ) -> Result<Self, TransportErrorKind> {
        let reads_body = request.wants_body();
        let last = (!reads_body).then_some(("connection", "close"));
        let fields = fields(request, last)?;
        let (method, body, is_relayed) = (request.method(), request.body(), false);
        Ok(Self { target, method, fields, body, reads_body, is_relayed })
    }

    pub(crate) fn target(&self) -> &Target<'r> {
        &self.target
    }

    pub(crate) fn is_relayed(&self) -> bool {
        self.is_relayed
    }

    /// By way of a relay, which says with an empty body that there is nothing more to read.
    pub(crate) fn relayed(
        request: &'r Request<'a>,
        relay: Target<'r>,
        more: [(&'static str, &'r str); 5],
    ) -> Result<Self, TransportErrorKind> {
        let fields = fields(request, more)?;
        let (method, body) = (Method::Post, request.body());
        Ok(Self { target: relay, method, fields, body, reads_body: true, is_relayed: true })
    }
}

/// Sends a request and reads the answer that is for it.
pub(crate) async fn exchange<C: Read + Write>(
    wire: Wire<'_, C>,
    outgoing: &Outgoing<'_, '_>,
    buffers: &mut Buffers,
    buffer: &mut [u8],
) -> Answer {
    let conn = HttpConnection::Plain(wire).into_buffered(&mut buffers.write);
    // With an empty base path, reqwless writes the `/` that a URL such as `https://host?query` leaves out.
    let mut resource = HttpResource { conn, host: outgoing.target.authority, base_path: "" };
    let response = send(&mut resource, outgoing, &mut buffers.head).await.map_err(kind)?;
    if !response.status.is_informational() {
        return receive(response, outgoing.reads_body, buffer).await;
    }
    for _ in 0..MAX_INTERIM_ANSWERS {
        let method = request::Method::GET;
        let response = Response::read(&mut resource.conn, method, &mut buffers.head);
        let response = response.await.map_err(kind)?;
        if !response.status.is_informational() {
            return receive(response, outgoing.reads_body, buffer).await;
        }
    }
    Err(TransportErrorKind::Protocol)
}

/// reqwless counts a body that is absent as one of unknown length, so the two kinds of request part here.
async fn send<'r, 'h, 'c, C: Read + Write>(
    resource: &'r mut HttpResource<'c, C>,
    outgoing: &'r Outgoing<'_, '_>,
    head: &'h mut [u8],
) -> Result<Response<'r, 'h, HttpConnection<'c, C>>, Error> {
    let (host, path) = (resource.host, outgoing.target.path);
    match outgoing.method {
        Method::Get => {
            let get = request::Request::get(path).host(host).headers(&outgoing.fields).build();
            resource.send(get, head).await
        }
        Method::Post => {
            let post = request::Request::post(path).host(host).headers(&outgoing.fields);
            resource.send(post.body(Counted::new(outgoing.body)).build(), head).await
        }
        // There is no other today, and one that is not known here is not sent as something else.
        _ => Err(Error::Codec),
    }
}

/// The request's own fields and `more`.
fn fields<'r>(
    request: &'r Request<'_>,
    more: impl IntoIterator<Item = (&'static str, &'r str)>,
) -> Result<Vec<(&'r str, &'r str), MAX_FIELDS>, TransportErrorKind> {
    let own = request.fields().map(|field| (field.name, field.value));
    let mut fields = Vec::new();
    for field in own.chain(more) {
        fields.push(field).map_err(|_| TransportErrorKind::Target)?;
    }
    Ok(fields)
}

async fn receive<C: Read>(
    response: Response<'_, '_, C>,
    wants_body: bool,
    buffer: &mut [u8],
) -> Answer {
    let mut head = Head::new(response.status.0);
    response.headers().for_each(|(name, value)| head.field(name, value));
    // reqwless knows of 204, not of 304 (RFC 9112 section 6.3).
    if !wants_body {
        return Ok((head, 0..0, false));
    }
    if head.status == 304 {
        return Ok((head, 0..0, stays_open(&response)));
    }
    if !is_framed_once(&response) {
        return Err(TransportErrorKind::Protocol);
    }
    if response.content_length.is_some_and(|length| length > buffer.len()) {
        return Err(TransportErrorKind::TooLarge);
    }
    let stays_open = stays_open(&response);
    let length = read_body(response.body().reader(), buffer).await?;
    Ok((head, 0..length, stays_open))
}

/// Whether the answer has an end of its own, and does not say that the connection ends with it.
fn stays_open<C: Read>(response: &Response<'_, '_, C>) -> bool {
    let has_end = response.content_length.is_some()
        || !response.transfer_encoding.is_empty()
        || matches!(response.status.0, 204 | 304);
    let mut connection =
        response.headers().filter(|(name, _)| name.eq_ignore_ascii_case("connection"));
    has_end && connection.all(|(_, value)| value.eq_ignore_ascii_case(b"keep-alive"))
}

/// Whether the answer says in one way only where its body ends. reqwless takes the last of several.
fn is_framed_once<C: Read>(response: &Response<'_, '_, C>) -> bool {
    let codings = response.transfer_encoding.as_slice();
    let mut lengths = response
        .headers()
        .filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        .map(|(_, value)| value);
    match (lengths.next(), codings) {
        (Some(first), []) => lengths.all(|value| value == first),
        (None, [] | [TransferEncoding::Chunked]) => true,
        _ => false,
    }
}

/// A body whose length is counted once: reqwless asks for it twice.
struct Counted<'r, 'a> {
    body: &'r Body<'a>,
    length: usize,
}

impl<'r, 'a> Counted<'r, 'a> {
    fn new(body: &'r Body<'a>) -> Self {
        Self { body, length: body.len() }
    }
}

impl RequestBody for Counted<'_, '_> {
    fn len(&self) -> Option<usize> {
        Some(self.length)
    }

    async fn write<W: Write>(&self, writer: &mut W) -> Result<(), W::Error> {
        self.body.write_to(writer).await
    }
}

/// The longest head of an answer, in bytes; a longer one is a failure of the kind `Protocol`.
pub const MAX_HEAD_BYTES: usize = 2048;
/// Bytes of a request that are gathered before TCP is given them.
pub const WRITE_BUFFER_BYTES: usize = 512;
/// Interim answers (1xx) that are passed over before the final one; one more is a failure of the kind `Protocol`.
pub const MAX_INTERIM_ANSWERS: usize = 4;
/// A request has at most ten fields of its own today; one with more than fit is refused, not cut.
const MAX_FIELDS: usize = 16;

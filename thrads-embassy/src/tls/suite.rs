//! The cipher suite: AES-128-GCM with SHA-256, and a look at what comes out of it.
//!
//! Under `pinned`. embedded-tls 0.19 panics on an encrypted record that holds nothing but padding, and on any message but a
//! ticket once the connection is open; both can be sent by whoever agreed keys with the device, which during a handshake is
//! anybody. A cipher of our own sees each plaintext before embedded-tls does and calls those what they are: not authentic.

use super::guard::HEADER;
use super::records::Phase;
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::consts::{U0, U12, U16, U54};
use aes_gcm::aead::{AeadCore, AeadInPlace, Error, Key, KeyInit, KeySizeUser, Nonce, Result, Tag};
use embedded_tls::TlsCipherSuite;
use sha2::Sha256;

/// `TLS_AES_128_GCM_SHA256`.
pub(crate) struct Suite;

impl TlsCipherSuite for Suite {
    const CODE_POINT: u16 = 0x1301;
    type Cipher = Watched;
    type KeyLen = U16;
    type IvLen = U12;
    type Hash = Sha256;
    /// The hash and 22 bytes.
    type LabelBufferSize = U54;
}

/// AES-128-GCM that refuses plaintexts which embedded-tls does not survive.
pub(crate) struct Watched(Aes128Gcm);

impl KeySizeUser for Watched {
    type KeySize = U16;
}

impl KeyInit for Watched {
    fn new(key: &Key<Self>) -> Self {
        Self(Aes128Gcm::new(key))
    }
}

impl AeadCore for Watched {
    type NonceSize = U12;
    type TagSize = U16;
    type CiphertextOverhead = U0;
}

impl AeadInPlace for Watched {
    fn encrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        header: &[u8],
        plaintext: &mut [u8],
    ) -> Result<Tag<Self>> {
        self.0.encrypt_in_place_detached(nonce, header, plaintext)
    }

    fn decrypt_in_place_detached(
        &self,
        nonce: &Nonce<Self>,
        header: &[u8],
        record: &mut [u8],
        tag: &Tag<Self>,
    ) -> Result<()> {
        let (phase, header): (_, [u8; HEADER]) = Phase::unmark(header).ok_or(Error)?;
        self.0.decrypt_in_place_detached(nonce, &header, record, tag)?;
        if admit(phase, record) { Ok(()) } else { Err(Error) }
    }
}

/// Whether this plaintext may come in this phase. Tickets, which nobody here uses, are made a record without data.
fn admit(phase: Phase, record: &mut [u8]) -> bool {
    let end = record.iter().rposition(|byte| *byte != 0);
    let Some((kind, content)) = end.and_then(|end| record.get(..=end)?.split_last()) else {
        return false;
    };
    match (*kind, phase) {
        (ALERT, _) => content.len() == 2,
        (HANDSHAKE, Phase::Handshake) => are_messages(content, |kind| FLIGHT.contains(&kind)),
        (HANDSHAKE, Phase::Open) if are_messages(content, |kind| kind == TICKET) => {
            record.fill(0);
            if let Some(kind) = record.first_mut() {
                *kind = DATA;
            }
            true
        }
        (DATA, Phase::Open) => true,
        _ => false,
    }
}

/// Whether `content` is whole handshake messages of the kinds that are wanted, one at least.
fn are_messages(mut content: &[u8], is_wanted: impl Fn(u8) -> bool) -> bool {
    loop {
        let Some((&[kind, high, middle, low], behind)) = content.split_first_chunk() else {
            return false;
        };
        let length = u32::from_be_bytes([0, high, middle, low]);
        let Some(rest) = usize::try_from(length).ok().and_then(|length| behind.get(length..))
        else {
            return false;
        };
        if !is_wanted(kind) {
            return false;
        }
        if rest.is_empty() {
            return true;
        }
        content = rest;
    }
}

const ALERT: u8 = 21;
const HANDSHAKE: u8 = 22;
const DATA: u8 = 23;
const TICKET: u8 = 4;
/// Encrypted extensions, certificate, certificate request, certificate verify, finished.
const FLIGHT: [u8; 5] = [8, 11, 13, 15, 20];

#[cfg(test)]
mod tests {
    use super::*;

    fn admits(phase: Phase, record: &[u8]) -> bool {
        admit(phase, &mut record.to_vec())
    }

    #[test]
    fn nothing_but_padding_is_refused() {
        for record in [&[][..], &[0], &[0; 40]] {
            assert!(!admits(Phase::Handshake, record));
            assert!(!admits(Phase::Open, record));
        }
    }

    #[test]
    fn data_may_be_empty_and_padded_once_the_connection_is_open() {
        assert!(admits(Phase::Open, &[DATA]));
        assert!(admits(Phase::Open, &[1, 2, DATA, 0, 0]));
        assert!(!admits(Phase::Handshake, &[1, 2, DATA]));
        assert!(!admits(Phase::Open, &[1, 2, 20]));
    }

    #[test]
    fn a_flight_is_whole_messages_of_the_kinds_that_a_server_sends() {
        assert!(admits(Phase::Handshake, &[8, 0, 0, 1, 7, 20, 0, 0, 0, HANDSHAKE]));
        for record in [&[8, 0, 0, 2, 7][..], &[8, 0, 0], &[1, 0, 0, 0], &[24, 0, 0, 1, 0], &[]] {
            let record = [record, &[HANDSHAKE]].concat();
            assert!(!admits(Phase::Handshake, &record), "{record:?}");
        }
    }

    #[test]
    fn only_tickets_come_later_and_become_nothing() {
        let mut record = [TICKET, 0, 0, 1, 9, HANDSHAKE, 0];
        assert!(admit(Phase::Open, &mut record));
        assert_eq!(record, [DATA, 0, 0, 0, 0, 0, 0]);
        for kind in [0, 1, 2, 8, 11, 13, 15, 20, 24] {
            assert!(!admits(Phase::Open, &[kind, 0, 0, 0, HANDSHAKE]), "{kind}");
            assert!(!admits(Phase::Open, &[TICKET, 0, 0, 0, kind, 0, 0, 0, HANDSHAKE]), "{kind}");
        }
    }
}

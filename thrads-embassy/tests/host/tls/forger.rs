//! A server that agrees keys as TLS 1.3 has it and then says what it likes (RFC 8446 sections 4 and 7).
//!
//! It stands for anybody on the path: no certificate is needed to come so far.

use super::authority::Identity;
use aes_gcm::Aes128Gcm;
use aes_gcm::aead::{AeadInPlace, KeyInit};
use hkdf::Hkdf;
use hmac::{Hmac, Mac};
use p256::PublicKey;
use p256::ecdh::EphemeralSecret;
use rand_core::OsRng;
use rustls::SignatureScheme;
use rustls::crypto::ring::sign::any_ecdsa_type;
use rustls::pki_types::PrivateKeyDer;
use sha2::{Digest, Sha256};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, channel};
use std::thread;
use std::time::Duration;

pub(crate) const ALERT: u8 = 21;
pub(crate) const HANDSHAKE: u8 = 22;
pub(crate) const DATA: u8 = 23;

/// What it says behind its hello.
#[derive(Clone)]
pub(crate) enum Say {
    /// These bytes, on no record layer.
    Raw(Vec<u8>),
    /// A record of this plaintext, its content type included, under the keys of the handshake.
    Record(Vec<u8>),
    /// A certificate, and the proof of its key.
    Certified(Vec<Vec<u8>>, Vec<u8>),
    /// The end of the handshake as far as it is the server's: a Finished that is right, and from then on the keys of data.
    Finished,
    /// Nothing, until the client has finished its handshake and sent a request.
    Wait,
    /// Nothing more: the connection ends without a word.
    Cut,
}

pub(crate) struct Forger {
    port: u16,
    hellos: Mutex<Receiver<Vec<u8>>>,
}

impl Forger {
    /// Says on each connection what `script` makes of its number.
    pub(crate) fn start(script: impl Fn(usize) -> Vec<Say> + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, hellos) = channel();
        thread::spawn(move || {
            for (number, stream) in listener.incoming().enumerate() {
                let (sender, script) = (sender.clone(), script(number));
                thread::spawn(move || {
                    let mut stream = stream.unwrap();
                    stream.set_read_timeout(Some(Duration::from_secs(2))).unwrap();
                    let hello = read_record(&mut stream)?;
                    sender.send(hello.clone()).ok()?;
                    say(&mut stream, &hello, script)
                });
            }
        });
        Self { port, hellos: Mutex::new(hellos) }
    }

    pub(crate) fn base(&self) -> String {
        format!("https://localhost:{}", self.port)
    }

    /// The next client hello that came.
    pub(crate) fn hello(&self) -> Vec<u8> {
        self.hellos.lock().unwrap().recv_timeout(Duration::from_secs(2)).unwrap()
    }
}

/// The 32 random bytes of a client hello, and its share of the key.
pub(crate) fn secrets_of(hello: &[u8]) -> (Vec<u8>, Vec<u8>) {
    (hello[6..38].to_vec(), key_share(hello).to_vec())
}

/// A handshake message.
pub(crate) fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len()).unwrap().to_be_bytes();
    [&[kind], &length[1..], body].concat()
}

/// A certificate message.
pub(crate) fn certificate(chain: &[Vec<u8>]) -> Vec<u8> {
    let length = |length: usize| u32::try_from(length).unwrap().to_be_bytes()[1..].to_vec();
    let entries: Vec<u8> = chain
        .iter()
        .flat_map(|der| [length(der.len()), der.clone(), vec![0, 0]].concat())
        .collect();
    message(11, &[vec![0], length(entries.len()), entries].concat())
}

impl Say {
    pub(crate) fn certified(identity: &Identity) -> Self {
        Self::Certified(identity.chain.clone(), identity.key.clone())
    }
}

/// A certificate verify message (RFC 8446 section 4.4.3).
fn proof(key: &[u8], transcript: &Sha256) -> Vec<u8> {
    let key = PrivateKeyDer::try_from(key.to_vec()).unwrap();
    let key = any_ecdsa_type(&key).unwrap();
    let signer = key.choose_scheme(&[SignatureScheme::ECDSA_NISTP256_SHA256]).unwrap();
    let context = b"TLS 1.3, server CertificateVerify\0";
    let hash = transcript.clone().finalize();
    let signature = signer.sign(&[&[b' '; 64][..], context, &hash].concat()).unwrap();
    let length = u16::try_from(signature.len()).unwrap().to_be_bytes();
    message(15, &[&[4, 3], &length[..], &signature].concat())
}

fn say(stream: &mut TcpStream, hello: &[u8], script: Vec<Say>) -> Option<()> {
    let secret = EphemeralSecret::random(&mut OsRng);
    let share = p256::EncodedPoint::from(secret.public_key());
    let theirs = PublicKey::from_sec1_bytes(key_share(hello)).unwrap();
    let answer = server_hello(share.as_bytes());
    stream.write_all(&record(HANDSHAKE, &answer)).ok()?;
    let mut transcript = Sha256::new();
    transcript.update(hello);
    transcript.update(&answer);
    let shared = secret.diffie_hellman(&theirs);
    let mut keys = Keys::of_handshake(shared.raw_secret_bytes(), &transcript);
    for step in script {
        match step {
            Say::Raw(bytes) => stream.write_all(&bytes).ok()?,
            Say::Record(plaintext) => {
                if plaintext.last() == Some(&HANDSHAKE) {
                    transcript.update(&plaintext[..plaintext.len() - 1]);
                }
                stream.write_all(&keys.seal(&plaintext)).ok()?;
            }
            Say::Finished => {
                let finished = message(20, &keys.finished(&transcript));
                transcript.update(&finished);
                let plaintext = [&finished[..], &[HANDSHAKE]].concat();
                stream.write_all(&keys.seal(&plaintext)).ok()?;
                keys = keys.of_data(&transcript);
            }
            Say::Certified(chain, key) => {
                let certificate = certificate(&chain);
                transcript.update(&certificate);
                let proof = proof(&key, &transcript);
                transcript.update(&proof);
                let plaintext = [certificate, proof, vec![HANDSHAKE]].concat();
                stream.write_all(&keys.seal(&plaintext)).ok()?;
            }
            Say::Cut => return None,
            Say::Wait => {
                read_record(stream)?;
                read_record(stream)?;
            }
        }
    }
    // Until the client has gone.
    while stream.read(&mut [0; 512]).is_ok_and(|read| read > 0) {}
    Some(())
}

/// The payload of the next record.
fn read_record(stream: &mut TcpStream) -> Option<Vec<u8>> {
    let mut header = [0; 5];
    stream.read_exact(&mut header).ok()?;
    let mut payload = vec![0; usize::from(u16::from_be_bytes([header[3], header[4]]))];
    stream.read_exact(&mut payload).ok()?;
    Some(payload)
}

pub(crate) fn record(kind: u8, payload: &[u8]) -> Vec<u8> {
    let length = u16::try_from(payload.len()).unwrap().to_be_bytes();
    [&[kind, 3, 3], &length[..], payload].concat()
}

/// The point in the key share extension: type 51, group 23, 65 bytes.
fn key_share(hello: &[u8]) -> &[u8] {
    let place = hello.windows(4).position(|bytes| bytes == [0, 23, 0, 65]).unwrap();
    &hello[place + 4..place + 69]
}

fn server_hello(share: &[u8]) -> Vec<u8> {
    let extensions = [&[0, 43, 0, 2, 3, 4, 0, 51, 0, 69, 0, 23, 0, 65][..], share].concat();
    let length = u16::try_from(extensions.len()).unwrap().to_be_bytes();
    message(2, &[&[3, 3][..], &[7; 32], &[0, 0x13, 1, 0], &length, &extensions].concat())
}

struct Keys {
    /// The secret from which the next ones follow.
    next: Vec<u8>,
    traffic: Vec<u8>,
    cipher: Aes128Gcm,
    iv: Vec<u8>,
    sent: u64,
}

impl Keys {
    fn of_handshake(shared: &[u8], transcript: &Sha256) -> Self {
        let early = extract(&[0; 32], &[0; 32]);
        let secret = extract(&derive(&early, b"derived", &Sha256::new()), shared);
        Self::new(&secret, b"s hs traffic", transcript)
    }

    fn of_data(&self, transcript: &Sha256) -> Self {
        let secret = extract(&self.next, &[0; 32]);
        Self::new(&secret, b"s ap traffic", transcript)
    }

    fn new(secret: &[u8], label: &[u8], transcript: &Sha256) -> Self {
        let traffic = derive(secret, label, transcript);
        let cipher = Aes128Gcm::new_from_slice(&expand(&traffic, b"key", &[], 16)).unwrap();
        let iv = expand(&traffic, b"iv", &[], 12);
        Self { next: derive(secret, b"derived", &Sha256::new()), traffic, cipher, iv, sent: 0 }
    }

    fn finished(&self, transcript: &Sha256) -> Vec<u8> {
        let key = expand(&self.traffic, b"finished", &[], 32);
        let mut mac = <Hmac<Sha256> as Mac>::new_from_slice(&key).unwrap();
        mac.update(&transcript.clone().finalize());
        mac.finalize().into_bytes().to_vec()
    }

    fn seal(&mut self, plaintext: &[u8]) -> Vec<u8> {
        let mut nonce = self.iv.clone();
        nonce.iter_mut().skip(4).zip(self.sent.to_be_bytes()).for_each(|(n, s)| *n ^= s);
        self.sent += 1;
        let length = u16::try_from(plaintext.len() + 16).unwrap().to_be_bytes();
        let header = [DATA, 3, 3, length[0], length[1]];
        let nonce: [u8; 12] = nonce.try_into().unwrap();
        let mut sealed = plaintext.to_vec();
        let tag = self.cipher.encrypt_in_place_detached(&nonce.into(), &header, &mut sealed);
        sealed.extend(tag.unwrap());
        record(DATA, &sealed)
    }
}

fn extract(salt: &[u8], ikm: &[u8]) -> Vec<u8> {
    Hkdf::<Sha256>::extract(Some(salt), ikm).0.to_vec()
}

fn derive(secret: &[u8], label: &[u8], transcript: &Sha256) -> Vec<u8> {
    expand(secret, label, &transcript.clone().finalize(), 32)
}

fn expand(secret: &[u8], label: &[u8], context: &[u8], length: u8) -> Vec<u8> {
    let label = [b"tls13 ", label].concat();
    let info = [
        &[0, length, u8::try_from(label.len()).unwrap()],
        &label[..],
        &[u8::try_from(context.len()).unwrap()],
        context,
    ]
    .concat();
    let mut out = vec![0; length.into()];
    Hkdf::<Sha256>::from_prk(secret).unwrap().expand(&info, &mut out).unwrap();
    out
}

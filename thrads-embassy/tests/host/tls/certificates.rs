//! Whom the device trusts, and whom it does not.

use super::authority::{Authority, ED25519, Identity, P256, P384, expired, of_tomorrow};
use super::forger::{Forger, Say};
use super::server::TlsServer;
use super::{HELLO, anchors, ask_at, clock, over, pinned, refused, trusted};
use core::net::IpAddr;
use rand_core::{CryptoRng, Error, OsRng, RngCore};
use rcgen::{
    BasicConstraints, CustomExtension, ExtendedKeyUsagePurpose, GeneralSubtree, IsCa,
    KeyUsagePurpose, NameConstraints, SanType, date_time_ymd,
};
use thrads_core::{TransportError, TransportErrorKind, UnixMillis};
use thrads_embassy::{Anchor, EmbassyClock, InsecureForTests, MAX_INTERMEDIATES, Pinned, Refusal};

#[cfg(feature = "p384")]
#[test]
fn a_server_of_a_pinned_root_is_trusted_on_either_curve() {
    for (root, server) in [(P256, P256), (P256, P384), (P384, P256), (P384, P384)] {
        let root = Authority::root(root);
        trusted(&[&root], root.server(server, &[]));
    }
}

#[cfg(feature = "p384")]
#[test]
fn a_path_leads_through_intermediates_in_any_order() {
    let root = Authority::root(P384);
    let high = root.below(P384, "high", |_| {});
    let low = high.below(P256, "low", |_| {});
    trusted(&[&root], low.server(P256, &[&low, &high]));
    trusted(&[&root], low.server(P256, &[&high, &low]));
    trusted(&[&root], low.server(P256, &[&root, &high, &low]));
}

#[test]
fn an_intermediate_may_be_the_anchor() {
    let root = Authority::root(P384);
    let between = root.below(P256, "between", |_| {});
    trusted(&[&between], between.server(P256, &[&between]));
    trusted(&[&between], between.server(P256, &[]));
}

#[cfg(not(feature = "p384"))]
#[test]
fn a_path_of_another_curve_is_refused_where_that_is_left_out() {
    let root = Authority::root(P256);
    refused(&[&root], root.server(P384, &[]), Refusal::Algorithm);
    let between = root.below(P384, "between", |_| {});
    refused(&[&root], between.server(P256, &[&between]), Refusal::Algorithm);
}

#[test]
fn each_of_several_anchors_counts() {
    let (old, new) = (Authority::root(P256), Authority::root_named(P256, "new", |_| {}));
    trusted(&[&old, &new], old.server(P256, &[]));
    trusted(&[&old, &new], new.server(P256, &[]));
}

#[test]
fn anchors_of_one_name_are_told_apart_by_their_keys() {
    let (old, new) = (Authority::root(P256), Authority::root(P256));
    trusted(&[&old, &new], new.server(P256, &[]));
    trusted(&[&old, &new], old.server(P256, &[]));
}

#[test]
fn another_authority_of_the_same_name_is_refused() {
    let (pinned, other) = (Authority::root(P256), Authority::root(P256));
    refused(&[&pinned], other.server(P256, &[]), Refusal::NoAnchor);
    // Without the names of keys it is the signature that tells.
    let nameless = other.issue(P256, &[], |params| {
        params.use_authority_key_identifier_extension = false;
    });
    refused(&[&pinned], nameless, Refusal::Signature);
}

#[test]
fn what_no_anchor_covers_is_counted_apart() {
    let (root, other) = (Authority::root(P256), Authority::root_named(P256, "other", |_| {}));
    let server = TlsServer::start(other.server(P256, &[&other]), HELLO);
    let mut transport = pinned(&[&root]);
    let unsent = Err(TransportError::unsent(TransportErrorKind::NoAnchor));
    assert_eq!(ask_at(&mut transport, &server.base()), unsent);
    let counts = transport.counts();
    assert_eq!((counts.opened, counts.refused, counts.no_anchor), (0, 1, 1));
}

#[test]
fn a_missing_intermediate_is_refused() {
    let root = Authority::root(P256);
    let between = root.below(P256, "between", |_| {});
    refused(&[&root], between.server(P256, &[]), Refusal::NoAnchor);
}

#[test]
fn a_certificate_that_signed_itself_is_refused() {
    let root = Authority::root(P256);
    let own = Authority::root_named(P256, "a server", |_| {});
    refused(&[&root], own.server(P256, &[&own]), Refusal::NoAnchor);
}

#[test]
fn the_host_is_among_the_alternative_names_and_nowhere_else() {
    let root = Authority::root(P256);
    let named = |names: Vec<SanType>| {
        root.issue(P256, &[], |params| {
            params.subject_alt_names = names;
            params.distinguished_name.push(rcgen::DnType::CommonName, "localhost");
        })
    };
    let dns = |name: &str| SanType::DnsName(name.try_into().unwrap());
    refused(&[&root], named(vec![]), Refusal::Name);
    refused(&[&root], named(vec![dns("localhost.example")]), Refusal::Name);
    refused(&[&root], named(vec![dns("*")]), Refusal::Name);
    let mut many: Vec<_> = (0..20).map(|number| dns(&format!("{number}.example"))).collect();
    many.push(dns("LOCALHOST"));
    trusted(&[&root], named(many));
}

#[test]
fn an_address_is_a_name_too() {
    let root = Authority::root(P256);
    let address = |ip: [u8; 4]| {
        root.issue(P256, &[], |params| {
            params.subject_alt_names = vec![SanType::IpAddress(IpAddr::from(ip))];
        })
    };
    for (ip, is_right) in [([127, 0, 0, 1], true), ([127, 0, 0, 2], false)] {
        let server = TlsServer::start(address(ip), HELLO);
        let answer = ask_at(&mut pinned(&[&root]), &format!("https://127.0.0.1:{}", server.port));
        assert_eq!(answer.is_ok(), is_right, "{ip:?}");
    }
}

#[test]
fn a_certificate_out_of_its_time_is_refused_wherever_it_stands() {
    let root = Authority::root(P256);
    refused(&[&root], root.issue(P256, &[], expired), Refusal::Expired);
    refused(&[&root], root.issue(P256, &[], of_tomorrow), Refusal::NotYetValid);
    for (change, refusal) in [
        (expired as fn(&mut _), Refusal::Expired),
        (of_tomorrow as fn(&mut _), Refusal::NotYetValid),
    ] {
        let between = root.below(P256, "between", change);
        refused(&[&root], between.server(P256, &[&between]), refusal);
        let anchor = Authority::root_named(P256, "anchor", change);
        refused(&[&anchor], anchor.server(P256, &[]), refusal);
    }
}

#[test]
fn an_ordinary_certificate_signs_no_other() {
    let root = Authority::root(P256);
    let leaf = root.below(P256, "leaf", |params| params.is_ca = IsCa::ExplicitNoCa);
    refused(&[&root], leaf.server(P256, &[&leaf]), Refusal::NotAnIssuer);
    let silent = root.below(P256, "silent", |params| params.is_ca = IsCa::NoCa);
    refused(&[&root], silent.server(P256, &[&silent]), Refusal::NotAnIssuer);
}

#[test]
fn an_issuer_has_the_usage_of_one() {
    let root = Authority::root(P256);
    for usages in [vec![KeyUsagePurpose::DigitalSignature], vec![]] {
        let wrong = root.below(P256, "wrong", |params| params.key_usages = usages);
        refused(&[&root], wrong.server(P256, &[&wrong]), Refusal::NotAnIssuer);
    }
    let mail = root.below(P256, "mail", |params| {
        params.extended_key_usages = vec![ExtendedKeyUsagePurpose::EmailProtection];
    });
    refused(&[&root], mail.server(P256, &[&mail]), Refusal::NotAnIssuer);
}

#[test]
fn a_path_is_no_longer_than_its_authorities_allow() {
    let limit = |depth| {
        move |params: &mut rcgen::CertificateParams| {
            params.is_ca = IsCa::Ca(BasicConstraints::Constrained(depth));
        }
    };
    let root = Authority::root_named(P256, "root", limit(1));
    let high = root.below(P256, "high", limit(0));
    let low = high.below(P256, "low", |_| {});
    trusted(&[&root], high.server(P256, &[&high]));
    refused(&[&root], low.server(P256, &[&low, &high]), Refusal::NotAnIssuer);
    refused(&[&high], low.server(P256, &[&low]), Refusal::NotAnIssuer);
    let flat = Authority::root_named(P256, "flat", limit(0));
    let below = flat.below(P256, "below", |_| {});
    trusted(&[&flat], flat.server(P256, &[]));
    refused(&[&flat], below.server(P256, &[&below]), Refusal::NotAnIssuer);
}

#[test]
fn a_path_that_goes_on_and_on_is_given_up() {
    let root = Authority::root(P256);
    let mut path = vec![root.below(P256, "0", |_| {})];
    for number in 1..=MAX_INTERMEDIATES {
        path.push(path[number - 1].below(P256, &number.to_string(), |_| {}));
    }
    let between: Vec<_> = path.iter().collect();
    let longest = &between[..MAX_INTERMEDIATES];
    trusted(&[&root], longest[MAX_INTERMEDIATES - 1].server(P256, longest));
    refused(&[&root], path[MAX_INTERMEDIATES].server(P256, &between), Refusal::Certificate);
}

#[test]
fn two_authorities_that_name_each_other_are_no_path() {
    let root = Authority::root(P256);
    let one = Authority::root_named(P256, "one", |params| {
        params.use_authority_key_identifier_extension = false;
    });
    let two = one.below(P256, "two", |_| {});
    let back = two.below(P256, "one", |_| {});
    let mut identity = two.server(P256, &[&two, &back]);
    identity.chain.push(back.der);
    let (answer, refusal, _) = super::ask(&[&root], identity);
    assert!(answer.is_err());
    assert!(matches!(refusal, Some(Refusal::NoAnchor | Refusal::Certificate)), "{refusal:?}");
}

#[test]
fn a_servers_certificate_is_for_servers() {
    let root = Authority::root(P256);
    let with = |change: fn(&mut rcgen::CertificateParams)| root.issue(P256, &[], change);
    let refuse = |identity| refused(&[&root], identity, Refusal::NotAServer);
    refuse(with(|params| params.key_usages = vec![KeyUsagePurpose::KeyEncipherment]));
    refuse(with(|params| params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth]));
    refuse(with(|params| params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained)));
    trusted(&[&root], with(|params| params.key_usages.clear()));
    trusted(&[&root], with(|params| params.extended_key_usages.clear()));
    trusted(
        &[&root],
        with(|params| {
            params.extended_key_usages = vec![ExtendedKeyUsagePurpose::Any];
        }),
    );
}

#[test]
fn what_is_critical_and_not_understood_is_refused() {
    let root = Authority::root(P256);
    let extension = |is_critical| {
        let mut extension = CustomExtension::from_oid_content(&[1, 2, 3, 4], vec![5, 0]);
        extension.set_criticality(is_critical);
        extension
    };
    trusted(
        &[&root],
        root.issue(P256, &[], |params| {
            params.custom_extensions.push(extension(false));
        }),
    );
    let critical = root.issue(P256, &[], |params| params.custom_extensions.push(extension(true)));
    // rustls would not show it.
    let script = vec![Say::Record(vec![8, 0, 0, 2, 0, 0, 22]), Say::certified(&critical)];
    let server = Forger::start(move |_| script.clone());
    let mut transport = pinned(&[&root]);
    ask_at(&mut transport, &server.base()).unwrap_err();
    assert_eq!(transport.counts().last_refusal, Some(Refusal::Critical));
    let between = root.below(P256, "between", |params| {
        params.name_constraints = Some(NameConstraints {
            permitted_subtrees: vec![GeneralSubtree::DnsName("example".into())],
            excluded_subtrees: vec![],
        });
    });
    refused(&[&root], between.server(P256, &[&between]), Refusal::Critical);
}

#[test]
fn keys_and_signatures_of_other_kinds_are_refused() {
    let root = Authority::root(P256);
    refused(&[&root], root.server(ED25519, &[]), Refusal::Algorithm);
    let between = root.below(ED25519, "between", |_| {});
    refused(&[&root], between.server(P256, &[&between]), Refusal::Algorithm);
    let other = Authority::root(ED25519);
    assert_eq!(Anchor::from_der(&other.der).err(), Some(Refusal::Algorithm));
}

#[test]
fn a_signature_that_was_tampered_with_is_refused() {
    let root = Authority::root(P256);
    let mut identity = root.server(P256, &[]);
    let signed = identity.chain[0].len() / 2;
    // The last byte is the signature's; one in the middle belongs to what is signed and may well break something else.
    let last = identity.chain[0].len() - 1;
    identity.chain[0][last] ^= 1;
    refused(&[&root], identity, Refusal::Signature);
    let mut identity = root.server(P256, &[]);
    let serial = identity.chain[0].windows(2).position(|bytes| bytes == [0x02, 0x14]).unwrap();
    assert!(serial < signed);
    identity.chain[0][serial + 5] ^= 1;
    refused(&[&root], identity, Refusal::Signature);
}

#[test]
fn bytes_that_are_no_certificate_are_refused_each_time() {
    let root = Authority::root(P256);
    let whole = root.server(P256, &[]);
    for cut in (0..whole.chain[0].len()).step_by(7) {
        assert!(Anchor::from_der(&whole.chain[0][..cut]).is_err(), "{cut}");
    }
    for place in 0..root.der.len() {
        let mut damaged = root.der.clone();
        damaged[place] = !damaged[place];
        // It must come back, with whatever it says.
        Anchor::from_der(&damaged).ok();
    }
}

#[test]
fn an_anchor_is_an_authority_and_knows_its_end() {
    let root = Authority::root_named(P256, "root", |params| {
        params.not_after = date_time_ymd(2031, 1, 2);
    });
    let anchor = Anchor::from_der(&root.der).unwrap();
    assert_eq!(anchor.expires(), UnixMillis(1_925_078_400_000));
    let Identity { chain, .. } = root.server(P256, &[]);
    assert_eq!(Anchor::from_der(&chain[0]).err(), Some(Refusal::NotAnIssuer));
}

/// A source of randomness that is at its end, or stuck.
struct Exhausted(Result<u8, ()>);

impl RngCore for Exhausted {
    fn next_u32(&mut self) -> u32 {
        unreachable!("a seed is asked for whole")
    }

    fn next_u64(&mut self) -> u64 {
        unreachable!("a seed is asked for whole")
    }

    fn fill_bytes(&mut self, _: &mut [u8]) {
        unreachable!("what may fail is asked for as such")
    }

    fn try_fill_bytes(&mut self, place: &mut [u8]) -> Result<(), Error> {
        place.fill(self.0.map_err(|()| Error::from(core::num::NonZeroU32::MIN))?);
        Ok(())
    }
}

impl CryptoRng for Exhausted {}

#[test]
fn without_time_anchors_or_randomness_there_is_no_connection() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let timeless: &'static EmbassyClock = Box::leak(Box::new(EmbassyClock::new()));
    let anchors = anchors(&[&root]);
    for (mut transport, refusal) in [
        (over(Pinned::new(anchors, OsRng, timeless)), Refusal::NoClock),
        (over(Pinned::new(&[], OsRng, clock())), Refusal::NoAnchor),
        (over(Pinned::new(anchors, Exhausted(Err(())), clock())), Refusal::NoRandom),
        (over(Pinned::new(anchors, Exhausted(Ok(0)), clock())), Refusal::NoRandom),
        (over(Pinned::new(anchors, Exhausted(Ok(7)), clock())), Refusal::NoRandom),
    ] {
        let answer = ask_at(&mut transport, &server.base());
        assert_eq!(answer, Err(TransportError::unsent(refusal.kind())));
        assert_eq!(transport.counts().last_refusal, Some(refusal));
    }
    assert_eq!(server.requests(), 0);
}

#[test]
fn https_never_goes_out_in_the_clear_and_http_not_at_all() {
    let root = Authority::root(P256);
    let server = TlsServer::start(root.server(P256, &[]), HELLO);
    let unsent = || Err(TransportError::unsent(TransportErrorKind::Target));
    assert_eq!(ask_at(&mut over(InsecureForTests), &server.base()), unsent());
    let plain = format!("http://localhost:{}", server.port);
    assert_eq!(ask_at(&mut pinned(&[&root]), &plain), unsent());
    assert_eq!(server.connections(), 0);
}

//! From a target to the address that TCP connects to.
//!
//! Part of the transport.

use core::net::{IpAddr, SocketAddr};
use embedded_nal_async::{AddrType, Dns};
use thrads_core::{Target, TransportErrorKind};

/// The address of `target`: the one it spells, else what `dns` says of its name.
pub(crate) async fn resolve<D: Dns>(
    target: &Target<'_>,
    dns: &D,
    addresses: &AddrType,
) -> Result<SocketAddr, TransportErrorKind> {
    let host = target.host.trim_start_matches('[').trim_end_matches(']');
    let ip = match host.parse() {
        Ok(ip) => ip,
        Err(_) => {
            let resolved = dns.get_host_by_name(host, addresses.clone()).await;
            resolved.map_err(|_| TransportErrorKind::Dns)?
        }
    };
    if is_wanted(ip, addresses) {
        Ok(SocketAddr::new(ip, target.port))
    } else {
        Err(TransportErrorKind::Connect)
    }
}

fn is_wanted(ip: IpAddr, addresses: &AddrType) -> bool {
    match addresses {
        AddrType::IPv4 => ip.is_ipv4(),
        AddrType::IPv6 => ip.is_ipv6(),
        AddrType::Either => true,
    }
}

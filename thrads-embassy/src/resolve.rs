//! From a target to the address that TCP connects to.
//!
//! Part of the transport.

use crate::refusal::Refusal;
use core::net::{IpAddr, SocketAddr};
use embedded_nal_async::{AddrType, Dns};

/// The address of `host`: the one it spells, else what `dns` says of its name.
pub(crate) async fn resolve<D: Dns>(
    host: &str,
    port: u16,
    dns: &D,
    addresses: &AddrType,
) -> Result<SocketAddr, Refusal> {
    let host = host.trim_start_matches('[').trim_end_matches(']');
    let ip = match host.parse() {
        Ok(ip) => ip,
        Err(_) => {
            let resolved = dns.get_host_by_name(host, addresses.clone()).await;
            resolved.map_err(|_| Refusal::Dns)?
        }
    };
    if is_wanted(ip, addresses) { Ok(SocketAddr::new(ip, port)) } else { Err(Refusal::Connect) }
}

fn is_wanted(ip: IpAddr, addresses: &AddrType) -> bool {
    match addresses {
        AddrType::IPv4 => ip.is_ipv4(),
        AddrType::IPv6 => ip.is_ipv6(),
        AddrType::Either => true,
    }
}

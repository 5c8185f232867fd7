//! Both ends of a TCP connection.

use crate::log::entry::Transport;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Addresses and ports of both ends, ours first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Ends {
    /// IPv4 addresses are kept mapped into IPv6.
    local: Ipv6Addr,
    remote: Ipv6Addr,
    local_port: u16,
    remote_port: u16,
}

impl Ends {
    /// `None` if an address is none of IPv4 or IPv6.
    pub(super) fn new(transport: &Transport<'_>) -> Option<Self> {
        Some(Self {
            local: address(transport.local_ip)?,
            remote: address(transport.remote_ip)?,
            local_port: transport.local_port,
            remote_port: transport.remote_port,
        })
    }

    /// Our address and port.
    pub fn local(&self) -> (IpAddr, u16) {
        (self.local.to_canonical(), self.local_port)
    }

    /// Address and port of the other side.
    pub fn remote(&self) -> (IpAddr, u16) {
        (self.remote.to_canonical(), self.remote_port)
    }
}

fn address(text: &[u8]) -> Option<Ipv6Addr> {
    // Most are of IPv4, and reading these is most of what a connection costs.
    match version_4(text) {
        Some(v4) => Some(v4.to_ipv6_mapped()),
        None => std::str::from_utf8(text).ok()?.parse().ok(),
    }
}

fn version_4(text: &[u8]) -> Option<Ipv4Addr> {
    let mut parts = text.split(|&byte| byte == b'.');
    let mut octet = || {
        let digit = |byte: &u8| byte.is_ascii_digit().then(|| u32::from(byte - b'0'));
        u8::try_from(match parts.next()? {
            [one] => digit(one)?,
            [ten @ b'1'..=b'9', one] => digit(ten)? * 10 + digit(one)?,
            [hundred @ b'1'..=b'2', ten, one] => {
                digit(hundred)? * 100 + digit(ten)? * 10 + digit(one)?
            }
            _ => return None,
        })
        .ok()
    };
    let address = Ipv4Addr::new(octet()?, octet()?, octet()?, octet()?);
    parts.next().is_none().then_some(address)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn addresses_are_those_that_the_standard_library_reads(
            text in "[0-9]{0,4}(\\.[0-9]{0,4}){0,4}|[0-9.:a-f]{0,20}|[0-2]?[0-9]{1,2}(\\.[0-2]?[0-9]{1,2}){3}",
        ) {
            let expected: Option<IpAddr> = text.parse().ok();
            prop_assert_eq!(address(text.as_bytes()).map(|known| known.to_canonical()), expected.map(|a| a.to_canonical()));
        }
    }
}

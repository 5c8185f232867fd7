//! Addresses, and who a message is sent by.

/// User name of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Username<'a> {
    /// The field as logged.
    pub text: &'a [u8],
    /// The name, without the star.
    pub name: &'a [u8],
    /// The sender authenticated as this user (logged as `*user`); else the user that the enqueuing
    /// process runs as.
    pub authenticated: bool,
}

impl<'a> Username<'a> {
    /// Reads the field as logged.
    pub fn new(text: &'a [u8]) -> Self {
        match text.strip_prefix(b"*") {
            Some(name) => Self { text, name, authenticated: true },
            None => Self { text, name: text, authenticated: false },
        }
    }
}

/// The domain of an address, as logged; of a source route `@relay:user@dom` it is `dom`.
///
/// `None` for a bare user, a name without a dot, and the pseudo domains `…-daemon` by which
/// channels address themselves.
pub fn domain_of(address: &[u8]) -> Option<&[u8]> {
    let at = memchr::memrchr(b'@', address)?;
    let domain = address.get(at + 1..)?;
    let domain = domain.strip_suffix(b".").unwrap_or(domain);
    let real = memchr::memchr(b'.', domain).is_some()
        && !domain.to_ascii_lowercase().ends_with(b"-daemon");
    real.then_some(domain)
}

/// Whether two addresses are the same, whatever their case; of a source route `@relay:user@dom` the
/// last part counts.
pub fn is_address(address: &[u8], wanted: &[u8]) -> bool {
    let Some(before) = address.len().checked_sub(wanted.len()) else { return false };
    let Some((route, tail)) = address.split_at_checked(before) else { return false };
    let routed = || route.first() == Some(&b'@') && route.last() == Some(&b':');
    tail.eq_ignore_ascii_case(wanted) && (route.is_empty() || routed())
}

/// Whether an id as logged is the wanted one, whatever its case and with or without its brackets.
pub fn is_id(id: &[u8], wanted: &[u8]) -> bool {
    without_brackets(id).eq_ignore_ascii_case(without_brackets(wanted))
}

/// An id or address without the brackets that not every log has.
pub fn without_brackets(text: &[u8]) -> &[u8] {
    let text = text.strip_prefix(b"<").unwrap_or(text);
    text.strip_suffix(b">").unwrap_or(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_address_and_id_are_written_in_many_ways() {
        assert!(is_address(b"@relay.org:Bob@x.org", b"bob@X.org"));
        assert!(!is_address(b"jbob@x.org", b"bob@x.org"));
        assert!(is_id(b"<1@X.org>", b"1@x.org") && is_id(b"1@x.org", b"<1@x.org>"));
        assert!(!is_id(b"<1@x.org>", b"1@x.or"));
    }

    #[test]
    fn domains_are_those_of_real_addresses() {
        for (address, domain) in [
            ("bobby@hosta.sesta.com", Some("hosta.sesta.com")),
            ("@relay.x.com:\"a @ b\"@dom.org.", Some("dom.org")),
            ("marlowe@ims-ms-daemon", None),
            ("x@tcp.ims-ms-daemon", None),
            ("adam", None),
            ("adam@localhost", None),
            ("", None),
        ] {
            assert_eq!(domain_of(address.as_bytes()), domain.map(str::as_bytes), "{address}");
        }
    }
}

//! To which organisation a domain belongs, by the public suffixes: `mail.example.co.uk` is of
//! `example.co.uk`, for anybody can have a name below `co.uk`.
//!
//! The list of public suffixes is part of the program and as old as that; nothing is looked up.
//!
//! ```
//! use mtatop::log::public_suffix::registrable_domain;
//! assert_eq!(registrable_domain(b"mail.example.co.uk"), b"example.co.uk");
//! assert_eq!(registrable_domain(b"mail.corp.internal"), b"mail.corp.internal");
//! ```

/// The organisational domain of a domain in lower case. One that is a public suffix itself, or of
/// which no suffix is known, stays what it is: it stands for nobody else.
pub fn registrable_domain(domain: &[u8]) -> &[u8] {
    lookup(domain).unwrap_or(domain)
}

/// Whether it is a domain that an organisation can have, and all below it.
pub fn is_registrable(domain: &[u8]) -> bool {
    lookup(domain) == Some(domain)
}

fn lookup(domain: &[u8]) -> Option<&[u8]> {
    let found = psl::domain(domain).filter(|found| found.suffix().is_known())?;
    Some(found.as_bytes()).filter(|name| !name.starts_with(b"."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_anybody_can_register_below_is_no_organisation() {
        for (domain, organisation, is_one) in [
            ("example.org", "example.org", true),
            ("a.b.example.org", "example.org", false),
            ("mail.example.co.uk", "example.co.uk", false),
            ("co.uk", "co.uk", false),
            ("org", "org", false),
            ("joe.github.io", "joe.github.io", true),
            ("mail.corp.internal", "mail.corp.internal", false),
            ("[192.0.2.1]", "[192.0.2.1]", false),
            ("..co.uk", "..co.uk", false),
            ("", "", false),
        ] {
            assert_eq!(registrable_domain(domain.as_bytes()), organisation.as_bytes(), "{domain}");
            assert_eq!(is_registrable(domain.as_bytes()), is_one, "{domain}");
        }
    }

    proptest! {
        #[test]
        fn it_is_the_end_of_the_domain_from_a_label_on(
            domain in "([a-c.]{0,4}\\.)?(com|co\\.uk|github\\.io|ck|www\\.ck|x|)|\\PC{0,9}",
        ) {
            let name = registrable_domain(domain.as_bytes());
            let before = domain.as_bytes().strip_suffix(name);
            prop_assert!(before.is_some_and(|it| it.is_empty() || it.ends_with(b".")));
            prop_assert_eq!(registrable_domain(name), name);
        }
    }
}

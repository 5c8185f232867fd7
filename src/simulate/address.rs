//! People and their addresses.
//!
//! A person is a number, as a domain is: names are computed when an address is written.

use std::fmt;

use super::domain::{HOME, MailDomain};
use super::random::{low, one_of, scatter, slot};

/// The owner of a mailbox.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Person(u64);

/// The local part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mailbox {
    Person(Person),
    /// `info`, `billing` and so on.
    Role(usize),
    /// The return path of a bulk mailing, with its recipient in it (VERP).
    Bulk(Person),
    /// A guess from a spammer's list.
    Guess(Person),
    /// A name that has to be quoted.
    Quoted(Person),
    /// A source route by way of a relay.
    Routed(Person),
    /// A subaddress: a folder of a local user.
    Folder(Person),
}

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailAddress {
    mailbox: Mailbox,
    pub domain: MailDomain,
}

/// A recipient: the address as it was written, and as it was rewritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Addressee {
    pub(super) original: MailAddress,
    pub(super) active: MailAddress,
    /// Its number in its message, from 1; 0 before it has one.
    pub(super) number: u32,
}

/// Local users.
const LOCAL_PEOPLE: u32 = 900;

const FIRST_NAMES: [&str; 40] = [
    "anna", "bernd", "carla", "dirk", "eva", "frank", "gerda", "heinz", "ines", "jan", "karin",
    "lars", "maria", "nils", "olga", "paul", "rita", "sven", "tina", "uwe", "vera", "willi",
    "yann", "zoe", "adam", "bobby", "carl", "dave", "emma", "felix", "greta", "hugo", "ida",
    "jonas", "klara", "leo", "mia", "noah", "otto", "pia",
];
const LAST_NAMES: [&str; 64] = [
    "adler", "bauer", "beck", "berg", "bock", "braun", "busch", "dietz", "ernst", "fink", "frank",
    "franke", "fuchs", "graf", "gross", "haas", "hahn", "hansen", "hein", "heinz", "horn", "jahn",
    "jung", "kaiser", "keller", "klein", "koch", "kraus", "kuhn", "lang", "lehmann", "lorenz",
    "ludwig", "maier", "martin", "marx", "mayer", "meyer", "moser", "otto", "peters", "pohl",
    "reuter", "richter", "roth", "sauer", "schmid", "scholz", "schulz", "seidel", "simon",
    "sommer", "stein", "thoma", "vogel", "vogt", "wagner", "walter", "weber", "weiss", "winter",
    "wolf", "ziegler", "zimmer",
];
const ROLES: [&str; 12] = [
    "info",
    "noreply",
    "billing",
    "news",
    "office",
    "orders",
    "support",
    "kontakt",
    "service",
    "alerts",
    "newsletter",
    "root",
];
/// Local lists, whose members all show the list as their original address.
const LISTS: [&str; 6] = ["alle", "team", "vertrieb", "it-info", "rundbrief", "lager"];

impl Person {
    /// A local user; a few of them send and receive most of the mail.
    pub(super) fn local(rng: &mut fastrand::Rng) -> Self {
        Self(scatter(u64::from(low(rng, 0..LOCAL_PEOPLE))))
    }

    fn names(self) -> (&'static str, &'static str) {
        (FIRST_NAMES[slot(self.0 >> 8, 40)], LAST_NAMES[slot(self.0 >> 24, 64)])
    }

    fn initial(self) -> char {
        self.names().0.chars().next().unwrap_or('x')
    }
}

/// The user name in the directory: `kmeyer`.
impl fmt::Display for Person {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.initial(), self.names().1)
    }
}

impl MailAddress {
    /// The address of a local user.
    pub(super) fn local(person: Person) -> Self {
        Self { mailbox: Mailbox::Person(person), domain: HOME }
    }

    /// Somebody at another site; a few people write most of the mail.
    pub(super) fn remote(rng: &mut fastrand::Rng, domain: MailDomain) -> Self {
        Self::remote_of(rng, domain, 400)
    }

    /// The same at a site with so many people.
    pub(super) fn remote_of(rng: &mut fastrand::Rng, domain: MailDomain, people: u32) -> Self {
        let known = low(rng, 0..people);
        let person = Person(scatter(domain.scattered().wrapping_add(u64::from(known))));
        let mailbox = if one_of(rng, 700) {
            Mailbox::Role(rng.usize(0..ROLES.len()))
        } else {
            Mailbox::Person(person)
        };
        Self { mailbox, domain }
    }

    /// An address of a program or a department.
    pub(super) fn automatic(rng: &mut fastrand::Rng, domain: MailDomain) -> Self {
        Self { mailbox: Mailbox::Role(rng.usize(0..ROLES.len())), domain }
    }

    /// The return path of a mailing to somebody.
    pub(super) fn bulk(domain: MailDomain, to: Person) -> Self {
        Self { mailbox: Mailbox::Bulk(to), domain }
    }

    /// One of our lists.
    pub(super) fn list(rng: &mut fastrand::Rng) -> Self {
        let list = ROLES.len() + rng.usize(0..LISTS.len());
        Self { mailbox: Mailbox::Role(list), domain: HOME }
    }

    /// The part behind the `@`.
    pub fn site(self) -> String {
        let domain = self.domain;
        match self.mailbox {
            Mailbox::Bulk(_) => format!("news.{domain}"),
            _ => domain.to_string(),
        }
    }

    /// Whether it is one of our lists.
    pub(super) fn is_list(self) -> bool {
        self.domain == HOME && matches!(self.mailbox, Mailbox::Role(role) if role >= ROLES.len())
    }

    /// The same person's address with a quoted local part.
    pub(super) fn quoted(self) -> Self {
        self.of_person(Mailbox::Quoted)
    }

    /// The same person's address behind a relay.
    pub(super) fn routed(self) -> Self {
        self.of_person(Mailbox::Routed)
    }

    /// The address of a folder of the same person.
    pub(super) fn folder(self) -> Self {
        self.of_person(Mailbox::Folder)
    }

    fn of_person(self, form: fn(Person) -> Mailbox) -> Self {
        match self.mailbox {
            Mailbox::Person(person) => Self { mailbox: form(person), ..self },
            _ => self,
        }
    }

    /// A local address that does not exist.
    pub(super) fn guess(rng: &mut fastrand::Rng) -> Self {
        Self { mailbox: Mailbox::Guess(Person(rng.u64(..))), domain: HOME }
    }
}

impl fmt::Display for MailAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let domain = self.domain;
        match self.mailbox {
            Mailbox::Person(person) if domain == HOME => write!(f, "{person}@{domain}"),
            Mailbox::Person(person) => {
                let (first, last) = person.names();
                match person.0 % 8 {
                    0..2 => write!(f, "{first}.{last}@{domain}"),
                    2..5 => write!(f, "{}.{last}@{domain}", person.initial()),
                    5 => write!(f, "{last}@{domain}"),
                    6 => write!(f, "{first}{}@{domain}", person.0 >> 48 & 0x7f),
                    _ => write!(f, "{person}@{domain}"),
                }
            }
            Mailbox::Role(role) => {
                let names = ROLES.iter().chain(&LISTS);
                write!(f, "{}@{domain}", names.copied().nth(role).unwrap_or("postmaster"))
            }
            Mailbox::Quoted(person) => {
                let (first, last) = person.names();
                write!(f, "\"{first} {last}\"@{domain}")
            }
            Mailbox::Routed(person) => write!(f, "@gate.{domain}:{person}@{domain}"),
            Mailbox::Folder(person) => write!(f, "{person}+Junk@{domain}"),
            Mailbox::Bulk(to) => {
                write!(f, "bounce-{}-{to}={HOME}@news.{domain}", to.0 >> 40 & 0xffff)
            }
            Mailbox::Guess(person) => {
                let (first, last) = person.names();
                match person.0 % 3 {
                    0 => write!(f, "{first}@{domain}"),
                    1 => write!(f, "{first}{}@{domain}", person.0 >> 56),
                    _ => write!(f, "{last}{}@{domain}", person.initial()),
                }
            }
        }
    }
}

impl Addressee {
    /// One whose address was not rewritten.
    pub(super) fn plain(address: MailAddress) -> Self {
        Self { original: address, active: address, number: 0 }
    }

    /// Whether the message goes to the message store.
    pub(super) fn is_local(self) -> bool {
        self.active.domain == HOME
    }
}

/// The active address as the channel of the message store writes it: `kmeyer@ims-ms-daemon`.
pub(super) struct StoreMailbox(pub(super) MailAddress);

impl fmt::Display for StoreMailbox {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.mailbox {
            Mailbox::Person(person) => write!(f, "{person}@ims-ms-daemon"),
            Mailbox::Folder(person) => write!(f, "{person}+Junk@ims-ms-daemon"),
            _ => f.write_str("postmaster@ims-ms-daemon"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::simulate::domain::LARGEST;

    #[test]
    fn our_people_have_one_name_everywhere() {
        let person = Person::local(&mut fastrand::Rng::with_seed(1));
        let address = MailAddress::local(person);
        assert_eq!(address.to_string(), format!("{person}@elbe.example"));
        assert_eq!(StoreMailbox(address).to_string(), format!("{person}@ims-ms-daemon"));
        let bulk = MailAddress::bulk(LARGEST, person).to_string();
        assert!(bulk.contains(&format!("{person}=elbe.example@news.bigmail.example")));
    }
}

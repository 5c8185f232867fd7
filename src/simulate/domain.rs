//! The mail domains of the simulated Internet: their names, hosts, addresses and software.
//!
//! A domain is a number from which everything about it is computed, so that no table is needed. All
//! names are of the reserved `.example` and `.test`, all addresses are of the ranges reserved for
//! documentation and for measurements.

use std::fmt;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::random::{log_uniform, low, one_of, pick, scatter, slot};

/// A mail domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct MailDomain(u32);

/// A host that takes mail for a domain.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MailHost {
    pub domain: MailDomain,
    index: u8,
}

/// What a host runs; it decides its banner and its responses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum HostSoftware {
    /// A large provider's own.
    Provider,
    Postfix,
    Exim,
    Exchange,
    SunMessaging,
    Sendmail,
    /// The filtering service some domains share.
    Shield,
    /// An appliance with a long banner.
    Appliance,
}

/// Whether mail for a domain can be delivered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DomainHealth {
    Fine,
    /// The host has been off for days.
    Unreachable,
    /// The name does not exist.
    Unknown,
}

/// How the hosts of a domain are named.
#[derive(Clone, Copy)]
enum HostNaming {
    /// `mx1`, `mx2`, … of so many.
    Numbered(u8),
    /// `mail`, alone.
    Mail,
    /// `aspmx.l`, `alt1.aspmx.l`, …
    Aspmx,
    /// Those of the filtering service.
    Shielded,
}

/// The local domain.
pub(super) const HOME: MailDomain = MailDomain(u32::MAX);
/// The largest remote domain, which gets every third message of a store.
pub(super) const LARGEST: MailDomain = MailDomain(0);
/// The other domain that an incident affects.
pub(super) const REFUSING: MailDomain = MailDomain(1);

const NAMED: [(&str, HostNaming, HostSoftware); 40] = [
    ("bigmail.example", HostNaming::Numbered(4), HostSoftware::Provider),
    ("nordpost.example", HostNaming::Numbered(2), HostSoftware::Postfix),
    ("webpost.example", HostNaming::Aspmx, HostSoftware::Provider),
    ("uni-hafen.example", HostNaming::Numbered(3), HostSoftware::SunMessaging),
    ("stadtwerke.example", HostNaming::Mail, HostSoftware::Exchange),
    ("kurier.example", HostNaming::Numbered(2), HostSoftware::Exim),
    ("telnova.example", HostNaming::Numbered(4), HostSoftware::SunMessaging),
    ("shop-mail.example", HostNaming::Shielded, HostSoftware::Shield),
    ("freebox.example", HostNaming::Aspmx, HostSoftware::Provider),
    ("landesamt.example", HostNaming::Shielded, HostSoftware::Shield),
    ("fh-west.example", HostNaming::Mail, HostSoftware::Sendmail),
    ("cloudbuero.example", HostNaming::Aspmx, HostSoftware::Exchange),
    ("alpenbank.example", HostNaming::Shielded, HostSoftware::Shield),
    ("rheinnet.example", HostNaming::Numbered(2), HostSoftware::Postfix),
    ("klinikum-sued.example", HostNaming::Mail, HostSoftware::Exchange),
    ("postfach.test", HostNaming::Numbered(3), HostSoftware::Postfix),
    ("verlag-anker.example", HostNaming::Mail, HostSoftware::Exim),
    ("hansecargo.example", HostNaming::Shielded, HostSoftware::Shield),
    ("tu-bergen.example", HostNaming::Numbered(2), HostSoftware::Sendmail),
    ("snailmail.test", HostNaming::Numbered(2), HostSoftware::Exim),
    ("docksoft.example", HostNaming::Aspmx, HostSoftware::Exchange),
    ("energie-nord.example", HostNaming::Mail, HostSoftware::Appliance),
    ("bahnreise.example", HostNaming::Numbered(2), HostSoftware::Appliance),
    ("inselnet.example", HostNaming::Numbered(2), HostSoftware::Postfix),
    ("museum-mitte.example", HostNaming::Mail, HostSoftware::Postfix),
    ("kabelweb.example", HostNaming::Numbered(4), HostSoftware::Provider),
    ("notariat-see.example", HostNaming::Mail, HostSoftware::Exchange),
    ("wetterdienst.example", HostNaming::Mail, HostSoftware::Sendmail),
    ("sportbund.example", HostNaming::Numbered(2), HostSoftware::Exim),
    ("forum-it.example", HostNaming::Mail, HostSoftware::Postfix),
    ("labor-weiss.example", HostNaming::Mail, HostSoftware::Exchange),
    ("spedition-kai.example", HostNaming::Shielded, HostSoftware::Shield),
    ("gymnasium-ost.example", HostNaming::Mail, HostSoftware::Postfix),
    ("opentools.test", HostNaming::Numbered(2), HostSoftware::Exim),
    ("steuerhelfer.example", HostNaming::Mail, HostSoftware::Appliance),
    ("buchladen.example", HostNaming::Mail, HostSoftware::Postfix),
    ("ferienhof.example", HostNaming::Mail, HostSoftware::Exim),
    ("radio-elf.example", HostNaming::Numbered(2), HostSoftware::Sendmail),
    ("chor-und-orgel.test", HostNaming::Mail, HostSoftware::Postfix),
    ("segelclub.example", HostNaming::Mail, HostSoftware::Exim),
];
const NAMED_COUNT: u32 = 40;

/// Small domains that a scenario knows, out of all that the words below can name.
const TAIL: u32 = 6_000;
const FORMS: u32 = 4;
/// The domains of the world that a relay knows, and those that it takes mail for: 65,536 and 4,096,
/// with numbers of their own.
const WORLD: u32 = 1 << 20;
const WORLD_OCTAVES: u32 = 16;
const CUSTOMERS: u32 = 1 << 21;
const CUSTOMER_OCTAVES: u32 = 12;
const FIRST_WORDS: [&str; 64] = [
    "alt", "amt", "arndt", "auto", "bach", "bau", "berg", "blum", "boot", "brand", "brot", "burg",
    "dach", "deich", "dorf", "druck", "eck", "eisen", "falk", "feld", "fink", "foto", "frey",
    "glas", "gold", "gruen", "haus", "heim", "herz", "holz", "jung", "kern", "klar", "kraft",
    "kunst", "lang", "laub", "licht", "lind", "markt", "meer", "moor", "nagel", "neu", "ost",
    "pfau", "quell", "rad", "rot", "sand", "schiff", "see", "stein", "stern", "tal", "tor", "ufer",
    "vogel", "wald", "wein", "weiss", "west", "wind", "zaun",
];
const SECOND_WORDS: [&str; 64] = [
    "apotheke", "arzt", "atelier", "bau", "bus", "cafe", "care", "data", "design", "dienst",
    "direkt", "druck", "edv", "elektro", "fahrt", "film", "garten", "gmbh", "gruppe", "handel",
    "haus", "hof", "hotel", "immo", "info", "kanzlei", "kita", "labor", "lager", "lang", "media",
    "metall", "mode", "moebel", "musik", "net", "office", "optik", "partner", "plan", "praxis",
    "print", "reisen", "schule", "service", "shop", "soft", "sport", "steuer", "studio", "tec",
    "team", "technik", "textil", "tours", "trans", "verein", "verlag", "werk", "web", "werft",
    "wohnen", "zahn", "zentrum",
];

impl MailDomain {
    /// The domain of a remote recipient.
    pub(super) fn of_recipient(rng: &mut fastrand::Rng, seed: u64) -> Self {
        match rng.u32(0..100) {
            0..30 => LARGEST,
            30..74 => Self(low(rng, 1..NAMED_COUNT)),
            _ => Self::of_tail(rng, seed),
        }
    }

    /// The domain of a remote sender: small sites send more than they receive.
    pub(super) fn of_sender(rng: &mut fastrand::Rng, seed: u64) -> Self {
        match rng.u32(0..100) {
            0..14 => LARGEST,
            14..55 => Self(low(rng, 1..NAMED_COUNT)),
            _ => match Self::of_tail(rng, seed) {
                // A name that does not exist has no host to send from.
                domain if domain.health() == DomainHealth::Unknown => LARGEST,
                domain => domain,
            },
        }
    }

    /// Any domain of the world, as a relay meets them: few are met often, most hardly ever.
    pub(super) fn of_world(rng: &mut fastrand::Rng, seed: u64) -> Self {
        let rank = log_uniform(rng, WORLD_OCTAVES);
        if rank < NAMED_COUNT { Self(rank) } else { Self::ranked(WORLD, WORLD_OCTAVES, rank, seed) }
    }

    /// One of the many that a relay takes mail for and sends it on to.
    pub(super) fn of_customer(rng: &mut fastrand::Rng, seed: u64) -> Self {
        let rank = log_uniform(rng, CUSTOMER_OCTAVES);
        Self::ranked(CUSTOMERS, CUSTOMER_OCTAVES, rank, seed)
    }

    /// Whether a relay takes mail for it.
    pub(super) fn is_customer(self) -> bool {
        (CUSTOMERS..CUSTOMERS + (1 << CUSTOMER_OCTAVES)).contains(&self.0)
    }

    /// The domain that has this rank for a seed: which names are met often differs with it.
    fn ranked(first: u32, octaves: u32, rank: u32, seed: u64) -> Self {
        let all = 1u64 << octaves;
        // The factor is odd and `all` a power of two: no two ranks meet.
        let number = (u64::from(rank) * 7_919 + scatter(seed) % all) % all;
        Self(first + u32::try_from(number).unwrap_or(0))
    }

    /// How many people there write mail, roughly.
    pub(super) fn people(self) -> u32 {
        match self.0 {
            // Those of the large providers are known from their mail to a relay only.
            0..NAMED_COUNT => 20_000,
            _ => 400,
        }
    }

    fn of_tail(rng: &mut fastrand::Rng, seed: u64) -> Self {
        let all = u64::from(FORMS) << 12;
        // The factor is odd and the words make a power of two: no two numbers meet.
        let number = (u64::from(low(rng, 0..TAIL)) * 7_919 + scatter(seed) % all) % all;
        Self(NAMED_COUNT + u32::try_from(number).unwrap_or(0))
    }

    /// Whether mail can be delivered there, incidents aside.
    pub(super) fn health(self) -> DomainHealth {
        match (self.named(), self.scattered() % 300) {
            (None, 0) if self != HOME => DomainHealth::Unreachable,
            (None, 1) if self != HOME => DomainHealth::Unknown,
            _ => DomainHealth::Fine,
        }
    }

    /// One of its mail hosts, mostly the one of first preference.
    pub(super) fn host(self, rng: &mut fastrand::Rng) -> MailHost {
        let hosts = match self.naming() {
            HostNaming::Mail => 1,
            HostNaming::Numbered(hosts) => hosts,
            HostNaming::Aspmx | HostNaming::Shielded => 3,
        };
        let index = if one_of(rng, 6_500) { 0 } else { rng.u8(0..hosts) };
        MailHost { domain: self, index }
    }

    /// The host of first preference.
    pub(super) fn first_host(self) -> MailHost {
        MailHost { domain: self, index: 0 }
    }

    /// A hash of this domain.
    pub(super) fn scattered(self) -> u64 {
        scatter(u64::from(self.0))
    }

    fn named(self) -> Option<(&'static str, HostNaming, HostSoftware)> {
        usize::try_from(self.0).ok().and_then(|index| NAMED.get(index)).copied()
    }

    fn naming(self) -> HostNaming {
        match (self.named(), self.scattered() / 300 % 16) {
            (Some((_, naming, _)), _) => naming,
            (None, 0..6) => HostNaming::Mail,
            (None, 6..9) => HostNaming::Numbered(1),
            (None, 9..12) => HostNaming::Numbered(2),
            (None, 12..14) => HostNaming::Aspmx,
            (None, _) => HostNaming::Shielded,
        }
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == HOME {
            return f.write_str("elbe.example");
        }
        if let Some((name, _, _)) = self.named() {
            return f.write_str(name);
        }
        let range = if self.0 < WORLD { NAMED_COUNT } else { WORLD };
        let number = u64::from(self.0 - range);
        let first = FIRST_WORDS[slot(number, 64)];
        let second = SECOND_WORDS[slot(number >> 6, 64)];
        if self.is_customer() {
            return write!(f, "{first}-{second}.test");
        }
        match number >> 12 {
            0 if range == WORLD => write!(f, "{second}-{first}.example"),
            more if range == WORLD => write!(f, "{second}-{first}{}.example", more + 1),
            0 => write!(f, "{first}-{second}.example"),
            1 => write!(f, "{first}{second}.example"),
            2 => write!(f, "{first}{second}.test"),
            _ => write!(f, "{second}.{first}.example"),
        }
    }
}

impl MailHost {
    /// Its address; IPv6 for a few.
    pub(super) fn ip(self) -> IpAddr {
        let spread = self.domain.scattered();
        let modern = match self.domain.0 {
            2 | 15 | 33 => self.index == 0,
            0..NAMED_COUNT => false,
            _ => (spread / 4_800).is_multiple_of(14),
        };
        let small =
            |number: u64, from: u8, count: u64| from + u8::try_from(number % count).unwrap_or(0);
        let index = u64::from(self.index);
        if let HostNaming::Shielded = self.domain.naming() {
            return Ipv4Addr::new(203, 0, 113, 20 + self.index).into();
        }
        if modern {
            let site = u16::try_from(spread >> 20 & 0xffff).unwrap_or(0);
            let host = 0x19 + u16::from(self.index);
            return Ipv6Addr::new(0x2001, 0xdb8, site, 0, 0, 0, 0, host).into();
        }
        if self.domain.0 < NAMED_COUNT {
            let number = u64::from(self.domain.0) * 4 + index;
            return Ipv4Addr::new(198, 51, 100, small(number, 16, 160)).into();
        }
        if self.domain.0 >= WORLD {
            // 198.18.0.0/15 is set aside for measurements; the ranges for documentation are too
            // small for so many hosts.
            let [_, _, third, fourth] =
                u32::try_from(spread >> 30 & 0xffff).unwrap_or(0).to_be_bytes();
            let second = 18 + (self.index & 1);
            return Ipv4Addr::new(198, second, third, fourth).into();
        }
        Ipv4Addr::new(203, 0, 113, small((spread >> 20) + index, 30, 220)).into()
    }

    /// Its software.
    pub(super) fn software(self) -> HostSoftware {
        if let HostNaming::Shielded = self.domain.naming() {
            return HostSoftware::Shield;
        }
        match (self.domain.named(), self.domain.scattered() / 70_000 % 20) {
            (Some((_, _, software)), _) => software,
            (None, 0..7) => HostSoftware::Postfix,
            (None, 7..11) => HostSoftware::Exim,
            (None, 11..15) => HostSoftware::Exchange,
            (None, 15) => HostSoftware::SunMessaging,
            (None, 16..18) => HostSoftware::Sendmail,
            (None, _) => HostSoftware::Appliance,
        }
    }
}

impl fmt::Display for MailHost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { domain, index } = self;
        match (domain.naming(), index) {
            (HostNaming::Mail, _) => write!(f, "mail.{domain}"),
            (HostNaming::Numbered(1), _) => write!(f, "mx.{domain}"),
            (HostNaming::Numbered(_), _) => write!(f, "mx{}.{domain}", index + 1),
            (HostNaming::Aspmx, 0) => write!(f, "aspmx.l.{domain}"),
            (HostNaming::Aspmx, _) => write!(f, "alt{index}.aspmx.l.{domain}"),
            (HostNaming::Shielded, 0) => f.write_str("mx-eu.mailshield.example"),
            (HostNaming::Shielded, _) => write!(f, "mx-eu{}.mailshield.example", index + 1),
        }
    }
}

/// The address of a client at home or in an office somewhere.
pub(super) fn client_ip(rng: &mut fastrand::Rng) -> IpAddr {
    if one_of(rng, 500) {
        let (site, host) = (rng.u16(0x4000..), rng.u16(1..));
        return Ipv6Addr::new(0x2001, 0xdb8, site, 0, 0, 0, 0, host).into();
    }
    let net = pick(rng, &[[198, 51, 100], [203, 0, 113]]);
    Ipv4Addr::new(net[0], net[1], net[2], rng.u8(180..255)).into()
}

/// The local address of a connection; the second of two is used less.
pub(super) fn our_ip(rng: &mut fastrand::Rng, theirs: IpAddr) -> IpAddr {
    match theirs {
        IpAddr::V6(_) => Ipv6Addr::new(0x2001, 0xdb8, 0x10, 0, 0, 0, 0, 0x25).into(),
        IpAddr::V4(_) if one_of(rng, 2_500) => Ipv4Addr::new(192, 0, 2, 11).into(),
        IpAddr::V4(_) => Ipv4Addr::new(192, 0, 2, 10).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    #[test]
    fn the_tail_has_thousands_of_names_that_differ_with_the_seed() {
        let names = |seed| -> HashSet<String> {
            let mut rng = fastrand::Rng::with_seed(seed);
            (0..20_000).map(|_| MailDomain::of_tail(&mut rng, seed).to_string()).collect()
        };
        assert!(names(1).len() > 3_000);
        assert_ne!(names(1), names(2));
    }

    #[test]
    fn names_are_reserved_ones() {
        let mut rng = fastrand::Rng::with_seed(3);
        for _ in 0..5_000 {
            let host = MailDomain::of_recipient(&mut rng, 3).host(&mut rng).to_string();
            assert!(host.is_ascii(), "{host}");
            let top = host.rsplit('.').next();
            assert!(matches!(top, Some("example" | "test")), "{host}");
        }
    }

    #[test]
    fn the_refusing_host_has_the_address_of_the_story() {
        assert_eq!(REFUSING.first_host().ip().to_string(), "198.51.100.20");
    }
}

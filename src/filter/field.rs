//! What a term may be about, by the names that people type.

/// What a term is about; [`Filter`](super::Filter) says which fields of an entry that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Field {
    /// Recipient domain, or the host that a connection was opened to reach.
    Domain,
    /// Recipient.
    To,
    /// Envelope sender.
    From,
    /// Any host but ours.
    Host,
    /// Address of either end of a connection.
    Ip,
    /// Source or destination channel.
    Channel,
    /// Action code or its letter.
    Action,
    /// What became of a recipient.
    Outcome,
    /// Reply code, or enhanced status code.
    Code,
    /// What was answered, as an expression or a part of it.
    Response,
    /// What was answered, without what differs from message to message.
    Reply,
    /// Message id or envelope id.
    Id,
    /// Queue file.
    File,
    /// User name.
    User,
    /// Number of the connection.
    Connection,
    /// Size in blocks.
    Size,
    /// Not before this time.
    Since,
    /// Before this time.
    Until,
    /// The text of the entry.
    Text,
}

/// Every field with the name that is typed, and what its value is called in complaints. In the order
/// in which they are completed.
const NAMES: [(Field, &str, &str); 19] = [
    (Field::Domain, "domain", "a domain"),
    (Field::To, "to", "an address"),
    (Field::From, "from", "an address"),
    (Field::Host, "host", "a host"),
    (Field::Ip, "ip", "an IP address"),
    (Field::Channel, "channel", "a channel"),
    (Field::Action, "action", "an action code"),
    (Field::Outcome, "outcome", "an outcome"),
    (Field::Code, "code", "a reply code"),
    (Field::Response, "response", "a regular expression"),
    (Field::Reply, "reply", "a reply"),
    (Field::Id, "id", "a message id"),
    (Field::File, "file", "a queue file"),
    (Field::User, "user", "a user name"),
    (Field::Connection, "conn", "the number of a connection"),
    (Field::Size, "size", "a size"),
    (Field::Since, "since", "a time"),
    (Field::Until, "until", "a time"),
    (Field::Text, "text", "a regular expression"),
];

impl Field {
    /// The name before the colon.
    pub fn name(self) -> &'static str {
        self.row().1
    }

    /// What its value is called.
    pub(super) fn value(self) -> &'static str {
        self.row().2
    }

    fn row(self) -> (Self, &'static str, &'static str) {
        let known = NAMES.into_iter().find(|&(field, ..)| field == self);
        known.unwrap_or((self, "", "a value"))
    }

    /// The field of a name, whatever its case.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        let known = NAMES.into_iter().find(|(_, known, _)| known.eq_ignore_ascii_case(name));
        known.map(|(field, ..)| field)
    }

    /// All fields.
    pub fn all() -> impl Iterator<Item = Self> {
        NAMES.into_iter().map(|(field, ..)| field)
    }

    /// Whether its value is an expression, in which `|` and quotes have a meaning of their own.
    pub(super) fn is_expression(self) -> bool {
        matches!(self, Self::Response | Self::Text)
    }
}

/// Filters and what each matches, for the help and the manual.
pub const EXAMPLES: &[(&str, &str)] = &[
    ("example.com", "recipients at this domain and its subdomains"),
    ("exam*", "domains (or parent domains) starting with \"exam\""),
    ("greylist", "a word: part of an address, host or response"),
    ("10.0.0.1", "this IP address at either end"),
    ("a.example|b.example", "one or the other"),
    ("a.example b.example", "both: the recipient before and after forwarding"),
    ("-a.example", "all but these"),
    ("domain:\"a.example\"", "quoted: exactly this domain, no subdomain, no star"),
    ("from:joe@a.example", "this envelope sender; to: is a recipient"),
    ("from:a.example", "senders at this domain and its subdomains"),
    ("from:<>", "the null sender"),
    ("host:mx.a.example", "remote host, or a host below it"),
    ("ip:192.0.2.0/24", "local or remote IP in this network"),
    ("channel:tcp_*", "source or destination channel"),
    ("action:Q|EES", "action letter, or the whole code"),
    ("outcome:deferred|failed", "outcome of a recipient"),
    ("code:4xx|5.7.1", "reply code or enhanced code; x is anything"),
    ("response:gr[ae]y", "regex on the response; quoted: literal text"),
    ("reply:\"451 * busy\"", "response template (* for addresses, IPs, ids)"),
    ("id:1@a.example", "message or envelope id, with brackets or without"),
    ("file:ZZ01I2.00", "queue file, any attempt number"),
    ("user:joe", "authenticated user; user:* is any user"),
    ("conn:17", "connection number of an export"),
    ("size:>1000", "blocks; also <1000, >=1000, <=1000, 1000"),
    ("since:15m until:5m", "relative time: before now (or end of an old log)"),
    ("since:10:52", "the last 10:52; also 2007-02-16T10:52"),
    ("\"try again\"", "this text anywhere in the entry, as logged"),
    (r"text:4\.[67]\.\d", "regular expression over the entry"),
];

/// The examples as a Markdown table.
pub fn markdown() -> String {
    let mut table = String::from("| filter | matches |\n| --- | --- |\n");
    for (example, meaning) in EXAMPLES {
        let example = example.replace('|', "\\|");
        table.extend(["| `", &example, "` | ", meaning, " |\n"]);
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_field_has_a_name_of_its_own() {
        for field in Field::all() {
            assert_eq!(Field::from_name(&field.name().to_uppercase()), Some(field));
        }
        assert_eq!(Field::from_name(""), None);
    }
}

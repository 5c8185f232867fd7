//! The parts of a delivery status and of a connection: who stood at the ends, and what was said.

/// Both ends of a connection, `TCP|ip|port|ip|port`: the first pair is always this machine, in
/// both directions (every sample; one reference says otherwise).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Transport<'a> {
    /// `TCP` in all samples.
    pub protocol: &'a [u8],
    /// Our address.
    pub local_ip: &'a [u8],
    /// Our port.
    pub local_port: u16,
    /// Address of the other side.
    pub remote_ip: &'a [u8],
    /// Port of the other side.
    pub remote_port: u16,
}

/// `SMTP/initial-host/dns-host/TLS-…`; only the protocol is always there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Application<'a> {
    /// `SMTP`, `LMTP`, …
    pub protocol: &'a [u8],
    /// The host that was asked for: as a rule the recipient domain.
    pub initial_host: Option<&'a [u8]>,
    /// The host chosen after the MX look-up.
    pub dns_host: Option<&'a [u8]>,
    /// TLS version, key length and cipher.
    pub tls: Option<&'a [u8]>,
}

/// `dns;host`: the MTA that gave the status (RFC 3464 form).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RemoteMta<'a> {
    /// Name type, `dns` in all samples.
    pub kind: &'a [u8],
    /// The MX host really used.
    pub host: &'a [u8],
}

/// Whether it is an enhanced status code `class.subject.detail` (RFC 3463).
pub fn is_enhanced(word: &[u8]) -> bool {
    let mut parts = word.split(|&b| b == b'.');
    let class = matches!(parts.next(), Some(b"2" | b"4" | b"5"));
    let mut number = || {
        let part = parts.next().unwrap_or_default();
        (1..=3).contains(&part.len()) && part.iter().all(u8::is_ascii_digit)
    };
    class && number() && number() && parts.next().is_none()
}

/// Reply of a remote server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Response<'a> {
    /// SMTP reply code, three digits.
    pub code: u16,
    /// Enhanced status code `d.d.d` (RFC 3463).
    pub enhanced: Option<&'a [u8]>,
    /// The rest, whole.
    pub text: &'a [u8],
}

impl<'a> Response<'a> {
    /// The reply that a text of our own begins with, as `550 5.7.1 Relaying not permitted` does.
    pub fn beginning(text: &'a [u8]) -> Option<Self> {
        let (code, rest) = text.split_at_checked(3)?;
        let digits = code.iter().all(u8::is_ascii_digit);
        let code = code.iter().fold(0, |code, b| code * 10 + u16::from(b.saturating_sub(b'0')));
        if !digits || !(200..600).contains(&code) || !matches!(rest.first(), None | Some(b' ')) {
            return None;
        }
        let rest = rest.strip_prefix(b" ").unwrap_or(rest);
        let word = rest.split(|&b| b == b' ').next().unwrap_or_default();
        let enhanced = Some(word).filter(|word| is_enhanced(word));
        let text = rest.get(enhanced.map_or(0, |word| word.len() + 1)..).unwrap_or_default();
        Some(Self { code, enhanced, text })
    }

    /// The whole of it in one line: `250 2.1.5 text`.
    pub fn line(&self) -> Vec<u8> {
        let code = self.code.to_string();
        let parts = [Some(code.as_bytes()), self.enhanced, Some(self.text)];
        let parts: Vec<&[u8]> =
            parts.into_iter().flatten().filter(|part| !part.is_empty()).collect();
        parts.join(&b' ')
    }
}

/// Who connected to us: `helo (rdns [ip])`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectingHost<'a> {
    /// The whole, as logged.
    pub text: &'a [u8],
    /// What the client called itself.
    pub helo: &'a [u8],
    /// What DNS calls its address.
    pub rdns: Option<&'a [u8]>,
    /// Its address, without brackets.
    pub ip: Option<&'a [u8]>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_may_begin_with_a_reply() {
        for (text, expected) in [
            ("550 5.7.1 no", Some((550, Some("5.7.1"), "no"))),
            ("550 3.7.1 no", Some((550, None, "3.7.1 no"))),
            ("550 5.7 no", Some((550, None, "5.7 no"))),
            ("421", Some((421, None, ""))),
            ("421 4.7.0", Some((421, Some("4.7.0"), ""))),
            ("5501 x", None),
            ("650 x", None),
            ("no 550", None),
        ] {
            let read = Response::beginning(text.as_bytes());
            let expected = expected.map(|(code, enhanced, text)| Response {
                code,
                enhanced: enhanced.map(str::as_bytes),
                text: text.as_bytes(),
            });
            assert_eq!(read, expected, "{text}");
        }
    }
}

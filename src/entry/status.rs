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

impl Response<'_> {
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

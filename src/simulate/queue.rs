//! Queue files, and those that wait for a queue run.
//!
//! Knows neither how a message arrived nor how it is delivered.

use std::collections::BTreeMap;

use super::address::{Addressee, MailAddress, Person};
use super::clock::SimTime;
use super::domain::MailDomain;
use super::random::{low, one_of};
use super::remote::RemoteVerdict;
use super::token::{MailId, MtaChannel, QueuePath, Submitter};

/// A message without its recipients.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    /// None of a notification, which must not cause another one.
    pub(super) from: Option<MailAddress>,
    pub(super) id: MailId,
    /// In blocks of 1024 bytes.
    pub(super) size: u32,
    pub(super) user: Submitter,
}

impl Envelope {
    /// A message of a person.
    pub(super) fn new(rng: &mut fastrand::Rng, from: MailAddress, user: Submitter) -> Self {
        let size = match rng.u32(0..100) {
            0..70 => low(rng, 1..40),
            70..96 => low(rng, 8..400),
            _ => low(rng, 400..14_000),
        };
        Self { from: Some(from), id: MailId::new(rng, from.domain), size, user }
    }

    /// A message of a mailing, whose return path names its recipient.
    pub(super) fn bulk(rng: &mut fastrand::Rng, domain: MailDomain, to: Person) -> Self {
        let from = MailAddress::automatic(rng, domain);
        let envelope = Self::new(rng, from, Submitter::System);
        Self { from: Some(MailAddress::bulk(domain, to)), size: low(rng, 10..120), ..envelope }
    }
}

/// A queue file with the message and the recipients in it.
#[derive(Clone, Debug)]
pub(super) struct QueuedFile {
    pub(super) envelope: Envelope,
    pub(super) recipients: Vec<Addressee>,
    pub(super) file: QueuePath,
    /// The response of the remote server, incidents aside.
    pub(super) fate: RemoteVerdict,
    /// When it was enqueued.
    pub(super) since: SimTime,
    /// When the first attempt was made.
    pub(super) tried: Option<SimTime>,
}

impl QueuedFile {
    /// A new file of a channel.
    pub(super) fn new(
        rng: &mut fastrand::Rng,
        since: SimTime,
        channel: MtaChannel,
        envelope: Envelope,
        recipients: Vec<Addressee>,
    ) -> Self {
        let fate = match rng.u32(0..10_000) {
            0..400 => RemoteVerdict::Greylisted,
            400..490 => RemoteVerdict::UnknownUser,
            490..515 => RemoteVerdict::MailboxFull,
            515..535 => RemoteVerdict::Unwanted,
            535..545 => RemoteVerdict::Silence,
            _ => RemoteVerdict::Accepted,
        };
        let file = QueuePath::new(rng, channel);
        Self { envelope, recipients, file, fate, since, tried: None }
    }
}

impl QueuedFile {
    /// Makes greylisting more likely: a relay sends mail of senders that hosts do not know.
    pub(super) fn greylist(&mut self, rng: &mut fastrand::Rng) {
        if self.fate == RemoteVerdict::Accepted && one_of(rng, 500) {
            self.fate = RemoteVerdict::Greylisted;
        }
    }
}

/// Queue files that wait for a queue run or for their next attempt.
#[derive(Default)]
pub(super) struct ClientQueue {
    /// Files of the next queue run of each domain.
    pub(super) gathered: BTreeMap<MailDomain, Vec<QueuedFile>>,
    /// Number of files that wait for another attempt; they are in the event queue.
    pub(super) deferred: usize,
}

impl ClientQueue {
    /// Most deferred files; beyond these, failures are returned, so that memory is bounded.
    pub(super) const MOST_DEFERRED: usize = 8_000;
    /// Most attempts.
    const MOST_ATTEMPTS: u32 = 9;

    /// Whether a file that failed so often may stay in the queue.
    pub(super) fn may_defer(&self, attempts: u32) -> bool {
        attempts < Self::MOST_ATTEMPTS && self.deferred < Self::MOST_DEFERRED
    }
}

/// Remote recipients, most of them of one domain.
pub(super) fn remote_recipients(rng: &mut fastrand::Rng, seed: u64, count: u32) -> Vec<Addressee> {
    let mut domain = MailDomain::of_recipient(rng, seed);
    let mut recipients = Vec::new();
    for _ in 0..count {
        recipients.push(Addressee::plain(MailAddress::remote(rng, domain)));
        if one_of(rng, 2_500) {
            domain = MailDomain::of_recipient(rng, seed);
        }
    }
    without_twins(recipients)
}

/// Local recipients; many of them are expanded from a list, which is their original address.
pub(super) fn local_recipients(rng: &mut fastrand::Rng, count: u32) -> Vec<Addressee> {
    let list = (count > 8).then(|| MailAddress::list(rng));
    let mut recipient = || {
        let active = MailAddress::local(Person::local(rng));
        Addressee { original: list.unwrap_or(active), ..Addressee::plain(active) }
    };
    without_twins((0..count).map(|_| recipient()).collect())
}

/// A message goes to an address once. Different people may have been
/// drawn whose addresses are written alike, so that the text decides.
pub(super) fn without_twins(recipients: Vec<Addressee>) -> Vec<Addressee> {
    if recipients.len() < 2 {
        return recipients;
    }
    let named = recipients.into_iter().map(|recipient| (recipient.active.to_string(), recipient));
    named.collect::<BTreeMap<_, _>>().into_values().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_gets_a_message_twice() {
        let mut rng = fastrand::Rng::with_seed(2);
        for _ in 0..100 {
            let mut all = local_recipients(&mut rng, 80);
            all.extend(remote_recipients(&mut rng, 2, 80));
            let mut names: Vec<String> = all.iter().map(|r| r.active.to_string()).collect();
            names.sort();
            names.dedup();
            assert_eq!(names.len(), all.len());
        }
    }
}

//! Messages in the queues, and those that wait for a connection.
//!
//! Knows what a message is, not how it got there or how it leaves.

use std::collections::BTreeMap;

use super::address::{Addressee, MailAddress, Person};
use super::clock::SimTime;
use super::domain::MailDomain;
use super::random::{low, one_of};
use super::token::{MailId, MtaChannel, QueuePath, Submitter};

/// A message, its recipients aside.
#[derive(Clone, Copy, Debug)]
pub(super) struct Envelope {
    /// None for a notification, which must not be answered by another.
    pub(super) from: Option<MailAddress>,
    pub(super) id: MailId,
    /// In blocks of 1024 bytes.
    pub(super) size: u32,
    pub(super) user: Submitter,
}

impl Envelope {
    /// A message somebody wrote.
    pub(super) fn new(rng: &mut fastrand::Rng, from: MailAddress, user: Submitter) -> Self {
        let size = match rng.u32(0..100) {
            0..70 => low(rng, 1..40),
            70..96 => low(rng, 8..400),
            _ => low(rng, 400..14_000),
        };
        Self { from: Some(from), id: MailId::new(rng, from.domain), size, user }
    }

    /// A mailing, whose return path names one of its receivers.
    pub(super) fn bulk(rng: &mut fastrand::Rng, domain: MailDomain, to: Person) -> Self {
        let from = MailAddress::automatic(rng, domain);
        let envelope = Self::new(rng, from, Submitter::System);
        Self { from: Some(MailAddress::bulk(domain, to)), size: low(rng, 10..120), ..envelope }
    }
}

/// What the other side will make of a message, whatever the state of its host.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum DeliveryFate {
    Welcome,
    /// To come again after some minutes.
    Greylisted,
    /// Its first recipient does not exist.
    UnknownUser,
    /// Its first recipient has no room.
    MailboxFull,
    /// Spam, they say.
    Unwanted,
    /// The link breaks while the message is sent.
    Broken,
}

/// A queue file with the message and the recipients in it.
#[derive(Clone, Debug)]
pub(super) struct QueuedFile {
    pub(super) envelope: Envelope,
    pub(super) recipients: Vec<Addressee>,
    pub(super) file: QueuePath,
    pub(super) fate: DeliveryFate,
    /// When it was put there.
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
            0..400 => DeliveryFate::Greylisted,
            400..490 => DeliveryFate::UnknownUser,
            490..515 => DeliveryFate::MailboxFull,
            515..535 => DeliveryFate::Unwanted,
            535..545 => DeliveryFate::Broken,
            _ => DeliveryFate::Welcome,
        };
        let file = QueuePath::new(rng, channel);
        Self { envelope, recipients, file, fate, since, tried: None }
    }
}

impl QueuedFile {
    /// Has more hosts greylist it: a relay has mail from senders that they do not know.
    pub(super) fn greylist(&mut self, rng: &mut fastrand::Rng) {
        if self.fate == DeliveryFate::Welcome && one_of(rng, 500) {
            self.fate = DeliveryFate::Greylisted;
        }
    }
}

/// Queue files that wait: for the client to look after their domain, or for their next attempt.
#[derive(Default)]
pub(super) struct ClientQueue {
    /// What the next run of the client takes. A run is planned for each domain in here.
    pub(super) gathered: BTreeMap<MailDomain, Vec<QueuedFile>>,
    /// How many files wait for another attempt; they themselves are in the plan.
    pub(super) deferred: usize,
}

impl ClientQueue {
    /// So many deferred files at most; what fails beyond is returned, which keeps memory bounded.
    pub(super) const MOST_DEFERRED: usize = 8_000;
    /// So many attempts are made at most.
    const MOST_ATTEMPTS: u32 = 9;

    /// Whether a file that failed so often may stay in the queue.
    pub(super) fn may_defer(&self, attempts: u32) -> bool {
        attempts < Self::MOST_ATTEMPTS && self.deferred < Self::MOST_DEFERRED
    }
}

/// Recipients at other sites, most of them at the same.
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

/// Recipients of ours; many ones are reached over a list, which they show as original address.
pub(super) fn local_recipients(rng: &mut fastrand::Rng, count: u32) -> Vec<Addressee> {
    let list = (count > 8).then(|| MailAddress::list(rng));
    let mut recipient = || {
        let active = MailAddress::local(Person::local(rng));
        Addressee { original: list.unwrap_or(active), ..Addressee::plain(active) }
    };
    without_twins((0..count).map(|_| recipient()).collect())
}

/// A message goes to an address once, however often it is named. Different people may have been
/// drawn whose names are printed alike, so it is the printed name that counts.
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

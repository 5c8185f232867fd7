//! Addresses of old and large sites, which hardly anybody uses any more.

use super::address::Addressee;
use super::engine::Engine;
use super::queue::{Envelope, without_twins};
use super::token::Submitter;

/// Replaces some senders at an odd site.
pub(super) fn envelope(engine: &mut Engine, envelope: Envelope) -> Envelope {
    let quoted = engine.oddly(800);
    let user = match envelope.user {
        Submitter::Authenticated(person) if engine.oddly(3_000) => {
            Submitter::AuthenticatedAt(person)
        }
        user => user,
    };
    Envelope {
        from: envelope.from.map(|from| if quoted { from.quoted() } else { from }),
        user,
        ..envelope
    }
}

/// Replaces some recipients at an odd site.
pub(super) fn recipients(engine: &mut Engine, recipients: Vec<Addressee>) -> Vec<Addressee> {
    if !engine.site.odd {
        return recipients;
    }
    let odd = recipients.into_iter().map(|recipient| {
        if !engine.oddly(1_000) {
            return recipient;
        }
        let active = recipient.active;
        match (recipient.is_local(), engine.oddly(5_000)) {
            (true, _) => Addressee { active: active.folder(), ..recipient },
            (false, true) => Addressee::plain(active.quoted()),
            (false, false) => Addressee { active: active.routed(), ..recipient },
        }
    });
    let odd = odd.collect();
    without_twins(odd)
}

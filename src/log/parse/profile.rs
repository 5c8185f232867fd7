//! How the entries of a log are written: which `LOG_…` options are on.

/// An optional field of a message entry, in the order in which they stand (`mta-log-format`
/// section 5.1). The diagnostics, which no option adds, stand behind the reason.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum OptionalField {
    NotaryFlags,
    QueueFile,
    EnvelopeId,
    MessageId,
    Username,
    Connection,
    Sensitivity,
    Priority,
    Intermediate,
    Initial,
    Filter,
    Reason,
    RemoteMta,
    Transport,
    Application,
    QueueTime,
}

impl OptionalField {
    pub(super) const ALL: [Self; 16] = [
        Self::NotaryFlags,
        Self::QueueFile,
        Self::EnvelopeId,
        Self::MessageId,
        Self::Username,
        Self::Connection,
        Self::Sensitivity,
        Self::Priority,
        Self::Intermediate,
        Self::Initial,
        Self::Filter,
        Self::Reason,
        Self::RemoteMta,
        Self::Transport,
        Self::Application,
        Self::QueueTime,
    ];
    /// So many of them stand before the diagnostics.
    pub(super) const BEFORE_DIAGNOSTICS: usize = 12;

    pub(super) const fn bit(self) -> u16 {
        1 << self as u16
    }

    /// What a site sets to have it logged. Two bits of one option are two names.
    fn option(self) -> &'static str {
        match self {
            Self::NotaryFlags => "LOG_NOTARY",
            Self::QueueFile => "LOG_FILENAME",
            Self::EnvelopeId => "LOG_ENVELOPE_ID",
            Self::MessageId => "LOG_MESSAGE_ID",
            Self::Username => "LOG_USERNAME",
            Self::Connection => "LOG_CONNECTION",
            Self::Sensitivity => "LOG_SENSITIVITY",
            Self::Priority => "LOG_PRIORITY",
            Self::Intermediate | Self::Initial => "LOG_INTERMEDIATE",
            Self::Filter => "LOG_FILTER",
            Self::Reason => "LOG_REASON",
            Self::RemoteMta => "LOG_REMOTE_MTA",
            Self::Transport => "LOG_CONNECTION bit 5",
            Self::Application => "LOG_CONNECTION bit 6",
            Self::QueueTime => "LOG_QUEUE_TIME",
        }
    }
}

/// Which optional fields the message entries of a log have, as far as it was learned from them.
///
/// With the default, nothing was learned: fields are told apart by their shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile {
    fields: u16,
    learned: bool,
}

impl Profile {
    /// Entries that have just these fields, each with its separator even where it is empty.
    pub(super) const fn of(fields: u16) -> Self {
        Self { fields, learned: true }
    }

    /// Whether enough entries were seen to tell the options. Only text formats need it.
    pub fn is_learned(self) -> bool {
        self.learned
    }

    /// The `LOG_…` options that are on, by name, in the order of their fields; nothing if nothing
    /// was learned.
    pub fn options(self) -> impl Iterator<Item = &'static str> {
        let intermediate = self.has(OptionalField::Intermediate);
        OptionalField::ALL
            .into_iter()
            .filter(move |&field| {
                self.has(field) && !(intermediate && field == OptionalField::Initial)
            })
            .map(OptionalField::option)
    }

    pub(super) const fn with(self, field: OptionalField) -> Self {
        Self { fields: self.fields | field.bit(), ..self }
    }

    pub(super) const fn without(self, field: OptionalField) -> Self {
        Self { fields: self.fields & !field.bit(), ..self }
    }

    /// Without the fields behind the diagnostics.
    pub(super) const fn up_to_diagnostics(self) -> Self {
        Self { fields: self.fields & ((1 << OptionalField::BEFORE_DIAGNOSTICS) - 1), ..self }
    }

    pub(super) const fn has(self, field: OptionalField) -> bool {
        self.fields & field.bit() != 0
    }

    /// Its fields before the diagnostics, first to last.
    pub(super) fn before(self) -> impl Iterator<Item = OptionalField> {
        Bits(self.up_to_diagnostics().fields)
    }

    /// Its fields behind the diagnostics, first to last.
    pub(super) fn after(self) -> impl DoubleEndedIterator<Item = OptionalField> {
        let all = OptionalField::ALL.into_iter();
        all.skip(OptionalField::BEFORE_DIAGNOSTICS).filter(move |&field| self.has(field))
    }

    pub(super) const fn ends_in_diagnostics(self) -> bool {
        self.fields >> OptionalField::BEFORE_DIAGNOSTICS == 0
    }
}

/// The fields of set bits.
struct Bits(u16);

impl Iterator for Bits {
    type Item = OptionalField;

    fn next(&mut self) -> Option<OptionalField> {
        let field = OptionalField::ALL.get(self.0.trailing_zeros() as usize)?;
        self.0 &= self.0 - 1;
        Some(*field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn options_are_named_once_in_the_order_of_their_fields() {
        assert_eq!(Profile::default().options().count(), 0);
        let all = Profile::of(u16::MAX);
        assert_eq!(all.options().count(), 15);
        assert_eq!(all.options().next(), Some("LOG_NOTARY"));
        assert_eq!(all.options().last(), Some("LOG_QUEUE_TIME"));
        let initial = Profile::of(OptionalField::Initial.bit());
        assert_eq!(initial.options().collect::<Vec<_>>(), ["LOG_INTERMEDIATE"]);
        assert!(all.before().chain(all.after()).eq(OptionalField::ALL));
    }
}

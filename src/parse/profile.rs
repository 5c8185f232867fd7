//! How the entries of a log are written: which `LOG_…` options are on.

/// Which optional fields the entries of a log have, as far as it was learned from them.
///
/// With the default, nothing was learned: fields are told apart by their shapes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Profile(());

//! Which of the entries that are left are grouped.

use crate::index::{Index, RowView, Symbol};
use crate::log::public_suffix;
use std::sync::Arc;

/// Which of the entries that are left are grouped.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct GroupScope {
    /// Those about recipients there.
    pub domain: Option<DomainScope>,
    /// Those with this answer.
    pub response: Option<Symbol>,
}

/// Where recipients are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DomainScope {
    /// In this domain.
    Domain(Symbol),
    /// In any domain of the organisation that has this one.
    Organisation(Arc<[u8]>),
}

impl GroupScope {
    pub(super) fn matches(&self, row: &RowView, kin: &OrgDomainCache) -> bool {
        let there = match &self.domain {
            None => true,
            Some(DomainScope::Domain(domain)) => row.domains.0 == *domain,
            Some(DomainScope::Organisation(_)) => kin.has(row.domains.0),
        };
        there && self.response.is_none_or(|answer| row.dimensions.response == answer)
    }

    /// The domain or organisation that it narrows to.
    pub fn place<'a>(&'a self, index: &'a Index) -> Option<&'a [u8]> {
        match self.domain.as_ref()? {
            DomainScope::Domain(domain) => Some(index.domains().text(*domain)),
            DomainScope::Organisation(name) => Some(name),
        }
    }
}

/// Which domains are of the organisation that is narrowed to: found out once for each.
#[derive(Clone, Default)]
pub(super) struct OrgDomainCache(Vec<Option<bool>>);

impl OrgDomainCache {
    /// Finds it out, if it is asked for and not known.
    pub(super) fn prepare(&mut self, narrow: &GroupScope, index: &Index, domain: Symbol) {
        let at = domain.0 as usize;
        let Some(DomainScope::Organisation(name)) = &narrow.domain else { return };
        if self.0.get(at).is_some_and(Option::is_some) {
            return;
        }
        if self.0.len() <= at {
            self.0.resize(at + 1, None);
        }
        if let Some(known) = self.0.get_mut(at) {
            *known =
                Some(public_suffix::registrable_domain(index.domains().text(domain)) == &**name);
        }
    }

    fn has(&self, domain: Symbol) -> bool {
        self.0.get(domain.0 as usize).copied().flatten() == Some(true)
    }

    pub(super) fn memory(&self) -> usize {
        self.0.capacity()
    }
}

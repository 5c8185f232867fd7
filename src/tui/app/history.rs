//! The filters that were in force before.

/// Filters that are kept.
pub const MOST_FILTERS: usize = 100;

/// Earlier filters, the latest last, each once.
#[derive(Default)]
pub(super) struct History(Vec<String>);

impl History {
    /// Takes down a filter.
    pub(super) fn add(&mut self, text: &str) {
        if text.is_empty() {
            return;
        }
        self.0.retain(|known| known != text);
        if self.0.len() >= MOST_FILTERS {
            self.0.remove(0);
        }
        self.0.push(text.to_owned());
    }

    /// All of them, the latest last.
    pub(super) fn all(&self) -> &[String] {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_latest_are_kept_each_once() {
        let mut history = History::default();
        for number in 0..MOST_FILTERS + 2 {
            history.add(&number.to_string());
        }
        history.add("");
        history.add("7");
        assert_eq!(history.all().len(), MOST_FILTERS);
        assert_eq!(history.all().first().map(String::as_str), Some("2"));
        assert_eq!(history.all().last().map(String::as_str), Some("7"));
    }
}

//! What a filter ends with while it is being typed: the word that may be completed.

use super::value::is_domain_like;
use super::{Field, Filter};

/// The value that a text ends with, if it is not in quotes and no expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CompletionContext<'a> {
    /// What stands before the word.
    pub before: &'a str,
    /// The field of its term; `None` if it has none, or if the word may become one.
    pub field: Option<Field>,
    /// The word so far.
    pub word: &'a str,
}

impl<'a> CompletionContext<'a> {
    /// `None` if what is being typed is no word.
    pub fn of(text: &'a str) -> Option<Self> {
        let term = last_term(text)?;
        let bare = term.strip_prefix('-').unwrap_or(term);
        let (field, values) = match bare.split_once(':') {
            Some((name, values)) => (Some(Field::from_name(name)?), values),
            None => (None, bare),
        };
        let word = values.rsplit('|').next().unwrap_or_default();
        let expression = field.is_some_and(Field::is_expression);
        if expression || word.contains('"') {
            return None;
        }
        Some(Self { before: text.strip_suffix(word)?, field, word })
    }

    /// Whether the word can be the beginning of a domain.
    pub fn may_begin_domain(&self) -> bool {
        let of_domain = matches!(self.field, None | Some(Field::Domain));
        of_domain && !self.word.is_empty() && !self.word.ends_with('*')
    }

    /// What holds while the name of a field may be coming: all before the term. `None` if the word
    /// can't become one.
    pub fn before_field(&self) -> Option<&'a str> {
        let before = self.before.strip_suffix('-').unwrap_or(self.before);
        let begins = |field: Field| {
            let begin = field.name().as_bytes().get(..self.word.len());
            begin.is_some_and(|begin| begin.eq_ignore_ascii_case(self.word.as_bytes()))
        };
        let is_first = self.field.is_none() && (before.is_empty() || before.ends_with([' ', '\t']));
        (is_first && !self.word.is_empty() && Field::all().any(begins)).then_some(before)
    }

    /// A filter for the domains that the word begins.
    pub fn beginning(&self) -> Option<Filter> {
        Filter::parse(&format!("domain:{}*", self.word)).ok()
    }

    /// A filter for the domain that the word is as it stands, if it means one.
    pub fn whole(&self) -> Option<Filter> {
        let is_domain = self.field.is_some() || is_domain_like(self.word.as_bytes());
        Filter::parse(&format!("domain:{}", self.word)).ok().filter(|_| is_domain)
    }
}

/// What stands behind the last blank, of those outside of quotes; `None` if a quote is open.
fn last_term(text: &str) -> Option<&str> {
    let (mut start, mut quoted, mut before) = (0, false, ' ');
    for (at, c) in text.char_indices() {
        match c {
            '"' if quoted && before != '\\' => quoted = false,
            // Inside of a word it is a part of an expression.
            '"' if matches!(before, ' ' | '\t' | '-' | '|' | ':') => quoted = true,
            ' ' | '\t' if !quoted => start = at + 1,
            _ => {}
        }
        // An escaped backslash escapes nothing.
        before = if c == '\\' && before == '\\' { ' ' } else { c };
    }
    if quoted { None } else { text.get(start..) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_may_become_a_field() {
        for (text, before) in [
            ("fro", Some("")),
            ("a.org -FROM", Some("a.org ")),
            ("a.org|fro", None),
            ("from:fro", None),
            ("frog", None),
            ("a ", None),
        ] {
            assert_eq!(
                CompletionContext::of(text).and_then(|it| it.before_field()),
                before,
                "{text}"
            );
        }
    }

    #[test]
    fn a_text_ends_with_a_word() {
        for (text, expected) in [
            ("", Some(("", None, ""))),
            ("a.org exa", Some(("a.org ", None, "exa"))),
            ("a.org ", Some(("a.org ", None, ""))),
            ("-exa", Some(("-", None, "exa"))),
            ("a.org|exa", Some(("a.org|", None, "exa"))),
            ("channel:tcp", Some(("channel:", Some(Field::Channel), "tcp"))),
            ("x -HOST:a|b", Some(("x -HOST:a|", Some(Field::Host), "b"))),
            ("\"a b\" c", Some(("\"a b\" ", None, "c"))),
            (r#"from:"\"x y" c"#, Some((r#"from:"\"x y" "#, None, "c"))),
            ("\"a b", None),
            ("from:\"a\"", None),
            ("text:a", None),
            ("cod:a", None),
            ("text:x\"y c", Some(("text:x\"y ", None, "c"))),
        ] {
            let expected =
                expected.map(|(before, field, word)| CompletionContext { before, field, word });
            assert_eq!(CompletionContext::of(text), expected, "{text}");
        }
    }
}

//! The code of the project as text: its files, what they import, the types and functions they define.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A Rust file, with its path from the top level.
pub(crate) struct Source {
    pub(crate) name: String,
    pub(crate) text: String,
}

impl Source {
    /// The path of the module below the crate: `["tui", "app", "cursor"]`, none for the crate itself.
    pub(crate) fn module(&self) -> Vec<&str> {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        let inside = inside.strip_suffix(".rs").unwrap_or(inside);
        inside.split('/').filter(|name| *name != "lib").collect()
    }

    /// The folder below `src` that the file belongs to: the first part of its module path.
    pub(crate) fn folder(&self) -> &str {
        self.module().first().copied().unwrap_or("lib")
    }

    pub(crate) fn is_test(&self) -> bool {
        self.name.starts_with("tests/") || self.name.split(['/', '.']).any(|part| part == "tests")
    }

    /// The code before the tests, with as many lines but without comments.
    pub(crate) fn code(&self) -> String {
        let lines = self.text.lines().take_while(|line| *line != "#[cfg(test)]");
        let bare = lines.map(|line| {
            if line.trim_start().starts_with("//") {
                ""
            } else {
                line.split(" // ").next().unwrap_or_default()
            }
        });
        bare.flat_map(|line| [line, "\n"]).collect()
    }
}

pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// The names in a folder, sorted.
pub(crate) fn names(folder: &Path) -> Vec<String> {
    let entries = fs::read_dir(folder).unwrap();
    let mut names: Vec<_> =
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
    names.sort();
    names
}

/// Every Rust file below a folder of the top level.
pub(crate) fn sources(folder: &str) -> Vec<Source> {
    let mut found = Vec::new();
    let mut folders = vec![PathBuf::from(folder)];
    while let Some(folder) = folders.pop() {
        for name in names(&root().join(&folder)) {
            let path = folder.join(&name);
            if root().join(&path).is_dir() {
                folders.extend((name != "target").then_some(path));
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let text = fs::read_to_string(root().join(&path)).unwrap();
                found.push(Source { name: path.into_os_string().into_string().unwrap(), text });
            }
        }
    }
    assert!(!found.is_empty(), "no Rust file below {folder}");
    found
}

/// The code of the program, without its tests.
pub(crate) fn program() -> Vec<Source> {
    sources("src").into_iter().filter(|source| !source.is_test()).collect()
}

pub(crate) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

/// The word that begins at a byte.
pub(crate) fn word(code: &str, at: usize) -> &str {
    let rest = code.get(at..).unwrap_or_default();
    rest.split(|c| !is_word(c)).next().unwrap_or_default()
}

/// Where each occurrence of a text ends that does not continue a longer word.
pub(crate) fn ends_of(code: &str, text: &str) -> Vec<usize> {
    let whole = |at: &usize| !code.get(..*at).is_some_and(|before| before.ends_with(is_word));
    code.match_indices(text).map(|(at, _)| at).filter(whole).map(|at| at + text.len()).collect()
}

pub(crate) fn line_of(code: &str, at: usize) -> usize {
    code.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// A path that code names, in full from the root of the crate, and the byte at which it begins.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Import {
    pub(crate) at: usize,
    pub(crate) path: Vec<String>,
}

/// All paths behind `crate::`, `super::` and `self::` in the code of a module, alone or grouped.
pub(crate) fn imports(code: &str, module: &[&str]) -> Vec<Import> {
    let mut found = Vec::new();
    for start in ["crate::", "self::", "super::"] {
        for end in ends_of(code, start) {
            let at = end - start.len();
            if code.get(..at).is_some_and(|before| before.ends_with("::")) {
                continue;
            }
            let mut base: Vec<String> = match start {
                "crate::" => Vec::new(),
                _ => module.iter().map(|&name| name.to_owned()).collect(),
            };
            let mut end = end;
            if start == "super::" {
                base.pop();
                while code.get(end..).is_some_and(|rest| rest.starts_with("super::")) {
                    base.pop();
                    end += "super::".len();
                }
            }
            tree(code, end, &base, &mut found);
        }
    }
    found
}

/// Reads one tree of imports: `a::b`, or `a::{b, c::d}`; returns the byte behind it.
fn tree(code: &str, mut at: usize, base: &[String], found: &mut Vec<Import>) -> usize {
    let mut path = base.to_vec();
    let begin = at;
    loop {
        let rest = code.get(at..).unwrap_or_default();
        if rest.starts_with('{') {
            at += 1;
            loop {
                at += blanks(code, at);
                match code.get(at..).and_then(|rest| rest.chars().next()) {
                    Some('}') | None => return at + 1,
                    Some(',') => at += 1,
                    Some(_) => at = tree(code, at, &path, found),
                }
            }
        }
        let name = word(code, at);
        at += if name.is_empty() { 1 } else { name.len() };
        if !name.is_empty() && name != "self" {
            path.push(name.to_owned());
        }
        if !code.get(at..).is_some_and(|rest| rest.starts_with("::")) {
            break;
        }
        at += 2;
    }
    found.push(Import { at: begin, path });
    // A new name behind `as` is no path.
    while code.get(at..).is_some_and(|rest| rest.starts_with(" as ")) {
        at += 4;
        at += word(code, at).len();
    }
    at
}

fn blanks(code: &str, at: usize) -> usize {
    let rest = code.get(at..).unwrap_or_default();
    rest.len() - rest.trim_start().len()
}

/// The files whose items a module gives on under its own path: item, and the child that has it.
pub(crate) fn re_exports(code: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    for line in code.split(';') {
        let line = line.trim_start();
        let Some(at) = line.find("use ").filter(|&at| line.starts_with("pub") || at == 0) else {
            continue;
        };
        let mut items = Vec::new();
        tree(line, at + 4, &[], &mut items);
        for item in items {
            if let [child, .., name] = item.path.as_slice() {
                found.push((name.clone(), child.clone()));
            }
        }
    }
    found
}

/// The types that a file defines, each with its line.
pub(crate) fn types(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for keyword in ["struct ", "enum ", "trait ", "union ", "type "] {
        for at in ends_of(code, keyword) {
            let line = line_of(code, at);
            let text = code.lines().nth(line - 1).unwrap_or_default();
            // A type of a trait or of its implementation belongs to that.
            let is_associated = keyword == "type " && text.starts_with(' ');
            if !is_associated && word(code, at).starts_with(char::is_uppercase) {
                found.push((line, word(code, at)));
            }
        }
    }
    found
}

/// The functions of a file: name, first line, number of lines; by their indentation, which rustfmt keeps.
pub(crate) fn functions(code: &str) -> Vec<(&str, usize, usize)> {
    let lines: Vec<&str> = code.lines().collect();
    let mut found = Vec::new();
    for (first, line) in lines.iter().enumerate() {
        let bare = line.trim_start();
        let indent = line.len() - bare.len();
        let is_function = ends_of(bare, "fn ").first().is_some_and(|&at| {
            let before = bare.get(..at - 3).unwrap_or_default();
            before
                .split_whitespace()
                .all(|word| word.starts_with("pub") || MODIFIERS.contains(&word))
        });
        // A declaration in a trait has no body, and one on a single line needs no counting.
        let head = lines.iter().skip(first).find(|line| line.ends_with(['{', ';', '}']));
        if !is_function || head.is_none_or(|line| !line.ends_with('{')) {
            continue;
        }
        let end = format!("{}}}", " ".repeat(indent));
        let last = lines.iter().skip(first).position(|line| **line == end).unwrap_or_default();
        let at = ends_of(bare, "fn ").first().copied().unwrap_or_default();
        found.push((word(bare, at), first + 1, last + 1));
    }
    found
}

/// What may stand before `fn`; the second half of `pub(in …)` counts as part of `pub`.
const MODIFIERS: &[&str] = &["const", "async", "extern", "\"C\"", "in"];

/// All modules of the program, by their paths.
pub(crate) fn modules(program: &[Source]) -> BTreeSet<Vec<String>> {
    let path = |source: &Source| source.module().iter().map(|&name| name.to_owned()).collect();
    program.iter().map(path).collect()
}

//! The rules of the project that no compiler knows: which folder may import which, where files, clock
//! and terminal are touched, how long files and functions are, and what may lie where.

mod source;

use source::{
    Import, Source, ends_of, functions, imports, line_of, modules, program, re_exports, root,
    sources, types,
};
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

pub(crate) use source::names;

/// What each folder of `src` may import. A folder stands below all that it may import, so that no two
/// can import each other, however many lie between.
const ALLOWED_IMPORTS: &[(&str, &[&str])] = &[
    ("text", &[]),
    ("simulate", &[]),
    ("log", &["text"]),
    ("index", &["log"]),
    ("input", &["index", "log", "text"]),
    ("filter", &["index", "log"]),
    ("stats", &["filter", "index", "log"]),
    // The values of an option are an enum where they mean something; `cli` only names them.
    ("cli", &["log", "simulate", "stats"]),
    ("trace", &["index", "log", "text"]),
    // The status file counts what happened to the files that are followed.
    ("output", &["input", "log", "stats", "text", "trace"]),
    (
        "commands",
        &["cli", "filter", "index", "input", "log", "output", "simulate", "stats", "text", "trace"],
    ),
    (
        "tui",
        &["cli", "filter", "index", "input", "log", "output", "simulate", "stats", "text", "trace"],
    ),
    (
        "help",
        &["cli", "commands", "filter", "index", "input", "log", "output", "text", "trace", "tui"],
    ),
    ("main", &["cli", "commands", "help", "text", "tui"]),
    ("lib", &[]),
];

/// Words of the code, and the only modules that may use them.
const CONFINED: &[(&str, &[&str])] = &[
    // A table on a terminal is clipped to its width.
    ("crossterm", &["text::table", "tui"]),
    ("ratatui", &["tui"]),
    // Nobody else opens a log. Written is what was asked for by its name, and what a session leaves.
    ("fs::", &["input::source", "output", "tui::config", "tui::session_file"]),
    ("File::open", &["input::source"]),
    ("OpenOptions", &["input::source", "output", "tui::session_file"]),
    // The reader's thread times its polls; the event loop asks for the time, and each command once.
    ("Instant::now", &["commands::runner", "input::reader", "tui"]),
    ("Local::now", &["commands::runner", "tui"]),
    ("Utc::now", &[]),
    ("SystemTime::now", &[]),
    ("thread::", &["commands::runner", "input::reader", "tui"]),
    ("process::exit", &["tui"]),
];

/// What makes text on the screen; only one file may.
const TEXT_MAKERS: &[&str] = &[
    "Span::styled",
    "Span::raw",
    "Span::from",
    "Span::new",
    "Line::styled",
    "Line::raw",
    "Line::from",
    "Text::",
    "set_string",
    "set_stringn",
    "set_symbol",
    "set_char",
    "set_line",
    "set_span",
];
const TEXT_FILE: &str = "src/tui/view/text.rs";

/// Lines of a file before its tests, and of a function: what fits into one reading.
const MAX_FILE_LINES: usize = 400;
const MAX_FUNCTION_LINES: usize = 60;
/// `main` parses flags, calls, and exits.
const MAX_MAIN_LINES: usize = 30;

const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "assets",
    "tests",
    "screenshots",
    "README.md",
    "LICENSE",
    "CHANGELOG.md",
];
/// What cargo and proptest leave behind; not in the repository.
const LEFT_BEHIND: &[&str] = &["target", "proptest-regressions"];

/// Module names that do not say what the module is for: vessels for anything, and participles that
/// only its author can read.
const FORBIDDEN_NAMES: &[&str] = &[
    "arrange",
    "asked",
    "chosen",
    "common",
    "complaints",
    "copying",
    "counted",
    "counting",
    "dirt",
    "facts",
    "flat",
    "found",
    "free",
    "given",
    "headless",
    "helper",
    "helpers",
    "hiding",
    "hold",
    "kept",
    "known",
    "listing",
    "lists",
    "look",
    "manager",
    "mod",
    "named",
    "near",
    "odd",
    "order",
    "originals",
    "pace",
    "picked",
    "reach",
    "said",
    "saver",
    "saving",
    "searching",
    "secrecy",
    "sheet",
    "show",
    "sieve",
    "sifted",
    "span",
    "staff",
    "story",
    "supply",
    "tell",
    "things",
    "told",
    "traced",
    "types",
    "unwelcome",
    "util",
    "utils",
    "words",
];

/// Written in two parts, or this file would break its own rule.
const NEVER: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("#[al", "low"),
    concat!("#![al", "low"),
    concat!("#[ig", "nore"),
    concat!("to", "do!"),
    concat!("unimple", "mented!"),
];

/// Fails with one line for each breach.
fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "rules of the house broken:\n{}\n", breaches.join("\n"));
}

#[test]
fn allowed_imports_have_no_cycle() {
    for (at, (folder, allowed)) in ALLOWED_IMPORTS.iter().enumerate() {
        for import in *allowed {
            let above = ALLOWED_IMPORTS.iter().take(at).any(|(other, _)| other == import);
            assert!(above, "{folder} may import {import}, which does not stand above it");
        }
    }
}

#[test]
fn folders_import_what_they_may() {
    let mut breaches = Vec::new();
    for source in program() {
        let (name, folder, mut code) = (&source.name, source.folder(), source.code());
        let allowed = ALLOWED_IMPORTS.iter().find(|(of, _)| *of == folder);
        let Some((_, allowed)) = allowed else {
            breaches.push(format!("{name}:1: {folder} is not in ALLOWED_IMPORTS"));
            continue;
        };
        if folder == "main" {
            code = code.replace("mtatop::", "crate::");
        }
        for Import { at, path } in imports(&code, &source.module()) {
            let import = path.first().map_or("", String::as_str);
            if import != folder && !allowed.contains(&import) && folder != "lib" {
                breaches.push(format!("{name}:{}: must not import {import}", line_of(&code, at)));
            }
        }
    }
    none(&breaches);
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code = "use crate::{\n    a::{self, B},\n    c,\n};\nuse super::d::E as F;\n\
                let f = crate::g();\nuse super::super::h;\nuse self::i::{j::K, L};\n";
    let found = imports(code, &["x", "y"]);
    let mut found: Vec<_> = found.iter().map(|import| import.path.join("::")).collect();
    found.sort();
    assert_eq!(found, ["a", "a::B", "c", "g", "h", "x::d::E", "x::y::i::L", "x::y::i::j::K"]);
}

/// Which of two modules the way from one to the other leaves their common parent by, and which it
/// comes back through: an import between siblings, if there is one.
fn siblings<'a>(from: &'a [String], to: &'a [String]) -> Option<(&'a [String], &'a [String])> {
    let common = from.iter().zip(to).take_while(|(from, to)| from == to).count();
    Some((from.get(..=common)?, to.get(..=common)?))
}

/// The imports between modules that have the same parent, all levels of the crate together.
fn sibling_imports(program: &[Source]) -> BTreeMap<Vec<String>, BTreeSet<Vec<String>>> {
    let all = modules(program);
    let mut given: BTreeMap<Vec<String>, Vec<String>> = BTreeMap::new();
    for source in program {
        let module: Vec<String> = source.module().iter().map(|&name| name.to_owned()).collect();
        for (item, child) in re_exports(&source.code()) {
            let child = [module.as_slice(), &[child]].concat();
            if all.contains(&child) {
                given.insert([module.as_slice(), &[item]].concat(), child);
            }
        }
    }
    let mut edges: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for source in program {
        let module: Vec<String> = source.module().iter().map(|&name| name.to_owned()).collect();
        for import in imports(&source.code(), &source.module()) {
            let mut path = import.path;
            // An item that a module gives on is of the child that defines it.
            for end in 1..=path.len() {
                if let Some(child) = given.get(path.get(..end).unwrap_or_default()) {
                    path = child.clone();
                    break;
                }
            }
            let known = (0..=path.len()).rev().map(|end| path.get(..end).unwrap_or_default());
            let Some(target) = known.into_iter().find(|path| all.contains(*path)) else { continue };
            if let Some((from, to)) = siblings(&module, target) {
                edges.entry(from.to_vec()).or_default().insert(to.to_vec());
            }
        }
    }
    edges
}

/// A module and its parent may know each other; two children of one parent may not, by any way.
#[test]
fn files_of_a_folder_have_no_cycle() {
    let program: Vec<_> =
        program().into_iter().filter(|source| source.folder() != "index").collect();
    let mut edges = sibling_imports(&program);
    assert!(edges.len() > 50, "{} modules import a sibling", edges.len());
    // What imports nothing that is left can be in no cycle, nor what nothing left imports.
    loop {
        let before = edges.len();
        let importing: BTreeSet<_> = edges.keys().cloned().collect();
        let imported: BTreeSet<_> = edges.values().flatten().cloned().collect();
        for imports in edges.values_mut() {
            imports.retain(|import| importing.contains(import));
        }
        edges.retain(|module, imports| !imports.is_empty() && imported.contains(module));
        if edges.len() == before {
            break;
        }
    }
    let breach = |(from, to): (&Vec<String>, &BTreeSet<Vec<String>>)| {
        let to: Vec<_> = to.iter().map(|path| path.join("::")).collect();
        format!("{} imports {} in a cycle", from.join("::"), to.join(" and "))
    };
    none(&edges.iter().map(breach).collect::<Vec<_>>());
}

#[test]
fn type_names_are_unique() {
    let mut defined: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for source in program() {
        for (line, name) in types(&source.code()) {
            defined.entry(name.to_owned()).or_default().push(format!("{}:{line}", source.name));
        }
    }
    assert!(defined.len() > 300, "{} types found", defined.len());
    defined.retain(|_, places| places.len() > 1);
    none(
        &defined.iter().map(|(name, at)| format!("{name}: {}", at.join(", "))).collect::<Vec<_>>(),
    );
}

#[test]
fn functions_fit_into_one_reading() {
    let (mut breaches, mut count) = (Vec::new(), 0);
    for source in program() {
        for (name, line, length) in functions(&source.code()) {
            count += 1;
            if length > MAX_FUNCTION_LINES {
                breaches.push(format!("{}:{line}: {name} has {length} lines", source.name));
            }
        }
    }
    assert!(count > 1_000, "{count} functions found");
    none(&breaches);
}

#[test]
fn functions_are_found_with_their_lengths() {
    let code = "pub(crate) fn a() {\n    b();\n}\nimpl X {\n    const fn c(&self) -> u8 {\n        1\n    }\n}\nfn d();\n";
    assert_eq!(functions(code), [("a", 1, 3), ("c", 5, 3)]);
}

#[test]
fn files_clock_and_terminal_are_touched_in_their_modules_only() {
    let mut breaches = Vec::new();
    for source in program() {
        let (module, code) = (source.module().join("::"), source.code());
        for (word, allowed) in CONFINED {
            let within = |of: &&str| {
                module
                    .strip_prefix(*of)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with("::"))
            };
            if allowed.iter().any(within) {
                continue;
            }
            for at in ends_of(&code, word) {
                let line = line_of(&code, at);
                breaches.push(format!("{}:{line}: {word} is for {allowed:?} only", source.name));
            }
        }
    }
    none(&breaches);
}

/// All text comes on the screen through one file, which lets nothing pass that acts on a terminal.
#[test]
fn text_is_drawn_in_one_place() {
    let mut breaches = Vec::new();
    for source in program().iter().filter(|source| source.folder() == "tui") {
        let (name, code) = (&source.name, source.code());
        for word in TEXT_MAKERS.iter().filter(|_| name != TEXT_FILE) {
            for at in ends_of(&code, word) {
                breaches.push(format!("{name}:{}: {word} is for {TEXT_FILE}", line_of(&code, at)));
            }
        }
    }
    none(&breaches);
}

#[test]
fn files_are_short_and_have_telling_names() {
    let mut breaches = Vec::new();
    for source in program() {
        let (name, lines) = (&source.name, source.code().lines().count());
        let limit = if name == "src/main.rs" { MAX_MAIN_LINES } else { MAX_FILE_LINES };
        if lines > limit {
            breaches.push(format!("{name}:{lines}: longer than {limit}"));
        }
    }
    for source in sources("src").iter().chain(&sources("tests")) {
        let stem = Path::new(&source.name).file_stem().and_then(|stem| stem.to_str());
        if stem.is_some_and(|stem| FORBIDDEN_NAMES.contains(&stem)) {
            breaches.push(format!("{}:1: the name does not say what it is for", source.name));
        }
    }
    none(&breaches);
}

#[test]
fn nothing_is_put_off_or_silenced() {
    let mut breaches = Vec::new();
    for source in sources("src").iter().chain(&sources("tests")) {
        for (at, line) in source.text.lines().enumerate() {
            for word in NEVER.iter().filter(|word| line.contains(**word)) {
                breaches.push(format!("{}:{}: {word} stands here", source.name, at + 1));
            }
        }
    }
    none(&breaches);
}

#[test]
fn the_top_level_holds_what_it_should() {
    let strange = names(root()).into_iter().filter(|name| {
        let known = TOP_LEVEL.contains(&name.as_str()) || LEFT_BEHIND.contains(&name.as_str());
        !known && !name.starts_with('.')
    });
    none(
        &strange
            .map(|name| format!("{name}: does not belong to the top level"))
            .collect::<Vec<_>>(),
    );
}

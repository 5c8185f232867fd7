//! The rules of the house that no compiler knows: which room may import which, where files, clock
//! and terminal are touched, and what may lie where.

use std::fs;
use std::path::{Path, PathBuf};

/// What each room, a module of the top level, may import. A room stands below all that it may
/// import, so that no two can import each other, however many rooms lie between.
const LAW: &[(&str, &[&str])] = &[
    ("entry", &[]),
    ("organisation", &[]),
    ("split", &[]),
    ("show", &[]),
    ("layout", &[]),
    ("keymap", &["layout"]),
    ("cli", &[]),
    ("simulate", &[]),
    ("source", &[]),
    ("said", &["entry"]),
    ("parse", &["entry"]),
    ("redact", &["entry", "parse"]),
    ("table", &["show"]),
    ("follow", &["source"]),
    ("index", &["entry", "parse", "said"]),
    ("filter", &["entry", "index", "organisation", "said"]),
    ("story", &["entry", "index", "parse", "redact", "show"]),
    ("ingest", &["entry", "follow", "index", "parse", "source", "split"]),
    ("output", &["show"]),
    ("save", &["index", "ingest", "output", "redact"]),
    ("search", &["filter", "index", "ingest", "parse", "split"]),
    (
        "app",
        &[
            "entry",
            "filter",
            "index",
            "keymap",
            "layout",
            "organisation",
            "parse",
            "redact",
            "said",
            "save",
            "search",
            "show",
            "story",
            "table",
        ],
    ),
    ("ui", &["app", "entry", "filter", "index", "keymap", "layout", "parse", "show"]),
    ("config", &["app", "cli", "filter", "keymap", "show", "ui"]),
    ("session", &["app", "config"]),
    ("status", &["follow", "ingest", "show"]),
    (
        "headless",
        &[
            "cli", "entry", "filter", "follow", "index", "ingest", "parse", "redact", "show",
            "source", "status",
        ],
    ),
    ("check", &["cli", "entry", "filter", "headless", "index", "ingest", "parse", "show", "table"]),
    (
        "export",
        &[
            "cli", "entry", "filter", "headless", "index", "ingest", "output", "parse", "show",
            "status", "story",
        ],
    ),
    (
        "report",
        &[
            "cli",
            "entry",
            "filter",
            "headless",
            "index",
            "ingest",
            "parse",
            "organisation",
            "said",
            "show",
            "table",
        ],
    ),
    ("trace", &["cli", "entry", "filter", "headless", "index", "ingest", "parse", "show", "story"]),
    ("demo", &["entry", "simulate", "source"]),
    (
        "tui",
        &[
            "app", "cli", "config", "demo", "entry", "filter", "follow", "index", "ingest",
            "keymap", "layout", "output", "parse", "redact", "save", "search", "session", "show",
            "simulate", "source", "split", "status", "ui",
        ],
    ),
    (
        "limits",
        &[
            "app", "check", "cli", "config", "filter", "follow", "headless", "index", "ingest",
            "layout", "parse", "report", "said", "session", "show", "source", "split", "status",
            "story", "table", "trace", "tui",
        ],
    ),
    ("manual", &["app", "cli", "config", "keymap", "limits"]),
    (
        "main",
        &[
            "check", "cli", "export", "limits", "manual", "report", "show", "simulate", "trace",
            "tui",
        ],
    ),
    ("lib", &[]),
];

/// Words of the code that only these rooms may use.
const CONFINED: &[(&str, &[&str])] = &[
    // The table asks for the width of the terminal.
    ("crossterm", &["keymap", "table", "tui"]),
    ("ratatui", &["layout", "ui", "tui"]),
    // Nobody else opens a log. Written is what was asked for by its name: the output of an export or
    // of the screen, the truth beside a simulated log, how far the reader is. And the configuration is read, and what a
    // session leaves is kept.
    ("fs::", &["source", "output", "status", "main", "config", "session"]),
    ("File::open", &["source"]),
    ("OpenOptions", &["source", "output", "status", "session"]),
    // The reader's thread times its polls; what time it is the screen's loop asks,
    // and once each command that is told how long ago.
    ("Instant::now", &["tui", "ingest", "headless"]),
    ("Local::now", &["tui", "headless"]),
    ("Utc::now", &[]),
    ("SystemTime::now", &[]),
    // The last one writes the log that a demonstration follows.
    ("thread::", &["tui", "ingest", "save", "search", "headless", "demo", "session"]),
    ("process::exit", &["tui"]),
];

/// What makes text on the screen; only these files may, of the rooms that draw.
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
const TEXT_ROOM: &str = "src/ui/text.rs";

/// Lines of a file before its tests.
const LONGEST: usize = 400;

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

/// Names that say nothing of what a module is for.
const NAMELESS: &[&str] =
    &["mod", "util", "utils", "common", "types", "helper", "helpers", "manager"];

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

/// A file, with its path from the top level.
struct Source {
    name: String,
    text: String,
}

impl Source {
    /// The module of the top level that it belongs to.
    fn room(&self) -> &str {
        let inside = self.name.strip_prefix("src/").unwrap_or(&self.name);
        inside.split(['/', '.']).next().unwrap_or_default()
    }

    /// Levels below the root of the crate: 1 for a room, 2 for what lies in its folder.
    fn depth(&self) -> usize {
        self.name.matches('/').count()
    }

    fn is_test(&self) -> bool {
        self.name.starts_with("tests/") || self.name.split(['/', '.']).any(|part| part == "tests")
    }

    /// The code before the tests, with as many lines but without comments.
    fn code(&self) -> String {
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

fn root() -> &'static Path {
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
fn sources(folder: &str) -> Vec<Source> {
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
fn program() -> Vec<Source> {
    sources("src").into_iter().filter(|source| !source.is_test()).collect()
}

fn may_import(room: &str) -> Option<&'static [&'static str]> {
    LAW.iter().find(|(of, _)| *of == room).map(|(_, allowed)| *allowed)
}

/// The rooms that a code names behind `crate::`, alone or grouped, each with its line.
fn imports(code: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    for at in ["crate::", "mtatop::"].iter().flat_map(|root| ends_of(code, root)) {
        let (mut depth, mut begins) = (0, true);
        for (offset, c) in code.get(at..).unwrap_or_default().char_indices() {
            match c {
                '{' => depth += 1,
                '}' if depth == 1 => break,
                '}' => depth -= 1,
                ',' if depth == 1 => begins = true,
                _ if c.is_whitespace() => {}
                _ if begins => {
                    found.push((line_of(code, at + offset), word(code, at + offset)));
                    begins = false;
                }
                _ => {}
            }
            if depth == 0 && !begins {
                break;
            }
        }
    }
    found
}

fn ends_of(code: &str, root: &str) -> Vec<usize> {
    let whole = |at: &usize| !code.get(..*at).is_some_and(|before| before.ends_with(is_word));
    code.match_indices(root).map(|(at, _)| at).filter(whole).map(|at| at + root.len()).collect()
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}

fn word(code: &str, at: usize) -> String {
    code.get(at..).unwrap_or_default().chars().take_while(|&c| is_word(c)).collect()
}

fn line_of(code: &str, at: usize) -> usize {
    code.get(..at).unwrap_or_default().matches('\n').count() + 1
}

/// Fails with one line for each breach.
fn none(breaches: &[String]) {
    assert!(breaches.is_empty(), "rules of the house broken:\n{}\n", breaches.join("\n"));
}

#[test]
fn the_law_has_no_cycle() {
    for (at, (room, allowed)) in LAW.iter().enumerate() {
        for import in *allowed {
            let above = LAW.iter().take(at).any(|(other, _)| other == import);
            assert!(above, "{room} may import {import}, which does not stand above it in LAW");
        }
    }
}

#[test]
fn rooms_import_what_the_law_allows() {
    let mut breaches = Vec::new();
    for source in program() {
        let (name, room, code) = (&source.name, source.room(), source.code());
        let Some(allowed) = may_import(room) else {
            breaches.push(format!("{name}:1: {room} is a room that LAW does not know"));
            continue;
        };
        for (line, import) in imports(&code) {
            if import != room && !allowed.contains(&import.as_str()) {
                breaches.push(format!("{name}:{line}: {room} must not import {import}"));
            }
        }
        let chain = "super::".repeat(source.depth());
        for at in ends_of(&code, &chain) {
            let line = line_of(&code, at);
            breaches.push(format!("{name}:{line}: {chain} leaves {room}; name it by crate::"));
        }
    }
    none(&breaches);
}

#[test]
fn imports_are_found_however_they_are_written() {
    let code =
        "use crate::{\n    a::{self, B},\n    c,\n};\nuse crate::d::E;\nlet f = crate::g();\n";
    let found = imports(code);
    let found: Vec<_> = found.iter().map(|(line, room)| (*line, room.as_str())).collect();
    assert_eq!(found, [(2, "a"), (3, "c"), (5, "d"), (6, "g")]);
}

#[test]
fn files_clock_and_terminal_are_touched_in_their_rooms_only() {
    let mut breaches = Vec::new();
    for source in program() {
        let (name, room, code) = (&source.name, source.room(), source.code());
        for (word, rooms) in CONFINED.iter().filter(|(_, rooms)| !rooms.contains(&room)) {
            for at in ends_of(&code, word) {
                let line = line_of(&code, at);
                breaches.push(format!("{name}:{line}: {word} is for these only: {rooms:?}"));
            }
        }
    }
    none(&breaches);
}

/// All text comes on the screen through one file, which lets nothing pass that acts on a terminal.
#[test]
fn text_is_drawn_in_one_place() {
    let mut breaches = Vec::new();
    for source in program().iter().filter(|source| ["ui", "tui"].contains(&source.room())) {
        let (name, code) = (&source.name, source.code());
        for word in TEXT_MAKERS.iter().filter(|_| name != TEXT_ROOM) {
            for at in ends_of(&code, word) {
                breaches.push(format!("{name}:{}: {word} is for {TEXT_ROOM}", line_of(&code, at)));
            }
        }
    }
    none(&breaches);
}

/// What a constant that bounds something is called.
const BOUNDS: &[&str] = &["MOST", "LONGEST", "LIMIT", "FARTHEST", "LARGEST"];
/// Makes a log and reads none.
const UNBOUNDED: &str = "simulate";

/// The name of a constant that a line defines, if it is that of a bound.
fn bound(line: &str) -> Option<&str> {
    let name = line.split("const ").nth(1)?.split(':').next()?;
    name.split('_').any(|part| BOUNDS.contains(&part)).then_some(name)
}

/// What bounds the program is told to whoever asks for it, and from the very constant.
#[test]
fn every_bound_is_among_the_limits() {
    let (mut breaches, mut found) = (Vec::new(), 0);
    let program = program();
    let told = program.iter().find(|source| source.name == "src/limits.rs").unwrap().code();
    for source in program.iter().filter(|source| source.room() != UNBOUNDED) {
        for (at, line) in source.code().lines().enumerate() {
            let Some(name) = bound(line) else { continue };
            found += 1;
            let end = format!("::{name}");
            let is_told = told.match_indices(&end).any(|(at, _)| word(&told, at + 2) == name);
            if !is_told {
                breaches.push(format!("{}:{}: {name} is not in limits.rs", source.name, at + 1));
            }
        }
    }
    none(&breaches);
    assert!(found > 20, "{found} bounds found");
}

#[test]
fn files_are_short_and_have_telling_names() {
    let mut breaches = Vec::new();
    for source in program() {
        let (name, lines) = (&source.name, source.code().lines().count());
        if lines > LONGEST {
            breaches.push(format!("{name}:{lines}: longer than {LONGEST}"));
        }
    }
    for source in sources("src").iter().chain(&sources("tests")) {
        let stem = Path::new(&source.name).file_stem().and_then(|stem| stem.to_str());
        if stem.is_some_and(|stem| NAMELESS.contains(&stem)) {
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

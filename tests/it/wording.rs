//! The program and its documents use the standard terms of the field, so that an administrator who
//! searches for them finds them.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Phrases that were replaced by a standard term, with the term.
const FORBIDDEN: &[(&str, &str)] = &[
    ("upper and lower case are the same", "case-insensitive"),
    ("half of them, and 95 of 100", "p50 and p95"),
    ("99 of 100", "p99"),
    ("is no terminal", "is not a terminal"),
    ("is no log", "is not a log"),
    ("is no file", "is not a regular file"),
    ("put aside", "rotated"),
    ("was rolled", "rotated"),
    ("turned round", "reversed"),
    ("turn the order round", "reverse the sort order"),
    ("head line", "header row"),
    ("the code is 1", "exit status 1"),
    ("all well", "success"),
    ("makes no sense", "invalid"),
    ("tells the story", "traces"),
    ("what became of", "the outcome of"),
    ("what it leaves", "what matches"),
    ("what the filter leaves", "what matches the filter"),
    ("nothing under this filter", "no entries match this filter"),
    ("nothing of it is left", "written atomically"),
    ("nothing was kept", "discarded"),
    ("bounds that the program goes by", "limits"),
    ("those who waited", "queue time"),
    ("addresses of ours", "local IPs"),
    ("our end", "local endpoint"),
    ("their end", "remote endpoint"),
    ("is of no use", "invalid"),
    ("what comes through a pipe", "a pipe"),
    ("stands by itself", "literal"),
    ("others than its owner", "group- or world-writable"),
    ("belongs to somebody else", "not owned by you"),
    ("may be given again", "repeatable"),
    ("for ever", "permanently"),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn printed(arguments: &[&str]) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_mtatop")).args(arguments).output().unwrap();
    assert!(output.status.success(), "{arguments:?}");
    String::from_utf8(output.stdout).unwrap()
}

/// The string literals of a Rust file that are texts: more than one word.
fn texts(code: &str) -> impl Iterator<Item = &str> {
    let lines = code.lines().take_while(|line| *line != "#[cfg(test)]");
    let lines = lines.filter(|line| !line.trim_start().starts_with("//"));
    lines.flat_map(|line| line.split('"').skip(1).step_by(2)).filter(|text| text.contains(' '))
}

fn rust_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            rust_files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

/// Everything that a user can read, by where it is.
fn user_texts() -> Vec<(String, String)> {
    let mut all = Vec::new();
    for name in ["README.md", "CHANGELOG.md", "assets/manual.md", "assets/config.toml"] {
        all.push((name.to_owned(), fs::read_to_string(root().join(name)).unwrap()));
    }
    for command in ["check", "export", "report", "trace", "simulate", "man"] {
        all.push((format!("help {command}"), printed(&["help", command])));
        all.push((format!("man {command}"), printed(&["man", command])));
    }
    for topic in ["keys", "filter", "screen", "limits", "files", "evidence", "redaction", "options"]
    {
        all.push((format!("help {topic}"), printed(&["help", topic])));
    }
    all.push(("man".to_owned(), printed(&["man"])));
    let mut files = Vec::new();
    rust_files(&root().join("src"), &mut files);
    for file in files.into_iter().filter(|file| !file.to_string_lossy().contains("tests")) {
        let code = fs::read_to_string(&file).unwrap();
        all.push((file.display().to_string(), texts(&code).collect::<Vec<_>>().join("\n")));
    }
    all
}

#[test]
fn texts_use_the_standard_terms() {
    let mut breaches = Vec::new();
    for (place, text) in user_texts() {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase();
        for (phrase, term) in FORBIDDEN {
            if text.contains(phrase) {
                breaches.push(format!("{place}: {phrase:?}; say {term:?}"));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn texts_are_found_in_code() {
    let code =
        "let a = \"two words\";\n// \"not this\"\nf(\"one\", \"b c\");\n#[cfg(test)]\n\"nor this\"";
    assert_eq!(texts(code).collect::<Vec<_>>(), ["two words", "b c"]);
}

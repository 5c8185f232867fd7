//! Files of the repository that the program itself writes: compared, or rewritten with `UPDATE=1`.

use std::fs;
use std::path::Path;

/// Fails unless the file holds `actual`. With `UPDATE=1` in the environment it is written first.
pub(crate) fn check(path: &Path, actual: &str) {
    let shown = path.display();
    if std::env::var_os("UPDATE").is_some_and(|value| value == "1") {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written.and_then(|()| fs::write(path, actual)).unwrap_or_else(|e| panic!("{shown}: {e}"));
    }
    let kept = fs::read_to_string(path)
        .unwrap_or_else(|error| panic!("{shown}: {error}; UPDATE=1 cargo test writes it"));
    if kept == actual {
        return;
    }
    let same = kept.lines().zip(actual.lines()).take_while(|(kept, actual)| kept == actual).count();
    let line = |text: &str| text.lines().nth(same).unwrap_or("(the end)").to_owned();
    panic!(
        "{shown}:{}: not what the program says; UPDATE=1 cargo test rewrites it\n  file    {}\n  program {}",
        same + 1,
        line(&kept),
        line(actual)
    );
}

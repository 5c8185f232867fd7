//! Every input that the fuzzer found worth keeping, given once more to its target.

#[path = "../fuzz/targets.rs"]
mod targets;

use std::fs;
use std::panic::catch_unwind;
use std::path::Path;

#[test]
fn what_the_corpora_hold_is_well() {
    for (name, run) in targets::ALL {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus").join(name);
        let files = fs::read_dir(&folder).unwrap_or_else(|e| panic!("{}: {e}", folder.display()));
        let mut inputs = 0;
        for file in files {
            let path = file.unwrap().path();
            let bytes = fs::read(&path).unwrap();
            assert!(catch_unwind(|| run(&bytes)).is_ok(), "{}", path.display());
            inputs += 1;
        }
        assert!(inputs > 5, "{name}: a corpus of {inputs}");
    }
}

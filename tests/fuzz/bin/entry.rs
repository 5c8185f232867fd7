#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| mtatop_fuzz::run("entry", bytes));

//! Random lives of a log.

use proptest::prelude::*;

use super::model::{Action, live};
use super::*;

fn actions() -> impl Strategy<Value = Vec<Action>> {
    let len = prop_oneof![0..3_usize, 1..200_usize];
    let action = prop_oneof![
        8 => len.clone().prop_map(Action::Append),
        6 => (any::<usize>(), len.clone())
            .prop_map(|(which, len)| Action::AppendLate { which, len }),
        4 => Just(Action::Roll),
        1 => Just(Action::Delete),
        2 => len.clone().prop_map(|len| Action::Truncate { len }),
        1 => (any::<usize>(), len.clone())
            .prop_map(|(which, len)| Action::TruncateLate { which, len }),
        2 => len.prop_map(|more| Action::Refill { more }),
        1 => any::<usize>().prop_map(|which| Action::Return { which }),
        8 => (1..5_usize).prop_map(Action::Poll),
        3 => Just(Action::Settle),
        3 => (1..8_usize).prop_map(Action::Wait),
    ];
    // Fewer than there are numbers of contents.
    proptest::collection::vec(action, 1..120)
}

/// A thousand cases in memory, fewer on disk; `PROPTEST_CASES=50000` makes 200,000.
pub(super) fn config(cases: fn(u32) -> u32) -> ProptestConfig {
    let usual = ProptestConfig::default();
    ProptestConfig { cases: cases(usual.cases), failure_persistence: None, ..usual }
}

proptest! {
    #![proptest_config(config(|usual| usual * 4))]

    #[test]
    fn every_byte_is_told_once_and_in_order(limit in 1..300_usize, actions in actions()) {
        live(&Ground::memory(), limit, &actions);
    }
}

#[cfg(unix)]
proptest! {
    #![proptest_config(config(|usual| usual / 4))]

    #[test]
    fn and_so_it_is_on_disk(limit in 1..300_usize, actions in actions()) {
        live(&Ground::disk(), limit, &actions);
    }
}

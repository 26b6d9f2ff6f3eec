use super::*;
use crate::history::facts::Fact;

fn held(path: &str, value: &str, strength: Strength, mask: u32) -> Held {
    Held {
        fact: Fact { of: Of::Toolchain, name: "x".to_owned(), value: value.to_owned(), strength, line: 1 },
        path: path.into(),
        held: Mask(mask),
        text: String::new(),
    }
}

fn excludes(comparison: Comparison, wanted: &str, value: &str) -> bool {
    comparison.excludes(&Version::parse(wanted).unwrap(), &held("Cargo.toml", value, Strength::Own, 1))
}

#[test]
fn a_least_version_is_wrong_once_a_newer_one_is_needed() {
    assert!(excludes(Comparison::Least, "3.6", ">=3.7"));
    assert!(excludes(Comparison::Least, "14.6", "^14.18.0 || >=16.0.0"));
    assert!(excludes(Comparison::Least, "11", ">=14"));
}

#[test]
fn a_version_that_still_satisfies_the_range_is_right() {
    assert!(!excludes(Comparison::Least, "3.8", ">=3.7"));
    assert!(!excludes(Comparison::Least, "14", "^14.18.0 || >=16.0.0"));
    assert!(!excludes(Comparison::Least, "1.70.0", ">=1.70"));
    assert!(!excludes(Comparison::Compatible, "1.2", "1.9.0"));
    assert!(!excludes(Comparison::Compatible, "0.3", "0.3.9"));
    assert!(!excludes(Comparison::Compatible, "0.3", "0.4.0-rc.1"));
    assert!(!excludes(Comparison::Major, "v4", "v4.1"));
}

#[test]
fn an_own_version_leaves_the_compatible_range() {
    assert!(excludes(Comparison::Compatible, "0.3", "0.4.0"));
    assert!(excludes(Comparison::Compatible, "1.9", "2.0.0"));
    assert!(excludes(Comparison::Major, "v2", "v4"));
}

#[test]
fn manifests_win_over_pipelines_and_near_ones_over_far_ones() {
    let all = [
        held(".github/workflows/ci.yml", "1.50", Strength::Ci, 1),
        held("Cargo.toml", ">=1.60", Strength::Manifest, 1),
        held("crates/a/Cargo.toml", ">=1.70", Strength::Manifest, 1),
    ];
    let value = |folder: &[u8]| effective(&all, folder, 0).iter().map(|f| f.fact.value.clone()).collect::<Vec<_>>();
    assert_eq!(value(b""), [">=1.60"]);
    assert_eq!(value(b"docs"), [">=1.60"]);
    assert_eq!(value(b"crates/a/docs"), [">=1.70"]);
    assert!(effective(&all, b"", 1).is_empty());
}

#[test]
fn the_least_of_a_matrix_is_the_least() {
    let all = [held("a.yml", "3.8", Strength::Ci, 1), held("a.yml", "3.10", Strength::Ci, 1)];
    let facts: Vec<&Held> = all.iter().collect();
    let agreement = |text: &str| Comparison::Least.agreement(&Version::parse(text).unwrap(), text, &facts);
    assert!(agreement("3.8") >= 1.0);
    assert!(agreement("3") > 0.0 && agreement("3") < 1.0);
    assert!(agreement("3.10") <= 0.0);
}

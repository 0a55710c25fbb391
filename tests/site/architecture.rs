//! The house rules that a compiler does not keep.

use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let manifest = concat!(env!("CARGO_MANIFEST_DIR"), "/../Cargo.toml");
    let metadata =
        MetadataCommand::new().manifest_path(manifest).no_deps().other_options(["--offline".into()]).exec();
    let packages = metadata.unwrap().packages.into_iter();
    let normal = |package: cargo_metadata::Package| {
        let names =
            package.dependencies.into_iter().filter(|d| d.kind == DependencyKind::Normal).map(|d| d.name);
        (package.name.to_string(), names.collect())
    };
    packages.map(normal).collect()
}

#[test]
fn the_domain_is_pure() {
    let allowed = ["chrono", "serde", "subtle", "thiserror", "unicode-normalization", "uuid"];
    for name in &dependencies()["watchbook-domain"] {
        assert!(allowed.contains(&name.as_str()), "domain must not depend on {name}");
    }
}

#[test]
fn dependencies_point_down() {
    let order = [
        "watchbook-domain",
        "watchbook-signals",
        "watchbook-eventlog",
        "watchbook-proofs",
        "watchbook-projections",
        "watchbook-words",
        "watchbook-workers",
        "watchbook-api",
        "watchbook",
    ];
    let dependencies = dependencies();
    for (level, name) in order.iter().enumerate() {
        for above in &order[level + 1..] {
            assert!(!dependencies[*name].contains(*above), "{name} must not depend on {above}");
        }
    }
    assert!(
        !dependencies["watchbook-api"].contains("watchbook-workers"),
        "nothing is sent on the request path"
    );
}

#[test]
fn judging_detectors_is_pure() {
    for name in &dependencies()["watchbook-evaluation"] {
        assert!(
            ["uuid", "watchbook-domain"].contains(&name.as_str()),
            "evaluation must not depend on {name}"
        );
    }
}

#[test]
fn words_need_nothing_but_the_domain() {
    for name in &dependencies()["watchbook-words"] {
        assert!(
            name == "watchbook-domain" || !name.starts_with("watchbook"),
            "words must not depend on {name}"
        );
    }
}

#[test]
fn only_the_composition_root_names_stores() {
    let stores = ["watchbook-eventlog-sqlite", "watchbook-eventlog-postgres", "watchbook-eventlog-kurrentdb"];
    for (name, of) in dependencies() {
        let named = stores.iter().any(|store| of.contains(*store));
        assert!(!named || name == "watchbook", "{name} names a store");
    }
}

#[test]
fn no_stand_in_is_shipped() {
    for (name, of) in dependencies() {
        let of_tests = ["watchbook-test-kurrentdb", "watchbook-test-postgres"];
        assert!(!of_tests.iter().any(|it| of.contains(*it)), "{name} needs what only serves tests");
    }
}

/// What the book says is tested is tested.
#[test]
fn named_tests_are_there() {
    let root = std::path::Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/.."));
    let text = std::fs::read_to_string(root.join("docs/src/security.md")).unwrap();
    let (mut named, mut wanting) = (0, Vec::new());
    let (mut in_table, mut of_tests) = (false, false);
    for line in text.lines() {
        let cell = line.trim_end_matches('|').rsplit('|').next().unwrap();
        let was_in_table = std::mem::replace(&mut in_table, line.starts_with('|'));
        if in_table && !was_in_table {
            of_tests = cell.contains("test");
        }
        // The last cell names tests, each list followed by the file that they are in.
        if !in_table || !of_tests {
            continue;
        }
        let mut tests = Vec::new();
        for (n, part) in cell.split('`').enumerate() {
            let is_test = part.contains('_') && part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
            if n % 2 == 1 {
                tests.extend(is_test.then_some(part));
                continue;
            }
            let file = part.split(['(', ')', ' ', ',', ';']).find(|word| word.ends_with(".rs"));
            let Some(file) = file else { continue };
            let source = std::fs::read_to_string(root.join(file)).unwrap_or_default();
            for test in tests.drain(..) {
                named += 1;
                if !source.contains(&format!("fn {test}(")) {
                    wanting.push(format!("{test} ({file})"));
                }
            }
        }
        assert_eq!(tests, Vec::<&str>::new(), "named without a file: {line}");
    }
    assert!(named > 150, "only {named} tests are named");
    assert_eq!(wanting, Vec::<String>::new());
}

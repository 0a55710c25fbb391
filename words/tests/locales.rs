//! No language lacks what another has.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a test that cannot go on must fail")]

use fluent_bundle::FluentResource;
use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use std::collections::{BTreeMap, BTreeSet};
use watchbook_words::Language;

/// What a pattern says: its words, and the variables in it.
type Said = (String, BTreeSet<String>);

fn read(language: Language) -> BTreeMap<String, Said> {
    let path = format!("{}/locales/{}.ftl", env!("CARGO_MANIFEST_DIR"), language.tag());
    let resource = FluentResource::try_new(std::fs::read_to_string(&path).unwrap());
    let resource = resource.unwrap_or_else(|(_, errors)| panic!("{path}: {errors:?}"));
    let mut all = BTreeMap::new();
    let mut keep = |name: String, pattern: &Pattern<&str>| {
        let mut said = Said::default();
        gather(pattern, &mut said);
        assert!(all.insert(name.clone(), said).is_none(), "{path} has {name} twice");
    };
    for entry in resource.entries() {
        match entry {
            Entry::Message(message) => {
                let id = message.id.name;
                message.value.iter().for_each(|value| keep(id.to_owned(), value));
                message.attributes.iter().for_each(|a| keep(format!("{id}.{}", a.id.name), &a.value));
            }
            Entry::Comment(_) | Entry::GroupComment(_) | Entry::ResourceComment(_) => {}
            other => panic!("{path}: {other:?}"),
        }
    }
    all
}

fn gather(pattern: &Pattern<&str>, said: &mut Said) {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => said.0.push_str(value),
            PatternElement::Placeable { expression: Expression::Inline(inline) } => variable(inline, said),
            PatternElement::Placeable { expression: Expression::Select { selector, variants } } => {
                variable(selector, said);
                variants.iter().for_each(|variant| gather(&variant.value, said));
            }
        }
    }
}

fn variable(inline: &InlineExpression<&str>, said: &mut Said) {
    let InlineExpression::VariableReference { id } = inline else { panic!("{inline:?}") };
    said.1.insert(id.name.to_owned());
}

#[test]
fn every_language_has_the_same_messages_and_variables() {
    let english = read(Language::English);
    for language in Language::ALL {
        let words = read(language);
        let keys = |of: &BTreeMap<String, Said>| of.keys().cloned().collect::<BTreeSet<_>>();
        let difference: Vec<_> = keys(&english).symmetric_difference(&keys(&words)).cloned().collect();
        assert!(difference.is_empty(), "{language:?} lacks or alone has {difference:?}");
        for (name, (_, variables)) in &english {
            assert_eq!(variables, &words[name].1, "{language:?}: {name}");
        }
    }
}

#[test]
fn no_english_is_left_in_another_language() {
    let english = read(Language::English);
    let marks = [" the ", " your ", " you ", " were ", " with ", " not "];
    for language in Language::ALL.into_iter().filter(|language| *language != Language::English) {
        for (name, (words, _)) in read(language) {
            assert_ne!(words, english[&name].0, "{language:?}: {name}");
            let around = format!(" {words} ").to_lowercase();
            assert!(!marks.iter().any(|mark| around.contains(mark)), "{language:?}: {name}: {words}");
        }
    }
}

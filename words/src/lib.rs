//! What people read in mails, in text messages and on pages, in their languages. The words lie in one file per
//! language, `locales/<language>.ftl`, in Fluent's syntax; what is said when is the caller's.
//!
//! A message has a name and parts: `new-device` has a `subject`, a `heading` and so on. What a language lacks is said
//! in English, so that nobody is told nothing; a test sees to it that no language lacks anything.

mod device;
mod language;
mod moment;

pub use device::device_in_words;
pub use fluent_bundle::FluentArgs as Args;
pub use language::Language;
pub use moment::moment;

use fluent_bundle::FluentResource;
use fluent_bundle::concurrent::FluentBundle;
use fluent_syntax::ast::Pattern;
use std::sync::LazyLock;

type Bundle = FluentBundle<FluentResource>;

static BUNDLES: LazyLock<Vec<Bundle>> = LazyLock::new(|| Language::ALL.map(bundle).into());

fn bundle(language: Language) -> Bundle {
    // What a faulty file still has is of use; that none is faulty is tested.
    let resource = FluentResource::try_new(language.file().to_owned()).unwrap_or_else(|(whole, _)| whole);
    let mut bundle = Bundle::new_concurrent(vec![language.tag().parse().unwrap_or_default()]);
    // The layouts keep strangers' text apart from ours; marks for it would be seen in text messages.
    bundle.set_use_isolating(false);
    bundle.add_resource_overriding(resource);
    bundle
}

/// The part of a message, in a language or, where that lacks it, in English; `None` if English has none either.
///
/// What `args` puts in is text, never syntax.
pub fn part(language: Language, message: &str, part: &str, args: &Args<'_>) -> Option<String> {
    [language, Language::English].into_iter().find_map(|language| {
        let bundle = BUNDLES.get(language as usize)?;
        let pattern = bundle.get_message(message)?.get_attribute(part)?.value();
        written(bundle, pattern, args)
    })
}

/// A message that has no parts; its name, should nobody have written it.
pub fn phrase(language: Language, message: &str, args: &Args<'_>) -> String {
    let found = [language, Language::English].into_iter().find_map(|language| {
        let bundle = BUNDLES.get(language as usize)?;
        written(bundle, bundle.get_message(message)?.value()?, args)
    });
    found.unwrap_or_else(|| message.to_owned())
}

/// The paragraphs of a part: a blank line ends one, a line break within is a blank.
pub fn paragraphs(language: Language, message: &str, name: &str, args: &Args<'_>) -> Vec<String> {
    let text = part(language, message, name, args).unwrap_or_default();
    text.split("\n\n").filter(|paragraph| !paragraph.is_empty()).map(|p| p.replace('\n', " ")).collect()
}

fn written(bundle: &Bundle, pattern: &Pattern<&str>, args: &Args<'_>) -> Option<String> {
    let mut errors = vec![];
    let text = bundle.format_pattern(pattern, Some(args), &mut errors).into_owned();
    errors.is_empty().then_some(text)
}

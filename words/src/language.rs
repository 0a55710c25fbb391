//! The languages there are words in.

use watchbook_domain::Locale;

/// A language that everything is said in.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Language {
    /// What is said in no other language is said in this one.
    #[default]
    English,
    /// German, with the formal address.
    German,
    /// Spanish, with `usted`.
    Spanish,
    /// French, with `vous`.
    French,
    /// Portuguese, in words that both sides of the Atlantic use.
    Portuguese,
}

impl Language {
    /// All, in the order of their values.
    pub const ALL: [Self; 5] = [Self::English, Self::German, Self::Spanish, Self::French, Self::Portuguese];

    /// As `Content-Language` and `lang` name it (BCP 47).
    pub const fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::German => "de",
            Self::Spanish => "es",
            Self::French => "fr",
            Self::Portuguese => "pt",
        }
    }

    /// The words.
    pub(crate) const fn file(self) -> &'static str {
        match self {
            Self::English => include_str!("../locales/en.ftl"),
            Self::German => include_str!("../locales/de.ftl"),
            Self::Spanish => include_str!("../locales/es.ftl"),
            Self::French => include_str!("../locales/fr.ftl"),
            Self::Portuguese => include_str!("../locales/pt.ftl"),
        }
    }

    /// The language of a locale, whatever its region; `None` when there are no words in it.
    pub fn of(locale: &Locale) -> Option<Self> {
        Self::ALL.into_iter().find(|language| language.tag() == locale.language())
    }

    /// What to write to a person in: their locale's language, or English.
    pub fn for_person(locale: Option<&Locale>) -> Self {
        locale.and_then(Self::of).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_region_has_its_language_and_an_unknown_language_english() {
        let of = |tag: &str| Language::for_person(Some(&Locale::parse(tag).unwrap()));
        assert_eq!(of("de-CH"), Language::German);
        assert_eq!(of("pt-BR"), Language::Portuguese);
        assert_eq!(of("zh-Hant-TW"), Language::English);
        assert_eq!(Language::for_person(None), Language::English);
        for (value, language) in Language::ALL.into_iter().enumerate() {
            assert_eq!(language as usize, value);
        }
    }
}

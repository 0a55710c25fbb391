//! The language a person wants to be written to in.

use serde::{Deserialize, Serialize};

/// A language tag as people's browsers name them: language, script and region (BCP 47: RFC 5646, section 2.1), such as
/// `de`, `pt-BR` or `zh-Hant-TW`, in the usual case. What may follow (variants, extensions) says nothing here and is
/// left out.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Locale(String);

/// A text that is no language tag.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a language tag such as `de` or `pt-BR`")]
pub struct LocaleError;

/// Longest tag that is read. RFC 5646, section 4.4.1, asks for at least 35 characters.
const LONGEST: usize = 64;

impl Locale {
    /// Reads a tag, whatever its case.
    ///
    /// # Errors
    /// When it is not well-formed.
    pub fn parse(text: &str) -> Result<Self, LocaleError> {
        let sound =
            |part: &str| (1..=8).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_alphanumeric());
        let alphabetic = |part: &str| part.bytes().all(|b| b.is_ascii_alphabetic());
        if text.len() > LONGEST || !text.split('-').all(sound) {
            return Err(LocaleError);
        }
        let mut parts = text.split('-').peekable();
        let language = parts.next().filter(|part| matches!(part.len(), 2 | 3) && alphabetic(part));
        let mut tag = language.ok_or(LocaleError)?.to_ascii_lowercase();
        if let Some(script) = parts.next_if(|part| part.len() == 4 && alphabetic(part)) {
            tag.push('-');
            tag.push_str(&script[..1].to_ascii_uppercase());
            tag.push_str(&script[1..].to_ascii_lowercase());
        }
        let digits = |part: &str| part.len() == 3 && part.bytes().all(|b| b.is_ascii_digit());
        if let Some(region) = parts.next_if(|part| (part.len() == 2 && alphabetic(part)) || digits(part)) {
            tag.push('-');
            tag.push_str(&region.to_ascii_uppercase());
        }
        Ok(Self(tag))
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its language alone, such as `pt`.
    pub fn language(&self) -> &str {
        self.0.split('-').next().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_read_in_any_case_and_written_in_the_usual_one() {
        for (text, tag, language) in [
            ("de", "de", "de"),
            ("PT-br", "pt-BR", "pt"),
            ("zh-hant-tw", "zh-Hant-TW", "zh"),
            ("es-419", "es-419", "es"),
            ("de-CH-1996", "de-CH", "de"),
            ("en-US-u-hc-h12", "en-US", "en"),
        ] {
            let locale = Locale::parse(text).unwrap();
            assert_eq!((locale.as_str(), locale.language()), (tag, language));
        }
    }

    #[test]
    fn what_is_no_tag_is_refused() {
        let long = format!("de-{}", "a-".repeat(40));
        for text in
            ["", "*", "d", "de_CH", "de-", "-de", "german", "12", "dé", "de-\r\nx", "<b>", "x-private", &long]
        {
            assert_eq!(Locale::parse(text), Err(LocaleError), "{text:?}");
        }
    }
}

//! Phone numbers in the one form in which they are claimed, compared and written to.

use crate::IdentifierError;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Most digits of an international number (ITU-T E.164, 6.2.1).
const MOST_DIGITS: usize = 15;
/// Fewest digits that are dialled anywhere, country code included.
const FEWEST_DIGITS: usize = 7;

/// Country codes of two digits; 1 and 7 have one, all others three (ITU-T E.164, list of assigned codes).
const TWO_DIGITS: [&str; 44] = [
    "20", "27", "30", "31", "32", "33", "34", "36", "39", "40", "41", "43", "44", "45", "46", "47", "48",
    "49", "51", "52", "53", "54", "55", "56", "57", "58", "60", "61", "62", "63", "64", "65", "66", "81",
    "82", "84", "86", "90", "91", "92", "93", "94", "95", "98",
];

/// A phone number in E.164 form: `+`, country code, national number. Whether anybody answers it is for a code to
/// prove.
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PhoneNumber(String);

impl PhoneNumber {
    /// Reads an international number as people type it: with `+`, and with spaces, dots, hyphens or brackets
    /// between the digits. National forms are refused: which country they are of would be a guess.
    ///
    /// # Errors
    /// `Malformed` when it has no `+`, too few or too many digits, or no country code that is given out.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.len() > 64 {
            return Err(IdentifierError::Malformed);
        }
        let plain = text.trim().nfkc().filter(|c| !c.is_whitespace() && !"-.()".contains(*c));
        let plain: String = plain.collect();
        let digits = plain.strip_prefix('+').ok_or(IdentifierError::Malformed)?;
        let sound = (FEWEST_DIGITS..=MOST_DIGITS).contains(&digits.len())
            && digits.bytes().all(|b| b.is_ascii_digit())
            && !digits.starts_with('0');
        if sound { Ok(Self(plain)) } else { Err(IdentifierError::Malformed) }
    }

    /// `+` and digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What numbers of one country begin with: `+` and the country code. The 25 countries that share `+1` differ by
    /// area code, and some of those are dear to call: there the area code belongs to it.
    pub fn destination(&self) -> &str {
        let digits = &self.0[1..];
        let length = match digits.as_bytes() {
            [b'1', ..] => 4,
            [b'7', ..] => 1,
            _ if TWO_DIGITS.contains(&&digits[..2]) => 2,
            _ => 3,
        };
        &self.0[..=length]
    }

    /// For its owner to recognise, and nobody to learn: the country and the last two digits.
    pub fn masked(&self) -> String {
        format!("{}…{}", self.destination(), &self.0[self.0.len() - 2..])
    }
}

impl std::fmt::Debug for PhoneNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PhoneNumber(…)")
    }
}

/// Where messages may go: beginnings of numbers, such as `+351` or `+1868`. Empty means everywhere.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Vec<String>")]
pub struct Destinations(Vec<String>);

impl Destinations {
    /// Whether a message may go to `number`.
    pub fn allow(&self, number: &PhoneNumber) -> bool {
        self.0.is_empty() || self.0.iter().any(|beginning| number.0.starts_with(beginning.as_str()))
    }
}

/// For people.
impl std::fmt::Display for Destinations {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&if self.0.is_empty() { "every country".to_owned() } else { self.0.join(", ") })
    }
}

impl TryFrom<Vec<String>> for Destinations {
    type Error = String;

    fn try_from(beginnings: Vec<String>) -> Result<Self, String> {
        let sound = |text: &String| {
            text.strip_prefix('+').is_some_and(|digits| {
                (1..=MOST_DIGITS).contains(&digits.len())
                    && digits.bytes().all(|b| b.is_ascii_digit())
                    && !digits.starts_with('0')
            })
        };
        match beginnings.iter().find(|text| !sound(text)) {
            Some(wrong) => Err(format!("{wrong:?} is no beginning of a number, such as \"+351\"")),
            None => Ok(Self(beginnings)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_every_spelling() {
        for text in ["+351 912 345 678", " +351-912-345-678", "+351 (912) 345.678", "＋351912345678"] {
            assert_eq!(PhoneNumber::parse(text).unwrap().as_str(), "+351912345678", "{text}");
        }
    }

    #[test]
    fn national_forms_and_other_texts_are_refused() {
        for text in [
            "",
            "+",
            "912345678",
            "00351912345678",
            "+0351912345",
            "+12345",
            "+1234567890123456",
            "+35191234x678",
            "++351912345678",
            "+351912345678;ext=1",
            "tel:+351912345678",
            "+٣٥١٩١٢٣٤٥٦٧٨",
        ] {
            assert_eq!(PhoneNumber::parse(text), Err(IdentifierError::Malformed), "{text:?}");
        }
        assert!(PhoneNumber::parse(&format!("+351{}", " ".repeat(100))).is_err());
    }

    #[test]
    fn countries_are_told_apart_within_shared_codes_too() {
        let of = |text: &str| PhoneNumber::parse(text).unwrap().destination().to_owned();
        assert_eq!(of("+351912345678"), "+351");
        assert_eq!(of("+447700900123"), "+44");
        assert_eq!(of("+12025550123"), "+1202");
        assert_eq!(of("+18765550123"), "+1876", "not the same country");
        assert_eq!(of("+79161234567"), "+7");
        assert_eq!(of("+88216123456"), "+882");
    }

    #[test]
    fn only_listed_beginnings_are_allowed() {
        let listed = Destinations::try_from(vec!["+351".to_owned(), "+1202".to_owned()]).unwrap();
        let allows = |text: &str| listed.allow(&PhoneNumber::parse(text).unwrap());
        assert!(allows("+351912345678") && allows("+12025550123"));
        assert!(!allows("+18765550123") && !allows("+88216123456"));
        assert!(Destinations::default().allow(&PhoneNumber::parse("+88216123456").unwrap()));
        for wrong in ["351", "+", "+0", "PT", ""] {
            Destinations::try_from(vec![wrong.to_owned()]).unwrap_err();
        }
    }

    #[test]
    fn a_number_does_not_show() {
        let number = PhoneNumber::parse("+351912345678").unwrap();
        assert!(!format!("{number:?}").contains("912"));
        assert_eq!(number.masked(), "+351…78");
    }
}

//! What a person signs in with: an e-mail address, a user number or a phone number, in one namespace.

use crate::PhoneNumber;
use serde::{Deserialize, Serialize};
use unicode_normalization::UnicodeNormalization;

/// Why a text is not an identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IdentifierError {
    /// Neither an address, nor a user number, nor an international phone number.
    #[error("not an e-mail address, user number or phone number")]
    Malformed,
}

/// An e-mail address in the one form in which it is claimed, compared and written to: trimmed, Unicode
/// NFKC, lower case. At most 254 bytes, 64 before the `@` (RFC 5321, section 4.5.3.1).
#[derive(Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Email(String);

impl Email {
    /// Normalises and checks `text`. The check is for shape only: the verification mail is the proof.
    ///
    /// # Errors
    /// `Malformed` when there is no single `@` with a plausible local part and dotted domain around it.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.len() > 1024 {
            return Err(IdentifierError::Malformed);
        }
        let text: String = text.trim().nfkc().flat_map(char::to_lowercase).nfkc().collect();
        let (local, domain) = text.rsplit_once('@').ok_or(IdentifierError::Malformed)?;
        let plain = |c: char| !c.is_whitespace() && !c.is_control() && !"\"<>(),;:\\[]@".contains(c);
        let dotted = |part: &str| part.split('.').all(|label| !label.is_empty());
        let sound = !local.is_empty()
            && local.len() <= 64
            && text.len() <= 254
            && local.chars().all(plain)
            && domain.chars().all(|c| plain(c) && (c.is_alphanumeric() || c == '-' || c == '.'))
            && domain.contains('.')
            && dotted(local)
            && dotted(domain)
            && domain.split('.').all(|label| !label.starts_with('-') && !label.ends_with('-'));
        if sound { Ok(Self(text)) } else { Err(IdentifierError::Malformed) }
    }

    /// For its owner to recognise, and nobody to learn: the first character and the domain.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or_default();
        format!("{}…@{domain}", local.chars().next().unwrap_or_default())
    }

    /// The normalised address.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for Email {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Email(…)")
    }
}

/// A user number: nine digits, the first not zero, given out at random so that it tells nothing of how
/// many accounts there are.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct UserNumber(u32);

impl UserNumber {
    /// Folds 32 random bits into the range of user numbers.
    pub const fn from_random(bits: u32) -> Self {
        Self(100_000_000 + bits % 900_000_000)
    }

    /// Nine digits, the first of them not zero.
    pub fn parse(text: &str) -> Option<Self> {
        let digits = text.len() == 9 && text.bytes().all(|b| b.is_ascii_digit());
        text.parse().ok().filter(|n| digits && *n >= 100_000_000).map(Self)
    }
}

impl std::fmt::Display for UserNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::fmt::Debug for UserNumber {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("UserNumber(…)")
    }
}

/// Anything a person can sign in with. All kinds share one namespace of claims, so that nobody can
/// claim another's address as a name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Identifier {
    /// An e-mail address.
    Email(Email),
    /// A user number.
    UserNumber(UserNumber),
    /// A phone number, once it is proved.
    Phone(PhoneNumber),
}

impl Identifier {
    /// Reads what a person typed.
    ///
    /// # Errors
    /// `Malformed` when it can be no identifier at all.
    pub fn parse(text: &str) -> Result<Self, IdentifierError> {
        if text.contains('@') {
            return Email::parse(text).map(Self::Email);
        }
        if text.len() > 64 {
            return Err(IdentifierError::Malformed);
        }
        if text.trim_start().starts_with(['+', '\u{ff0b}']) {
            return PhoneNumber::parse(text).map(Self::Phone);
        }
        let text: String = text.trim().nfkc().filter(|c| !c.is_whitespace() && *c != '-').collect();
        UserNumber::parse(&text).map(Self::UserNumber).ok_or(IdentifierError::Malformed)
    }

    /// The text whose keyed hash names the claim stream, and the record of guesses when nobody holds it.
    pub fn claim_key(&self) -> String {
        match self {
            Self::Email(email) => email.0.clone(),
            Self::UserNumber(number) => number.to_string(),
            Self::Phone(number) => number.as_str().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_form_for_every_spelling() {
        for text in ["ANN@Example.com", " ann@example.com ", "ａｎｎ@example.com"] {
            assert_eq!(Email::parse(text).unwrap().as_str(), "ann@example.com");
        }
    }

    #[test]
    fn shapes_that_are_no_address() {
        for text in
            ["", "@", "a@", "@b.c", "a@b", "a b@c.d", "a@b..c", "a@-b.c", "a\r\n@b.c", "<a@b.c>", "a@b@c.d"]
        {
            assert_eq!(Email::parse(text), Err(IdentifierError::Malformed), "{text:?}");
        }
        assert!(Email::parse(&format!("{}@b.c", "a".repeat(65))).is_err());
    }

    #[test]
    fn numbers_may_be_typed_in_groups() {
        let expected = Identifier::UserNumber(UserNumber(123_456_789));
        assert_eq!(Identifier::parse("123 456 789"), Ok(expected.clone()));
        assert_eq!(Identifier::parse("123-456-789"), Ok(expected));
        assert!(Identifier::parse("012345678").is_err());
        assert!(Identifier::parse("12345678").is_err());
    }

    #[test]
    fn phone_numbers_are_told_from_user_numbers_by_their_plus() {
        let phone = Identifier::parse(" +123 456 789").unwrap();
        assert_eq!(phone.claim_key(), "+123456789");
        assert_ne!(phone, Identifier::parse("123456789").unwrap());
        assert!(matches!(Identifier::parse("+351@example.com"), Ok(Identifier::Email(_))));
        assert!(Identifier::parse("+1").is_err());
    }

    #[test]
    fn debug_shows_no_address() {
        let email = Identifier::parse("ann@example.com").unwrap();
        assert!(!format!("{email:?}").contains("ann"));
        let number = Identifier::parse("123456789").unwrap();
        assert!(!format!("{number:?}").contains("123"));
    }
}

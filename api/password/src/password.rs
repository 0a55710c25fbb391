//! A password as somebody typed it.

use std::fmt;

use thiserror::Error;
use unicode_normalization::UnicodeNormalization as _;
use zeroize::Zeroizing;

/// A password in Unicode normal form C (NIST SP 800-63B-4, section 3.1.1.2), so that the same
/// characters typed on two systems are the same password. Wiped when dropped.
#[derive(Clone)]
pub struct Password(Zeroizing<String>);

/// A password was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// More bytes than [`Password::MAX_BYTES`].
    #[error("a password is at most {} bytes of UTF-8 long", Password::MAX_BYTES)]
    TooLong,
}

impl Password {
    /// The longest password taken, in bytes of UTF-8 as sent. All of them count.
    pub const MAX_BYTES: usize = 1024;

    /// Takes and normalises a password; what was given is wiped.
    ///
    /// # Errors
    ///
    /// [`PasswordError::TooLong`] above [`Self::MAX_BYTES`].
    pub fn new(typed: String) -> Result<Self, PasswordError> {
        let typed = Zeroizing::new(typed);
        if typed.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong);
        }
        // Normal form C is at most three times as long in UTF-8. With room for that the string
        // never moves, and leaves no copy behind.
        let mut normal = Zeroizing::new(String::with_capacity(3 * typed.len()));
        normal.extend(typed.nfc());
        Ok(Self(normal))
    }

    /// The normalised password.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Password {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Password(..)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_tells_nothing() {
        let password = Password::new("correct horse".to_owned()).unwrap();
        assert_eq!(format!("{password:?}"), "Password(..)");
        assert_eq!(format!("{:#?}", Some(password)), "Some(\n    Password(..),\n)");
    }

    #[test]
    fn composed_and_decomposed_are_the_same_password() {
        let composed = Password::new("caf\u{e9}".to_owned()).unwrap();
        let decomposed = Password::new("cafe\u{301}".to_owned()).unwrap();
        assert_eq!(composed.expose(), decomposed.expose());
        // Normal form C leaves look-alikes apart, unlike form KC.
        let ligature = Password::new("\u{fb01}sh".to_owned()).unwrap();
        assert_ne!(ligature.expose(), "fish");
    }

    #[test]
    fn length_is_counted_in_bytes_as_sent() {
        assert!(Password::new("x".repeat(1024)).is_ok());
        assert_eq!(Password::new("x".repeat(1025)).err(), Some(PasswordError::TooLong));
        assert_eq!(Password::new("\u{e9}".repeat(513)).err(), Some(PasswordError::TooLong));
    }

    #[test]
    fn normal_form_grows_within_the_room_kept() {
        // U+1D160 is one of the characters that grow most.
        let password = Password::new("\u{1d160}".repeat(256)).unwrap();
        assert_eq!(password.expose().len(), 3 * 1024);
        assert_eq!(password.0.capacity(), 3 * 1024);
    }
}

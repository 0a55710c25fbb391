//! The language a person is written to in.

use super::{Account, AccountEvent, Rejection};
use crate::{Locale, SessionId, Timestamp};

/// Chooses another language for mails, text messages and pages.
#[derive(Clone, Debug)]
pub struct ChangeLocale {
    /// The session, which must be alive.
    pub session: SessionId,
    /// The language.
    pub locale: Locale,
    /// Now.
    pub now: Timestamp,
}

impl ChangeLocale {
    /// Nothing to do if it is the same.
    ///
    /// # Errors
    /// `SessionOver`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.live_session(self.session, self.now)?;
        if account.locale.as_ref() == Some(&self.locale) {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::LocaleChanged { locale: self.locale.clone() }])
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    #[test]
    fn the_language_changes_in_a_live_session_only() {
        let change = |tag: &str, now| ChangeLocale {
            session: SessionId(id(session_of(0))),
            locale: Locale::parse(tag).unwrap(),
            now: at(now),
        };
        given(signed_in(0))
            .when_at(20, |a| change("de-AT", 20).decide(a))
            .then_types(&["locale.changed"])
            .check(|a| assert_eq!(a.locale.as_ref().map(Locale::as_str), Some("de-AT")))
            .when(|a| change("DE-at", 21).decide(a))
            .then(vec![])
            .when(|a| change("fr", 1_000_000).decide(a))
            .then_rejected(Rejection::SessionOver);
    }
}

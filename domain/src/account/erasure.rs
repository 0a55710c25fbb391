//! Erasure of a person, and the legal hold that forbids it.

use super::session::end_all;
use super::{Account, AccountEvent, EndReason, Rejection};
use crate::{Timestamp, UserNumber};

impl Account {
    pub(super) fn evolve_erasure(&mut self, event: &AccountEvent) {
        match event {
            AccountEvent::LegalHoldPlaced { .. } => self.legal_hold = true,
            AccountEvent::LegalHoldLifted => self.legal_hold = false,
            // From here on nobody has this account: what is known of it is forgotten with the event.
            AccountEvent::PersonalDataErased => *self = Self { erased: true, ..Self::default() },
            _ => {}
        }
    }
}

/// Forbids erasure, since a court or an authority may want to see the account.
#[derive(Clone, Debug)]
pub struct PlaceLegalHold {
    /// In words, for the record.
    pub note: String,
}

impl PlaceLegalHold {
    /// Placing it again changes nothing.
    ///
    /// # Errors
    /// `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.legal_hold {
            return Ok(vec![]);
        }
        Ok(vec![AccountEvent::LegalHoldPlaced { note: self.note.clone() }])
    }
}

/// Ends a legal hold.
#[derive(Clone, Copy, Debug)]
pub struct LiftLegalHold;

impl LiftLegalHold {
    /// Lifting none changes nothing.
    ///
    /// # Errors
    /// `NotRegistered`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        Ok(if account.legal_hold { vec![AccountEvent::LegalHoldLifted] } else { vec![] })
    }
}

/// Erases a person: everything ends, and with the event the subject's key is due to be destroyed.
#[derive(Clone, Copy, Debug)]
pub struct Erase {
    /// The account's number, typed by who orders it, so that it is not the wrong one.
    pub number: UserNumber,
    /// Now.
    pub now: Timestamp,
}

impl Erase {
    /// # Errors
    /// `NotRegistered`, `NumberWrong`, `LegalHold`.
    pub fn decide(&self, account: &Account) -> Result<Vec<AccountEvent>, Rejection> {
        account.registered()?;
        if account.number != Some(self.number) {
            return Err(Rejection::NumberWrong);
        }
        if account.legal_hold {
            return Err(Rejection::LegalHold);
        }
        let ended = end_all(account, None, EndReason::AccountErased, self.now);
        Ok(ended.chain([AccountEvent::PersonalDataErased]).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::super::scenario::*;
    use super::*;

    fn erase(number: u32, t: i64) -> Erase {
        Erase { number: UserNumber::from_random(number), now: at(t) }
    }

    #[test]
    fn nothing_is_left_but_that_it_was_erased() {
        given(signed_in(0))
            .when_at(50, |a| erase(7, 50).decide(a))
            .then_types(&["session.ended", "personal_data.erased"])
            .check(|a| assert_eq!(*a, Account { erased: true, ..Account::default() }))
            .when(|a| erase(7, 60).decide(a))
            .then_rejected(Rejection::NotRegistered)
            .when(|a| PlaceLegalHold { note: "late".into() }.decide(a))
            .then_rejected(Rejection::NotRegistered);
    }

    #[test]
    fn a_hold_or_a_wrong_number_forbids_it() {
        given(registered(0))
            .when(|a| erase(8, 1).decide(a))
            .then_rejected(Rejection::NumberWrong)
            .when_at(2, |a| PlaceLegalHold { note: "case 12".into() }.decide(a))
            .then_types(&["legal_hold.placed"])
            .when(|a| PlaceLegalHold { note: "again".into() }.decide(a))
            .then(vec![])
            .when(|a| erase(7, 3).decide(a))
            .then_rejected(Rejection::LegalHold)
            .when_at(4, |a| LiftLegalHold.decide(a))
            .then_types(&["legal_hold.lifted"])
            .when(|a| LiftLegalHold.decide(a))
            .then(vec![])
            .when(|a| erase(7, 5).decide(a))
            .then_accepted();
    }
}
